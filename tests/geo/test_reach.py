"""Reach: each offer within its own limit, which is inclusive."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InputError, MissingColumnsError
from geo.reach import REACH_COLUMNS, reach, release_fits
from geo.skills import Known

TRAVEL = ["site_id", "venue_id", "travel_minutes", "lowest_minutes"]


def reached(tables, scenario, offers, travel, *, sites=None, venues=None, limits=None):
    """Return what is reached; ``travel`` holds site, venue, minutes and the lowest minutes."""
    table = pd.DataFrame(travel, columns=TRAVEL).astype(dict.fromkeys(TRAVEL[2:], float))
    rows = tables.offers([{"programme_code": "P", **offer} for offer in offers])
    found = reach(
        tables.sites(sites or {"s1": {}, "s2": {}}),
        tables.venues(venues or {"v1": {}, "v2": {}}),
        rows,
        table,
        limit_minutes=np.full(len(rows), 60.0) if limits is None else np.array(limits, dtype=float),
        policy=scenario.tolerance,
    )
    assert tuple(found.columns) == REACH_COLUMNS
    return found


@pytest.mark.parametrize(
    ("minutes", "weights"), [(60.0, [0.5]), (60.0000001, []), (50.0, [0.75]), (40.0, [1.0])]
)
def test_sixty_minutes_at_a_limit_of_sixty_are_within(tables, scenario, minutes, weights):
    # The service that we learnt from treated 60 as 59 (AccessMod issue 394).
    found = reached(tables, scenario, [{"venue_id": "v1"}], [("s1", "v1", minutes, minutes)])

    assert found["weight"].tolist() == pytest.approx(weights)
    assert found["in_time"].tolist() == [Known.YES] * len(weights)
    assert found["minutes"].tolist() == [minutes] * len(weights)


def test_a_journey_over_water_is_unknown_and_counts_as_short_as_it_can_be(tables, scenario):
    found = reached(
        tables,
        scenario,
        [{"venue_id": "v1"}],
        [("s1", "v1", np.nan, 50.0), ("s2", "v1", np.nan, 61.0)],
    )

    assert found["site"].tolist() == [0]
    assert found["in_time"].tolist() == [Known.UNKNOWN]
    assert found["minutes"].isna().tolist() == [True]
    assert found["weight"].tolist() == pytest.approx([0.75])


def test_each_offer_has_its_own_limit_and_none_has_no_pairs(tables, scenario):
    offers = [
        {"venue_id": "v1", "mode": "blended"},
        {"venue_id": "v1", "mode": "day_release"},
        {"venue_id": "v1", "mode": "mentoring"},
        {"venue_id": "v2", "mode": "blended"},
    ]
    travel = [("s2", "v1", 50.0, 50.0), ("s1", "v1", 80.0, 80.0), ("s1", "v2", 10.0, 10.0)]

    found = reached(tables, scenario, offers, travel, limits=[90, 45, np.inf, 90])

    # Never pairs for mentoring; sorted by site, then offer.
    pairs = list(zip(found["site"], found["offer"], strict=True))
    assert pairs == [(0, 0), (0, 3), (1, 0)]


def test_a_declared_area_is_served_however_far_and_nothing_else(tables, scenario):
    sites = {
        "s1": {"nation": "Wales", "region": "Wales", "authority_code": "W06000015"},
        "s2": {"nation": "England", "region": "North East", "authority_code": "E06000001"},
        "s3": {"nation": None, "region": None, "authority_code": None},
    }
    venues = {
        "v1": {"delivery_area": "wales; E06000001 ;NORTH EAST"},
        "v2": {"delivery_area": None},
    }
    offers = [
        {"venue_id": "v1", "mode": "day_release"},
        {"venue_id": "v1", "mode": "workplace"},
        {"venue_id": "v2", "mode": "workplace"},
    ]
    travel = [(s, v, 30.0, 30.0) for s in ("s3",) for v in ("v1", "v2")]

    found = reached(
        tables, scenario, offers, travel, sites=sites, venues=venues, limits=[45, 90, 90]
    )

    # Wales is a nation and a region, and still one pair. The area holds for the workplace alone.
    pairs = list(zip(found["site"], found["offer"], strict=True))
    assert pairs == [(0, 1), (1, 1), (2, 0), (2, 2)]
    assert found["minutes"].isna().tolist() == [True, True, False, False]
    assert found["weight"].tolist()[:2] == [1, 1]
    assert set(found["in_time"]) == {Known.YES}


def test_a_county_is_an_area_where_the_sites_say_theirs(tables, scenario):
    sites = tables.sites({"s1": {}, "s2": {}}).assign(county=["Cambridgeshire", "Peterborough"])
    venues = tables.venues({"v1": {"delivery_area": "cambridgeshire"}})
    offers = tables.offers([{"programme_code": "P", "venue_id": "v1", "mode": "workplace"}])
    travel = pd.DataFrame(columns=TRAVEL).astype(dict.fromkeys(TRAVEL[2:], float))

    found = reach(
        sites, venues, offers, travel, limit_minutes=np.array([90.0]), policy=scenario.tolerance
    )

    assert found["site"].tolist() == [0]


MINUTES = st.floats(0, 120)


@given(
    travel=st.dictionaries(
        st.tuples(st.sampled_from(["s1", "s2"]), st.sampled_from(["v1", "v2"])), MINUTES
    ),
    limits=st.lists(st.just(np.inf) | MINUTES, min_size=4, max_size=4),
    data=st.data(),
)
def test_a_pair_is_reached_if_and_only_if_its_minutes_are_within(
    tables, scenario, travel, limits, data
):
    offers = [
        {"venue_id": venue, "mode": mode}
        for venue in ("v1", "v2")
        for mode in ("blended", "evening")
    ]
    rows = [(s, v, t, t) for (s, v), t in travel.items()]
    turned = data.draw(st.permutations(rows))

    found = reached(tables, scenario, offers, rows, limits=limits)

    expected = {
        (int(s[1]) - 1, o)
        for (s, v), t in travel.items()
        for o, offer in enumerate(offers)
        if offer["venue_id"] == v and t <= limits[o] < np.inf
    }
    assert list(zip(found["site"], found["offer"], strict=True)) == sorted(expected)
    assert found["weight"].between(0.5 - 1e-12, 1).all()
    again = reached(tables, scenario, offers, turned, limits=limits)
    pd.testing.assert_frame_equal(again, found)


@pytest.mark.parametrize("offers", [[], [{"venue_id": "v1", "mode": "workplace"}]])
def test_without_journeys_nothing_is_reached(tables, scenario, offers):
    found = reached(tables, scenario, offers, [])

    assert len(found) == 0
    assert found.dtypes.astype(str).to_dict() == {
        "site": "int64",
        "offer": "int64",
        "minutes": "float64",
        "lowest_minutes": "float64",
        "in_time": "int8",
        "weight": "float64",
    }


def test_inputs_stay_and_unknown_venues_are_refused(tables, scenario, register):
    before = register.offers.copy(), register.sites.copy(), register.venues.copy()
    offers, travel = register.offers, pd.DataFrame([("s1", "v1", 1.0, 1.0)], columns=TRAVEL)

    def go(offers):
        reach(
            register.sites,
            register.venues,
            offers,
            travel,
            limit_minutes=np.full(len(offers), 45.0),
            policy=scenario.tolerance,
        )

    go(offers)
    for was, now in zip(before, (offers, register.sites, register.venues), strict=True):
        pd.testing.assert_frame_equal(now, was)
    with pytest.raises(InputError, match="'venue_id' in 'offers' are unknown, such as gone"):
        go(offers.assign(venue_id="gone"))
    with pytest.raises(MissingColumnsError, match="'offers' lacks mode"):
        go(offers.drop(columns="mode"))


def test_release_fits_up_to_the_limit_and_where_either_is_not_stated():
    days = np.array([20.0, 20.5, np.nan, 300.0])
    limit = np.array([20.0, 20.0, 20.0, np.nan])

    assert release_fits(days, limit).tolist() == [True, False, True, True]
