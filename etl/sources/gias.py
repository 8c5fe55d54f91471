"""Get Information about Schools (GIAS): all establishments, ``edubasealldata<day>.csv``.

The file is Windows-1252 with some 140 columns that come and go; it is read by name, and only the
columns named here are: names of head teachers and proprietors and telephone numbers are not.

Which rows are kept goes by ``TypeOfEstablishment (code)``:

- Training after 16 gives a provider and a venue: 18 further education, 29 higher education
  institutions, 31 sixth form centres, 32 special post 16 institutions, 39, 45 and 46 free schools
  and academies 16 to 19, 40 university technical colleges.
- Of these, 31, 39, 40, 45 and 46 are also schools whose leavers may start as technicians.
- 49 online providers are schools for children at home, and 57 is a secure academy: neither.
- 25, 26, 30 and 37 are in Wales or abroad, and are set aside.
- Any other type gives a school where it has an official sixth form, is of the phase 16 plus, or is
  a secondary or all-through school for pupils up to 18 that does not say that it has none.

A closed establishment is set aside, except that a closed provider with a UKPRN is kept as
``closed``, without a venue, so that a register that holds it learns of it. One row is one
establishment, not one campus: its venue is its main site. Rows that share a UKPRN make one
provider, the open one with the lowest URN, and a venue each.

References
----------
Department for Education: Get Information about Schools, establishment types and statuses.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from pyproj import Transformer

from app.db.precedence import Strength
from etl.errors import SourceError
from etl.rejects import join_rejects
from etl.sources.feed import Feed, Part
from etl.sources.formats import Format
from etl.sources.probe import Probe
from etl.sources.published import (
    Place,
    counted,
    day_in,
    find_places,
    name_persons,
    read_named,
    refuse,
    refuse_persons,
    web_addresses,
    whole_text,
    with_source,
)
from geo.types import Nation

TITLE = "Get Information about Schools (GIAS)"
LICENCE = "OGL v3"
VENUE_PREFIX = "gias-"
"""Stands before a URN as the id of a venue, since other lists number their venues too."""
STAGE = "18"
"""Age at which the leavers of a school with a sixth form leave."""

TRAINERS = ("18", "29", "31", "32", "39", "40", "45", "46")
TRAINERS_AND_SCHOOLS = ("31", "39", "40", "45", "46")
NO_SCHOOLS = ("49", "57")
ELSEWHERE = ("25", "26", "30", "37")

CLOSED = "a closed establishment"
NOT_YET = "an establishment that is not open yet"
ABROAD = "a Welsh or overseas establishment"
OTHER = "an establishment without training or a sixth form after 16"

_OPEN = ("1", "3")
_CLOSED = "2"
_PLUS_16, _TO_18 = "6", ("4", "7")
_HAS_SIXTH_FORM, _HAS_NONE = "1", "2"
_REQUIRED = {
    "urn": "URN",
    "name": "EstablishmentName",
    "type": "TypeOfEstablishment (code)",
    "status": "EstablishmentStatus (code)",
    "phase": "PhaseOfEducation (code)",
    "sixth_form": "OfficialSixthForm (code)",
    "ukprn": "UKPRN",
    "postcode": "Postcode",
    "easting": "Easting",
    "northing": "Northing",
}
_OPTIONAL = {
    "type_name": "TypeOfEstablishment (name)",
    "further": "FurtherEducationType (name)",
    "high_age": "StatutoryHighAge",
    "area": "GSSLACode (name)",
    "region": "GOR (code)",
    "website": "SchoolWebsite",
}
_CODES = ("type", "status", "phase", "sixth_form", "high_age")
_NATIONS = {
    "E": Nation.ENGLAND.value,
    "W": Nation.WALES.value,
    "S": Nation.SCOTLAND.value,
    "N": Nation.NORTHERN_IRELAND.value,
}
# The nine regions of England; W is Wales, and Z or blank is none.
_ENGLISH_REGIONS = tuple("ABDEFGHJK")
# Great Britain lies within these, in metres of the British National Grid.
_GRID_EAST, _GRID_NORTH = 700_000, 1_300_000
_NUMBER = r"\d+(?:\.\d+)?"


def recognise(probe: Probe) -> str | None:
    """Return the layout if the file is that of all establishments, else None."""
    place = _find(probe)
    return _layout(place) if place else None


def read(probe: Probe) -> Feed:
    """Read all establishments as providers, venues and schools.

    Raises
    ------
    ColumnsError
        If a column is missing.
    SourceError
        If the file cannot be read.
    """
    place = _find(probe)
    if place is None:
        raise SourceError(f"{probe.name} is no file of establishments of {TITLE}: check it.")
    raw = read_named(probe.path, place, _REQUIRED, _OPTIONAL)
    cells = _tidy(raw.cells)
    kinds = _kinds(cells)
    trainer = kinds.isin(["trainer", "closed trainer"])
    rejects = _refusals(cells, kinds, trainer)
    kept = ~cells.index.isin(join_rejects(rejects)["line"])
    as_at = day_in(probe.name, r"edubase\D*(\d{8})", "%Y%m%d")
    websites, note = web_addresses(cells["website"].where(trainer & kept, ""))
    said = cells.assign(website=websites)
    providers, also = _providers(said[trainer & kept & (cells["ukprn"] != "")], kinds)
    venues = _venues(said[(kinds == "trainer") & kept & (cells["ukprn"] != "")])
    schools = said[_is_school(cells, kinds) & kept]
    parts = (
        Part(
            "providers",
            with_source(providers, source=TITLE, licence=LICENCE, as_at=as_at),
            also=also,
        ),
        Part("venues", with_source(venues, source=TITLE, as_at=as_at)),
        Part("schools", _schools(schools)),
    )
    return Feed(
        name=raw.name,
        sha256=raw.sha256,
        layout=_layout(place),
        read=raw.read,
        parts=parts,
        rejects=join_rejects([raw.rejects, *rejects]),
        set_aside=counted(
            (rule, int((kinds == rule).sum())) for rule in (CLOSED, NOT_YET, ABROAD, OTHER)
        ),
        as_at=as_at,
        notes=(*raw.notes, *note),
    )


def _find(probe: Probe) -> Place | None:
    places = find_places(probe, "URN", "EstablishmentName", "TypeOfEstablishment (code)")
    return places[0] if places else None


def _layout(place: Place) -> str:
    return f"all establishments, {len(place.columns)} columns"


def _tidy(cells: pd.DataFrame) -> pd.DataFrame:
    codes = {name: whole_text(cells[name]).str.lstrip("0") for name in _CODES}
    ids = {name: whole_text(cells[name]) for name in ("urn", "ukprn")}
    return cells.assign(**codes, **ids)


def _kinds(cells: pd.DataFrame) -> pd.Series:
    """Return what each row is: trainer, closed trainer, school, or the rule that sets it aside."""
    is_open = cells["status"].isin(_OPEN)
    is_closed = cells["status"] == _CLOSED
    trains = cells["type"].isin(TRAINERS)
    sixth_form = (
        (cells["sixth_form"] == _HAS_SIXTH_FORM)
        | (cells["phase"] == _PLUS_16)
        | (
            cells["phase"].isin(_TO_18)
            & (pd.to_numeric(cells["high_age"], errors="coerce") >= 18)
            & (cells["sixth_form"] != _HAS_NONE)
        )
    ) & ~cells["type"].isin(NO_SCHOOLS)
    return pd.Series(
        np.select(
            [
                cells["type"].isin(ELSEWHERE),
                is_closed & trains & (cells["ukprn"] != ""),
                is_closed,
                ~is_open,
                trains,
                sixth_form,
            ],
            [ABROAD, "closed trainer", CLOSED, NOT_YET, "trainer", "school"],
            OTHER,
        ),
        index=cells.index,
        dtype="str",
    )


def _is_school(cells: pd.DataFrame, kinds: pd.Series) -> pd.Series:
    both = (kinds == "trainer") & cells["type"].isin(TRAINERS_AND_SCHOOLS)
    return both | (kinds == "school")


def _refusals(cells: pd.DataFrame, kinds: pd.Series, trainer: pd.Series) -> list[pd.DataFrame]:
    """Return the rejects of rows that would be kept; each row breaks one rule at most."""
    personal = trainer & name_persons(cells["name"])
    nameless = (
        (kinds == "trainer")
        & (cells["ukprn"] == "")
        & ~cells["type"].isin(TRAINERS_AND_SCHOOLS)
        & ~personal
    )
    left = (kinds == "trainer") & ~personal & ~nameless & (cells["ukprn"] != "")
    given = cells[["easting", "northing"]].apply(_is_given)
    one = left & (given["easting"] != given["northing"])
    both = left & given.all(axis=1)
    within = _within(cells["easting"], _GRID_EAST) & _within(cells["northing"], _GRID_NORTH)
    return [
        refuse_persons(cells, personal),
        refuse(
            cells,
            nameless,
            field="ukprn",
            rule="required",
            suggestion="look its UKPRN up in the UK Register of Learning Providers and add it",
        ),
        refuse(
            cells.assign(easting=cells["easting"] + ", " + cells["northing"]),
            one | (both & ~within),
            field="easting",
            rule="British National Grid",
            suggestion="give easting and northing in metres, both, or leave both blank",
        ),
    ]


def _is_given(texts: pd.Series) -> pd.Series:
    return ~texts.str.fullmatch(r"0*(?:\.0*)?")


def _within(texts: pd.Series, most: int) -> pd.Series:
    plain = texts.str.fullmatch(_NUMBER)
    return plain & (pd.to_numeric(texts.where(plain, ""), errors="coerce") < most)


def _providers(rows: pd.DataFrame, kinds: pd.Series) -> tuple[pd.DataFrame, pd.Series]:
    """Return one row a provider, and the lines that say one again."""
    closed = kinds[rows.index] == "closed trainer"
    further = rows["further"].mask(rows["further"].str.casefold() == "not applicable", "")
    table = pd.DataFrame(
        {
            "ukprn": rows["ukprn"],
            "name": rows["name"],
            "provider_type": further.where(further != "", rows["type_name"]),
            "nation": _nations(rows),
            "register_status": closed.map({True: "closed", False: ""}).astype("str"),
            "website": rows["website"],
        },
        index=rows.index,
    )
    order = rows.assign(closed=closed, number=pd.to_numeric(rows["urn"], errors="coerce"))
    order = order.sort_values(["closed", "number"], kind="stable")
    first = order.reset_index().groupby("ukprn", sort=False)["line"].transform("first")
    first = pd.Series(first.to_numpy(), index=order.index, name="row", dtype="int64")
    again = first[first != first.index].sort_index()
    again.index.name = "line"
    return table.drop(index=again.index).astype("str"), again


def _nations(rows: pd.DataFrame) -> pd.Series:
    by_area = rows["area"].str[:1].map(_NATIONS)
    region = rows["region"].str.upper()
    by_region = pd.Series("", index=rows.index, dtype="str")
    by_region = by_region.mask(region.isin(_ENGLISH_REGIONS), Nation.ENGLAND.value)
    by_region = by_region.mask(region == "W", Nation.WALES.value)
    return by_area.astype("str").fillna(by_region)


def _venues(rows: pd.DataFrame) -> pd.DataFrame:
    placed = rows[rows[["easting", "northing"]].apply(_is_given).all(axis=1)]
    to_degrees = Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)
    longitude, latitude = to_degrees.transform(
        placed["easting"].astype(float).to_numpy(), placed["northing"].astype(float).to_numpy()
    )
    degrees = pd.DataFrame({"latitude": latitude, "longitude": longitude}, index=placed.index)
    texts = degrees.map("{:.6f}".format).reindex(rows.index).astype("str").fillna("")
    return pd.DataFrame(
        {
            "venue_id": VENUE_PREFIX + rows["urn"],
            "ukprn": rows["ukprn"],
            "name": rows["name"],
            "postcode": rows["postcode"],
            "latitude": texts["latitude"],
            "longitude": texts["longitude"],
        },
        index=rows.index,
    ).astype("str")


def _schools(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "school_id": rows["urn"],
            "name": rows["name"],
            "postcode": rows["postcode"],
            "stage": STAGE,
        },
        index=rows.index,
    ).astype("str")


FORMAT = Format(
    name="gias",
    title=TITLE,
    publisher="Department for Education",
    licence=LICENCE,
    tables=("providers", "venues", "schools"),
    strength=Strength.REGISTER,
    recognise=recognise,
    read=read,
)
