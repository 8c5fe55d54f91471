"""Which rule a row breaks, and the remedy, for combinations of what is known."""

from __future__ import annotations

import pandas as pd
import pytest

from etl.refusals import refuse

FINE = {
    "postcode": "CB2 1AA",
    "broken": False,
    "suggestion": "",
    "found": True,
    "precision_class": "postcode_unit",
    "refusal": "",
    "advice": "",
    "repaired": "",
    "latitude": None,
    "longitude": None,
    "given": False,
    "half": False,
    "in_bounds": False,
    "wins": False,
}
LOST = {"precision_class": ""}
UNKNOWN = {**LOST, "found": False}
STRANGE = {"given": True, "latitude": 40.7, "longitude": -74.0}


@pytest.fixture
def refused(small_gazetteer):
    """Refuse one row; return its rule, value and advice, or None."""

    def refuse_one(*, northern_ireland=True, **known):
        options = {"northern_ireland": northern_ireland}
        ours = small_gazetteer([("CB2 1AA", 1, 1)], options=options)
        work = pd.DataFrame([{**FINE, **known}], index=[7])
        work = work.astype({"postcode": "str", "latitude": float, "longitude": float})
        rows = work[["postcode"]]
        rejects = refuse(rows, work, ours)
        assert rejects["line"].tolist() in ([], [7])
        kept = ["rule", "value", "suggestion"]
        return tuple(rejects[kept].iloc[0]) if len(rejects) else None

    return refuse_one


@pytest.mark.parametrize(
    "known",
    [
        {},
        {"broken": True, "repaired": "CB2 1AA"},
        {"postcode": None, **UNKNOWN},
        {**UNKNOWN, "given": True, "in_bounds": True, "wins": True},
        {"refusal": "quarantined postcode", "given": True, "in_bounds": True, "wins": True},
        STRANGE,
    ],
)
def test_what_has_a_place_is_kept(refused, known):
    assert refused(**known) is None


@pytest.mark.parametrize(
    ("known", "rule", "advice"),
    [
        ({**UNKNOWN, "broken": True, "suggestion": "write it"}, "broken postcode", "write it"),
        ({"refusal": "quarantined postcode", "advice": "why"}, "quarantined postcode", "why"),
        (LOST, "postcode without coordinates", "the postcode has no point"),
        ({**UNKNOWN, "repaired": "CB2 1AA"}, "postcode without coordinates", "has no point"),
        (UNKNOWN, "unknown postcode", "correct the postcode"),
        ({**UNKNOWN, "suggestion": "CB2 1AB or CB2 1AD"}, "unknown postcode", "CB2 1AB or CB2"),
        ({"half": True}, "half a coordinate", "give both"),
        ({**UNKNOWN, **STRANGE}, "outside the United Kingdom", "correct latitude"),
        ({**UNKNOWN, **STRANGE, "in_bounds": True}, "far from every postcode", "within 5 km"),
    ],
)
def test_each_rule_has_its_remedy(refused, known, rule, advice):
    found = refused(**known)

    assert found[0] == rule
    assert advice in found[2]
    assert found[1]


@pytest.mark.parametrize(
    ("latitude", "longitude", "advice"),
    [
        (0.0, 0.0, "these stand for no position in the source"),
        (99.999999, 0.0, "these stand for no position in the source"),
        (0.12, 52.2, "these look swapped: write latitude 52.2 and longitude 0.12"),
        (53.5, 2.2, "the longitude looks flipped: write -2.2"),
        (40.7, -74.0, "correct latitude and longitude"),
    ],
)
def test_impossible_coordinates_are_told_apart(refused, latitude, longitude, advice):
    found = refused(
        **{**UNKNOWN, "postcode": None, "given": True}, latitude=latitude, longitude=longitude
    )

    assert found == ("outside the United Kingdom", f"{latitude:g}, {longitude:g}", found[2])
    assert advice in found[2]


def test_northern_ireland_is_refused_where_it_is_switched_off(refused):
    assert refused(postcode="BT1 1AA") is None
    assert refused(postcode="BT1 1AA", northern_ireland=False)[0] == "postcode not open"
    assert refused(northern_ireland=False) is None
