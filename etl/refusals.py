"""Rows that geocoding refuses: which rule they break, and what to do about it."""

from __future__ import annotations

import pandas as pd

from etl.gazetteer import Gazetteer
from etl.given_coordinates import inside
from etl.rejects import join_rejects, make_rejects

_ADVICE = {
    "unknown postcode": "correct the postcode, or give latitude and longitude",
    "postcode not open": (
        "postcodes of Northern Ireland are switched off: switch them on if you hold the licence"
    ),
    "half a coordinate": "give both latitude and longitude, or neither",
    "outside the United Kingdom": "correct latitude and longitude, in degrees, or leave both blank",
    "far from every postcode": "correct latitude and longitude: no postcode lies within 5 km",
    "postcode without coordinates": "give latitude and longitude: the postcode has no point",
}
_ZERO, _NO_POSITION = 0.0, 99.999999
"""What postcode directories write where there is no position."""


def refuse(rows: pd.DataFrame, work: pd.DataFrame, gazetteer: Gazetteer) -> pd.DataFrame:
    """Return the rejects; the first rule that a row breaks counts.

    Parameters
    ----------
    rows
        The cleaned rows.
    work
        The columns of :func:`etl.postcode_points.find_points` and
        :func:`etl.given_coordinates.check_given`, and ``wins``: the given coordinates are used.
    gazetteer
        The postcodes.
    """
    written = rows["postcode"].notna()
    has_point = (work["precision_class"] != "") & (work["refusal"] == "")
    irish = pd.Series(data=False, index=rows.index)
    if not gazetteer.northern_ireland:
        irish = work["postcode"].str.startswith("BT", na=False)
    broken = work["broken"] & ~has_point & (work["repaired"] == "")
    bad_point = (work["refusal"] != "") & ~work["wins"]
    needed = work["given"] & ~has_point & ~irish
    lost = written & ~has_point & ~work["given"] & ~irish
    known = work["found"] | (work["repaired"] != "")
    rules: list[tuple[str, str, pd.Series]] = [
        ("broken postcode", "postcode", broken),
        ("postcode not open", "postcode", irish),
        ("half a coordinate", "longitude", work["half"]),
        *((rule, "postcode", bad_point & (work["refusal"] == rule)) for rule in _kinds(work)),
        ("outside the United Kingdom", "latitude", needed & ~work["in_bounds"]),
        ("far from every postcode", "latitude", needed & work["in_bounds"] & ~work["wins"]),
        ("postcode without coordinates", "postcode", lost & known),
        ("unknown postcode", "postcode", lost & ~known),
    ]
    found = []
    left = pd.Series(data=True, index=rows.index)
    for rule, field, breaks in rules:
        at = breaks & left
        left &= ~breaks
        if at.any():
            rejects = make_rejects(
                rows.index[at],
                field=field,
                rule=rule,
                values=_shown(rows, work, field, at),
                suggestions=_advise(rule, work[at]),
            )
            found.append(rejects)
    return join_rejects(found)


def _kinds(work: pd.DataFrame) -> list[str]:
    return sorted(set(work["refusal"].unique()) - {""})


def _shown(rows: pd.DataFrame, work: pd.DataFrame, field: str, at: pd.Series) -> list[object]:
    if field == "postcode":
        return list(rows.loc[at, "postcode"])
    degrees = work.loc[at, ["latitude", "longitude"]]
    texts = degrees.map("{:g}".format).mask(degrees.isna(), "blank")
    return list(texts["latitude"].astype("str") + ", " + texts["longitude"].astype("str"))


def _advise(rule: str, work: pd.DataFrame) -> list[str]:
    if rule not in _ADVICE:
        return list(work["suggestion"] if rule == "broken postcode" else work["advice"])
    advice = pd.Series(_ADVICE[rule], index=work.index)
    if rule == "unknown postcode":
        return list(advice.mask(work["suggestion"] != "", work["suggestion"]))
    if rule not in ("outside the United Kingdom", "far from every postcode"):
        return list(advice)
    latitude, longitude = work["latitude"], work["longitude"]
    mirrored = ~inside(longitude, latitude) & inside(-longitude, latitude)
    sign = "the longitude looks flipped: write " + _number(-longitude)
    swapped = (
        "these look swapped: write latitude "
        + _number(longitude)
        + " and longitude "
        + _number(latitude)
    )
    nothing = (latitude == _ZERO) & (longitude == _ZERO) | (latitude.round(6) == _NO_POSITION)
    none = "these stand for no position in the source: leave both blank, or give the place"
    advice = advice.mask(mirrored, sign).mask(inside(latitude, longitude), swapped)
    return list(advice.mask(nothing, none))


def _number(degrees: pd.Series) -> pd.Series:
    return degrees.map("{:g}".format).astype("str")
