"""Skills cover: yes, no or unknown, for every offer and kind of site."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.analysis import analyse
from geo.errors import MissingColumnsError
from geo.skills import Known, skills_cover
from geo.types import Mode, OfferStatus

AS_OF = date(2026, 11, 23)
CODES = ["K", "L"]
LISTS = [None, "none", "K", "L", "K; L"]


def cover_of(tables, units, offers, hosted):
    """Return offers × sites of Known."""
    rows = [{"programme_code": "P", "unit_code": c, "kind": k, "place": p} for c, k, p in units]
    table = tables.offers([{"venue_id": "v", "programme_code": "P", **offer} for offer in offers])
    cover = skills_cover(table, tables.units(rows), pd.Series(hosted, dtype="str"))
    return cover, cover.states[:, cover.group_of_site]


@pytest.mark.parametrize(
    ("place", "mode", "listed", "hosted", "expected"),
    [
        # Face to face, nothing stated by the offer: it covers what a provider can.
        ("provider", "day_release", None, None, Known.YES),
        ("either", "day_release", None, "none", Known.YES),
        # Stated lists are taken at their word.
        ("provider", "day_release", "K", None, Known.NO),
        ("provider", "day_release", "K;L", None, Known.YES),
        ("provider", "day_release", "none", "L", Known.NO),
        # A site cannot teach what only a provider may; it can teach the rest if it says so.
        ("provider", "day_release", "K", "L", Known.NO),
        ("either", "day_release", "K", "L", Known.YES),
        ("either", "day_release", "K", "K", Known.NO),
        # A site that states nothing is unknown for `either`, and hosts workplace-only units.
        ("either", "day_release", "K", None, Known.UNKNOWN),
        ("either", "day_release", "K", "", Known.UNKNOWN),
        ("either", "day_release", "K", " ; ", Known.UNKNOWN),
        ("either", "day_release", "K", "none", Known.NO),
        ("workplace", "day_release", None, None, Known.YES),
        ("workplace", "day_release", "K;L", "none", Known.NO),
        ("workplace", "workplace", "K;L", "L", Known.YES),
        # Remote and silent is unknown; e-learning never teaches a practical unit.
        ("provider", "mentoring", None, "L", Known.UNKNOWN),
        ("provider", "mentoring", "L", None, Known.YES),
        ("provider", "e_learning", None, None, Known.NO),
        ("provider", "e_learning", "K;L", None, Known.NO),
        ("either", "e_learning", "K;L", "L", Known.YES),
        ("either", "e_learning", None, "L", Known.YES),
        ("either", "e_learning", "K", None, Known.UNKNOWN),
    ],
)
def test_a_practical_unit_is_covered_by_the_venue_or_the_site(
    tables, place, mode, listed, hosted, expected
):
    _, states = cover_of(
        tables, [("L", "practical", place)], [{"mode": mode, "units": listed}], [hosted]
    )

    assert states.tolist() == [[expected]]


@pytest.mark.parametrize(("listed", "expected"), [(None, 1), ("K", 2), ("L", 0)])
def test_e_learning_covers_the_knowledge_that_it_lists(tables, listed, expected):
    offers = [{"mode": "e_learning", "units": listed}]

    _, states = cover_of(tables, [("K", "knowledge", "provider")], offers, ["none"])

    assert states.tolist() == [[expected]]


def test_a_programme_without_units_is_covered_face_to_face_and_else_unknown(tables):
    offers = [{"mode": mode.value} for mode in Mode]

    _, states = cover_of(tables, [], offers, ["none"])

    modes = sorted(mode.value for mode in Mode)
    unknown = {mode for mode, state in zip(modes, states[:, 0], strict=True) if state == 1}
    assert unknown == {"e_learning", "mentoring"}
    assert set(states.ravel()) == {Known.UNKNOWN, Known.YES}


def test_the_worst_unit_decides_and_the_lacking_ones_are_named(tables):
    units = [
        ("K", "knowledge", "either"),
        ("L", "practical", "provider"),
        ("M", "practical", "provider"),
        ("W", "practical", "workplace"),
    ]

    cover, states = cover_of(tables, units, [{"units": "X"}], [None, "K", "none"])

    assert states.tolist() == [[Known.NO, Known.NO, Known.NO]]
    # What the site hosts, or may host, is not lacking: W is no provider's to teach.
    assert cover.lacking(0, 0) == ["L", "M"]
    assert cover.lacking(0, 1) == ["L", "M", "W"]
    assert cover.lacking(0, 2) == ["K", "L", "M", "W"]


def test_units_that_may_be_lacking_are_named_if_none_is(tables):
    units = [("K", "knowledge", "provider"), ("L", "practical", "either")]

    cover, _ = cover_of(tables, units, [{"units": "K"}], [None])

    assert cover.lacking(0, 0) == ["L"]


def test_each_offer_answers_for_its_own_programme(tables):
    units = tables.units(
        [
            {"programme_code": p, "unit_code": c, "kind": "practical", "place": "provider"}
            for p, c in [("P", "A"), ("Q", "B")]
        ]
    )
    offers = tables.offers(
        [{"venue_id": "v", "programme_code": p, "units": "A"} for p in ["P", "Q", "R"]]
    )

    cover = skills_cover(offers, units, pd.Series(["none"], dtype="str"))

    assert cover.states.tolist() == [[Known.YES], [Known.NO], [Known.YES]]
    assert [cover.lacking(offer, 0) for offer in (1, 2)] == [["B"], []]


kinds = st.sampled_from(["knowledge", "practical"])
places = st.sampled_from(["provider", "workplace", "either"])


@given(
    unit_kinds=st.tuples(kinds, kinds),
    unit_places=st.tuples(places, places),
    offers=st.lists(
        st.fixed_dictionaries(
            {
                "mode": st.sampled_from([mode.value for mode in Mode]),
                "units": st.sampled_from(LISTS),
            }
        ),
        max_size=4,
        unique_by=lambda offer: offer["mode"],
    ),
)
def test_more_units_at_the_site_never_cover_less(tables, unit_kinds, unit_places, offers):
    units = list(zip(CODES, unit_kinds, unit_places, strict=True))

    cover, states = cover_of(tables, units, offers, LISTS)

    less_and_more = [("none", "K"), ("none", "L"), ("K", "K; L"), ("L", "K; L"), (None, "K; L")]
    for (less, more), row in product(less_and_more, states):
        assert row[LISTS.index(less)] <= row[LISTS.index(more)]
    for offer, site in product(range(len(offers)), range(len(LISTS))):
        assert cover.lacking(offer, site)
    # A site whose list is known is the only one for which cover is certain or certainly not,
    # unless the offer itself is silent and remote.
    face_to_face = [
        row
        for row, mode in zip(states, sorted(o["mode"] for o in offers), strict=True)
        if mode not in ("e_learning", "mentoring")
    ]
    assert all(Known.UNKNOWN not in row[1:] for row in face_to_face)


@pytest.mark.parametrize("hosted", [[], [None]])
@pytest.mark.parametrize("offers", [[], [{}]])
@pytest.mark.parametrize(
    "units", [[], [("K", "knowledge", "either"), ("L", "practical", "either")]]
)
def test_empty_tables_have_empty_answers(tables, units, offers, hosted):
    cover, states = cover_of(tables, units, offers, hosted)

    assert states.shape == (len(offers), len(hosted))
    assert (states == Known.YES).all()
    assert len(cover.group_of_site) == len(hosted)


def test_inputs_stay_and_missing_columns_are_named(tables, register):
    before = register.offers.copy(), register.units.copy(), register.sites.copy()
    skills_cover(register.offers, register.units, register.sites["units_hosted"])

    pd.testing.assert_frame_equal(register.offers, before[0])
    pd.testing.assert_frame_equal(register.units, before[1])
    pd.testing.assert_frame_equal(register.sites, before[2])
    with pytest.raises(MissingColumnsError, match="'units' lacks place"):
        skills_cover(tables.offers(), tables.units().drop(columns="place"), pd.Series([]))
    with pytest.raises(MissingColumnsError, match="'offers' lacks units"):
        skills_cover(tables.offers().drop(columns="units"), tables.units(), pd.Series([]))


def gap_classes(register, scenario):
    """Return the gap class of each site, of the one programme that there is."""
    coverage = analyse(register, scenario, as_of=AS_OF).coverage
    return dict(zip(coverage["site_id"], coverage["gap_class"], strict=True))


def one_programme(register, tables, units, offers):
    """Return the world with one programme, and these units and offers of it."""
    rows = [{"programme_code": "P", "unit_code": c, "kind": k, "place": p} for c, k, p in units]
    return replace(
        register,
        programmes=tables.programmes({"P": {"demand_share": 0.5, "min_cohort": 1}}),
        units=tables.units(rows),
        offers=tables.offers([{"programme_code": "P", **offer} for offer in offers]),
    )


statuses = st.sampled_from([status.value for status in OfferStatus])


@settings(max_examples=15)
@given(
    offers=st.lists(
        st.fixed_dictionaries(
            {
                "venue_id": st.sampled_from(["v1", "v2", "v3"]),
                "mode": st.just("e_learning"),
                "status": statuses,
                "units": st.sampled_from(LISTS),
                "places_per_year": st.sampled_from([None, 0.0, 1000.0]),
            }
        ),
        min_size=1,
        unique_by=lambda offer: offer["venue_id"],
    ),
    hosted=st.sampled_from(LISTS),
)
def test_e_learning_alone_never_covers_a_practical_unit_that_only_a_provider_teaches(
    register, tables, scenario, offers, hosted
):
    units = [("K", "knowledge", "either"), ("L", "practical", "provider")]
    world = one_programme(register, tables, units, offers)
    sites = world.sites.assign(units_hosted=pd.Series(hosted, world.sites.index, dtype="str"))
    # Where every venue states an offer and every site has a place, nothing else is unknown.
    sites = sites[sites.geometry.notna()]
    venues = world.venues[world.venues.index.isin(world.offers["venue_id"])]

    found = gap_classes(replace(world, sites=sites, venues=venues), scenario)

    delivered = (world.offers["status"] == "delivered").any()
    assert set(found.values()) == {"delivered_skill_missing" if delivered else "no_reach"}


@pytest.mark.parametrize("place", ["either", "provider"])
def test_removing_a_skill_from_its_only_provider_strands_exactly_the_sites_that_lack_it(
    register, tables, scenario, place
):
    # Day release, 45 minutes at most. v1 lies 11.5 minutes from s1 and s2 and 8.9 from s7; v2 11.5
    # from s3 and s8, which lie 57 minutes and more from v1; v3 delivers nothing.
    units = [("K", "knowledge", "provider"), ("L", "practical", place)]
    hosted = {"s1": "none", "s2": "L", "s7": "K", "s3": "none", "s8": "L", "s4": "L", "s5": "none"}
    sites = register.sites.loc[sorted(hosted)]
    sites = sites.assign(units_hosted=pd.Series(hosted, dtype="str"), employees=100.0)

    def classes(listed):
        offers = [
            {"venue_id": "v1", "units": listed, "places_per_year": 1000.0, "last_starts": 9.0},
            {"venue_id": "v2", "units": "K;L", "places_per_year": 1000.0, "last_starts": 9.0},
            {"venue_id": "v3", "status": "lapsed"},
        ]
        world = replace(one_programme(register, tables, units, offers), sites=sites)
        return gap_classes(world, scenario)

    before, after = classes("K;L"), classes("K")

    near, hosts = {"s1", "s2", "s7"}, {"s2"} if place == "either" else set()
    assert {site for site, kind in before.items() if kind == "delivered_skill_missing"} == set()
    assert {site for site in before if before[site] != after[site]} == near - hosts
    assert {after[site] for site in near - hosts} == {"delivered_skill_missing"}
    assert {before[site] for site in near} == {"covered"}
    assert after["s3"] == before["s3"] == "covered"
    assert after["s5"] == before["s5"] == "no_reach"
