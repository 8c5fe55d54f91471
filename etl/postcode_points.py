"""The point that a row's postcode or town gives, and how well it is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from etl.clean.postcodes import parse_postcodes, partial_postcode, repairs
from etl.gazetteer import Gazetteer
from etl.postcode_store import (
    NOWHERE,
    OFFICE_DISTRICTS,
    OFFICE_POSTCODES,
    SHARED_FROM,
    UNLISTED,
)
from geo.types import PrecisionClass

# Assumptions of ours, in metres. No source states how far a postcode's point lies from a door.
UNIT_RADIUS_METRES = 100.0
"""A postcode of some fifteen addresses: its point is the address nearest their middle."""

IMPUTED_RADIUS_METRES = 500.0
"""The directory took the point from postcodes around it."""

TERMINATED_RADIUS_METRES = 500.0
"""The last point of a postcode that is no longer in use; nobody looks after it any more."""

SHARED_RADIUS_METRES = 1000.0
"""At least so far may the site of a large user lie from a point that others share."""

TOWN_RADIUS_METRES = 5000.0
"""A town that is known by a point alone; one that is an authority has its postcodes' spread."""

_IMPUTED, _SECTOR_MEAN = 5, 6
_NOTHING = "correct the postcode, or give latitude and longitude"


def find_points(
    rows: pd.DataFrame, gazetteer: Gazetteer, authorities: pd.DataFrame
) -> pd.DataFrame:
    """Return the point that each row's postcode gives, or else its town.

    Tried in this order: the postcode itself, in use or at its last point; the one postcode that
    exists among those that it may be if O was taken for 0 or I for 1, or words stand around it;
    the sector, then the district, with the radius in which 90 % of its postcodes lie; the town.

    Parameters
    ----------
    rows
        ``postcode`` and, if the source has it, ``town``.
    gazetteer
        The postcodes.
    authorities
        ``authority_code`` and ``authority``: a town of an authority's name is that authority.

    Returns
    -------
    On the index of ``rows``: ``postcode`` (normalised; missing where it is broken), ``broken``,
    ``suggestion``, ``found``, ``easting`` and ``northing`` (metres of EPSG:27700, NaN without a
    point), ``radius_metres``, ``precision_class``, ``geocode_method``, ``authority_code``,
    ``gazetteer`` (the directory of the point), ``repaired`` (the postcode that was taken instead)
    and ``refusal`` with ``advice``: why the directory's point must not be used. For such a row
    the point is its sector's, by which given coordinates can be checked.
    """
    parsed = parse_postcodes(rows["postcode"])
    found = gazetteer.find(parsed["postcode"]).set_index(rows.index)
    work = parsed.join(found)
    work["gazetteer"] = pd.Series(gazetteer.vintage, index=work.index, dtype="str")
    work["radius_metres"] = np.nan
    for column in ("precision_class", "geocode_method", "refusal", "advice", "repaired"):
        work[column] = np.full(len(work), "", dtype=object)
    _place_units(work, gazetteer)
    _quarantine(work, gazetteer)
    _repair(work, rows["postcode"], gazetteer)
    _place_parts(work, rows["postcode"], gazetteer)
    if "town" in rows:
        _place_towns(work, rows["town"], gazetteer, authorities)
    texts = ("precision_class", "geocode_method", "refusal", "advice", "repaired")
    return work.drop(columns=["row", "shared_by"]).astype(dict.fromkeys(texts, "str"))


def _place_units(work: pd.DataFrame, gazetteer: Gazetteer) -> None:
    """Say how good the point of each known postcode is."""
    has_point = work["easting"].notna().to_numpy()
    facts = gazetteer.facts(work["row"].to_numpy()[has_point])
    shared_by = work["shared_by"].to_numpy()[has_point]
    shared = shared_by >= SHARED_FROM
    nowhere = shared & (facts["spread"] == NOWHERE).to_numpy()
    mean = (facts["quality"] == _SECTOR_MEAN).to_numpy()
    imputed = (facts["quality"] == _IMPUTED).to_numpy()
    ended = (facts["terminated"] > 0).to_numpy()
    radius = np.full(len(facts), UNIT_RADIUS_METRES)
    radius[imputed] = IMPUTED_RADIUS_METRES
    radius[ended] = TERMINATED_RADIUS_METRES
    radius[shared] = np.maximum(facts["spread"].to_numpy()[shared], SHARED_RADIUS_METRES)
    classes = np.full(len(facts), str(PrecisionClass.POSTCODE_UNIT), dtype=object)
    classes[mean] = str(PrecisionClass.POSTCODE_SECTOR)
    classes[shared] = str(PrecisionClass.POSTCODE_SHARED)
    methods = np.full(len(facts), "postcode", dtype=object)
    methods[imputed] = "postcode, imputed by the directory from others around it"
    methods[mean] = "mean of the postcode's sector, which the directory gives for PO boxes"
    methods[ended] = _endings(facts["terminated"][ended])
    methods[shared] = _sharings(shared_by[shared], facts["districts_at"].to_numpy()[shared])
    if mean.any():
        sectors = gazetteer.find_sectors(work["postcode"].to_numpy()[has_point][mean])
        radius[mean] = np.fmax(sectors["radius_metres"], SHARED_RADIUS_METRES)
    refusals = np.full(len(facts), "", dtype=object)
    refusals[nowhere] = "postcode without a place"
    refusals[shared & ended] = "terminated postcode at a shared point"
    work.loc[has_point, "radius_metres"] = radius
    work.loc[has_point, "precision_class"] = classes
    work.loc[has_point, "geocode_method"] = methods
    work.loc[has_point, "gazetteer"] = facts["gazetteer"].array
    work.loc[has_point, "refusal"] = refusals
    work.loc[work["refusal"] != "", "advice"] = (
        "give latitude and longitude: the directory's point is a sorting office's"
    )


def _endings(months: pd.Series) -> np.ndarray:
    texts = months.astype("str")
    said = "postcode terminated " + texts.str[:4] + "-" + texts.str[4:] + ", at its last point"
    return said.mask(months == UNLISTED, "postcode no longer in use, at its last point").to_numpy()


def _sharings(shared_by: np.ndarray, districts: np.ndarray) -> np.ndarray:
    office = (districts >= OFFICE_DISTRICTS) | (shared_by >= OFFICE_POSTCODES)
    kinds = np.where(
        office, "postcode, at a sorting office's point that ", "postcode, at a point that "
    )
    return np.char.add(np.char.add(kinds, (shared_by - 1).astype(str)), " others share")


def _quarantine(work: pd.DataFrame, gazetteer: Gazetteer) -> None:
    """Refuse the points that are known to be wrong, and put the sector's in their place."""
    if gazetteer.quarantined:
        listed = work["postcode"].isin(list(gazetteer.quarantined)).to_numpy()
        work.loc[listed, "refusal"] = "quarantined postcode"
        reasons = work.loc[listed, "postcode"].map(gazetteer.quarantined)
        work.loc[listed, "advice"] = "give latitude and longitude: " + reasons
    refused = (work["refusal"] != "").to_numpy()
    if refused.any():
        sectors = gazetteer.find_sectors(work.loc[refused, "postcode"])
        for column in ("easting", "northing", "radius_metres"):
            work.loc[refused, column] = sectors[column].array
        work.loc[refused, ["precision_class", "geocode_method"]] = ""


def _repair(work: pd.DataFrame, written: pd.Series, gazetteer: Gazetteer) -> None:
    """Place rows by the one known postcode that a broken or unknown one may stand for."""
    asked = work["broken"] | (work["postcode"].notna() & ~work["found"])
    if not gazetteer.northern_ireland:
        # What is switched off is not taken for something else.
        asked &= ~work["postcode"].str.startswith("BT", na=False)
    options = {text: repairs(text) for text in written[asked].unique()}
    flat = sorted({option for some in options.values() for option in some})
    if not flat:
        return
    known = gazetteer.find(flat)
    points = dict(zip(flat, known.itertuples(), strict=True))
    chosen = {}
    for text, some in options.items():
        there = [option for option in some if points[option].found]
        if len(there) == 1:
            chosen[text] = there[0]
        elif there:
            work.loc[asked & (written == text), "suggestion"] = " or ".join(there)
    taken = written[asked].map(chosen).dropna()
    taken = taken[~taken.isin(list(gazetteer.quarantined))]
    work.loc[taken.index, "repaired"] = taken.astype("str")
    found = gazetteer.find(taken).set_index(taken.index).dropna(subset="easting")
    facts = gazetteer.facts(found["row"].to_numpy()).set_index(found.index)
    shared = found["shared_by"] >= SHARED_FROM
    usable = ~(shared & ((facts["spread"] == NOWHERE) | (facts["terminated"] > 0)))
    placed, facts = found[usable], facts[usable]
    sectors = gazetteer.find_sectors(taken[placed.index]).set_index(placed.index)
    radius = np.fmax(sectors["radius_metres"], facts["spread"].clip(lower=UNIT_RADIUS_METRES))
    _write(work, placed.assign(radius_metres=radius), PrecisionClass.POSTCODE_SECTOR)
    at = placed.index
    work.loc[at, "gazetteer"] = facts["gazetteer"]
    work.loc[at, "geocode_method"] = (
        "repaired postcode " + taken[at].astype("str") + " (written " + written[at] + ")"
    )


def _place_parts(work: pd.DataFrame, written: pd.Series, gazetteer: Gazetteer) -> None:
    """Place rows whose postcode has no point in its sector, else in its district."""
    left = (work["precision_class"] == "") & (work["refusal"] == "")
    parts = {text: partial_postcode(text) for text in written[left & work["broken"]].unique()}
    kinds = written.map({text: part[0] for text, part in parts.items() if part})
    given = written.map({text: part[1] for text, part in parts.items() if part}).astype("str")
    whole = work["postcode"].fillna(given)
    for kind, find, precision in (
        ("sector", gazetteer.find_sectors, PrecisionClass.POSTCODE_SECTOR),
        # A district is about as large as a town.
        ("district", gazetteer.find_districts, PrecisionClass.TOWN),
    ):
        asked = whole.notna() & (work["precision_class"] == "") & (work["refusal"] == "")
        if kind == "sector":
            asked &= kinds != "district"
        wanted = whole[asked]
        found = find(wanted).set_index(wanted.index).dropna(subset="easting")
        radius = np.fmax(found["radius_metres"], UNIT_RADIUS_METRES)
        _write(work, found.assign(radius_metres=radius), precision)
        work.loc[found.index, "geocode_method"] = f"postcode {kind}"


def _place_towns(
    work: pd.DataFrame, towns: pd.Series, gazetteer: Gazetteer, authorities: pd.DataFrame
) -> None:
    """Place rows in their town, where that is the name of one authority or of a known place."""
    asked = (work["precision_class"] == "") & (work["refusal"] == "") & towns.notna()
    names = towns[asked].str.strip().str.casefold()
    single = authorities.dropna(subset="authority").drop_duplicates("authority", keep=False)
    codes = names.map(
        dict(zip(single["authority"].str.casefold(), single["authority_code"], strict=True))
    )
    codes = codes.dropna().astype("str")
    different = pd.Index(codes.unique())
    centres = gazetteer.find_authorities(different).set_index(different)
    found = centres.reindex(codes).set_index(codes.index).dropna(subset="easting")
    _write(work, found, PrecisionClass.TOWN)
    work.loc[found.index, "geocode_method"] = "town, as the authority of its name"
    if gazetteer.places is None:
        return
    places = gazetteer.places.set_index(gazetteer.places["name"].str.casefold()).geometry
    left = names[~names.index.isin(found.index) & names.isin(places.index)]
    points = places.reindex(left)
    known = pd.DataFrame(
        {
            "easting": points.x.array,
            "northing": points.y.array,
            "radius_metres": TOWN_RADIUS_METRES,
        },
        index=left.index,
    )
    codes_near = gazetteer.nearest(known[["easting", "northing"]].to_numpy(float))
    known["authority_code"] = codes_near["authority_code"].array
    _write(work, known, PrecisionClass.TOWN)
    work.loc[known.index, "geocode_method"] = "town, by its centre"


def _write(work: pd.DataFrame, points: pd.DataFrame, precision: PrecisionClass) -> None:
    for column in ("easting", "northing", "radius_metres", "authority_code"):
        work.loc[points.index, column] = points[column].array
    work.loc[points.index, "precision_class"] = str(precision)
