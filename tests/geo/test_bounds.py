"""Bounds: places lie within them whatever the unknowns turn out to be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
import worlds
from hypothesis import given
from hypothesis import strategies as st

from geo.assessment import assess
from geo.best_case import best_case
from geo.bounds import Bounds, bounds_of, places_bounds, served_bounds
from geo.imputation import Ranges
from geo.model import build_model
from geo.places import make_weights, places_available

TODAY = date(2026, 11, 24)


def weights_of(rows, *, units, pools, everywhere=()):
    unit, pool, weight = list(zip(*rows, strict=True)) or [(), (), ()]
    return make_weights(
        np.array(unit, dtype=np.int64),
        np.array(pool, dtype=np.int64),
        np.array(weight, dtype=float),
        shape=(units, pools),
        everywhere={q: np.array(mask, dtype=bool) for q, mask in everywhere},
    )


def certain(demand):
    needed = np.array(demand, dtype=float)
    return Ranges(needed, np.nan_to_num(needed), np.nan_to_num(needed))


def test_bounds_by_hand():
    # Ten places; the first reaches them for certain, of the second's pair nothing is known.
    known = weights_of([(0, 0, 1.0)], units=2, pools=1)
    possible = weights_of([(0, 0, 1.0), (1, 0, 1.0)], units=2, pools=1)
    places = np.array([10.0])

    found = places_bounds(
        known, possible, demand=certain([6.0, 4.0]), places_low=places, places_high=places
    )

    # The first has to share in the worst case; the second gets nothing, or its share.
    assert found.low.tolist() == pytest.approx([6.0, 0.0])
    assert found.high.tolist() == pytest.approx([10.0, 4.0])


def test_all_unknowns_badly_and_then_all_well_is_no_bound():
    known = weights_of([(0, 0, 1.0)], units=2, pools=1)
    possible = weights_of([(0, 0, 1.0), (1, 0, 1.0)], units=2, pools=1)
    demand, places = np.array([6.0, 4.0]), np.array([10.0])

    badly = places_available(known, demand=demand, places=places)
    well = places_available(possible, demand=demand, places=places)

    assert badly[0] > well[0]


def test_ranges_of_demand_and_places_widen_the_bounds():
    weights = weights_of([(0, 0, 1.0), (1, 0, 1.0)], units=2, pools=1)
    demand = Ranges(np.array([5.0, 5.0]), np.array([5.0, 1.0]), np.array([5.0, 20.0]))

    found = places_bounds(
        weights, weights, demand=demand, places_low=np.array([6.0]), places_high=np.array([12.0])
    )

    assert found.low[0] == pytest.approx(6 * 5 / 25)
    assert found.high[0] == pytest.approx(12 * 5 / 6)


def test_pools_without_limit_are_bounded_too():
    known = weights_of([], units=2, pools=1)
    possible = weights_of([], units=2, pools=1, everywhere=[(0, [True, False])])

    found = places_bounds(
        known,
        possible,
        demand=certain([6.0, 4.0]),
        places_low=np.array([0.0]),
        places_high=np.array([np.inf]),
    )

    assert found.low.tolist() == [0.0, 0.0]
    assert found.high.tolist() == [np.inf, 0.0]


UNITS, POOLS = 4, 3
cells = st.sampled_from([0, 1, 2])


@given(
    states=st.lists(cells, min_size=UNITS * POOLS, max_size=UNITS * POOLS),
    weights=st.lists(st.floats(0.5, 1.0), min_size=UNITS * POOLS, max_size=UNITS * POOLS),
    demand=st.lists(st.floats(0.0, 30.0), min_size=UNITS, max_size=UNITS),
    places=st.lists(st.floats(0.0, 30.0), min_size=POOLS, max_size=POOLS),
    data=st.data(),
)
def test_whatever_the_unknowns_turn_out_to_be_places_lie_within(
    states, weights, demand, places, data
):
    cell = [(i // POOLS, i % POOLS, w) for i, w in enumerate(weights)]
    known = weights_of(
        [c for c, s in zip(cell, states, strict=True) if s == 2], units=UNITS, pools=POOLS
    )
    possible = weights_of(
        [c for c, s in zip(cell, states, strict=True) if s > 0], units=UNITS, pools=POOLS
    )
    low = np.array(places)
    high = low + np.array(data.draw(st.lists(st.floats(0, 9), min_size=POOLS, max_size=POOLS)))
    found = places_bounds(known, possible, demand=certain(demand), places_low=low, places_high=high)

    settled = [s == 2 or (s == 1 and data.draw(st.booleans())) for s in states]
    truth = weights_of(
        [c for c, s in zip(cell, settled, strict=True) if s], units=UNITS, pools=POOLS
    )
    share = np.array(data.draw(st.lists(st.floats(0, 1), min_size=POOLS, max_size=POOLS)))
    there = places_available(truth, demand=np.array(demand), places=low + share * (high - low))

    assert (found.low <= there * (1 + 1e-9) + 1e-9).all()
    assert (there <= found.high * (1 + 1e-9) + 1e-9).all()


def test_bounds_of_the_small_world(register, scenario):
    model = build_model(register, scenario, as_of=TODAY)
    assessment = assess(model, model.select())
    bounds = bounds_of(assessment)
    known = ~np.isnan(model.units.demand)

    assert (bounds.low[known] <= assessment.places_available[known] + 1e-9).all()
    assert (assessment.places_available[known] <= bounds.high[known] + 1e-9).all()
    # The site without a point may stand beside any venue, and have all that it needs.
    nowhere = ~model.units.placed & known
    assert (bounds.high[nowhere] >= model.units.demand[nowhere]).all()
    assert np.isnan(bounds.high[~known]).all()


def test_without_stated_places_nothing_is_bounded(register, scenario):
    offers = register.offers.assign(places_per_year=np.nan)
    model = build_model(replace(register, offers=offers), scenario, as_of=TODAY)

    bounds = bounds_of(assess(model, model.select()))

    assert np.isnan(bounds.low).all()
    assert np.isnan(bounds.high).all()


def test_without_units_there_are_no_bounds():
    nothing = weights_of([], units=0, pools=0)
    empty = np.empty(0)

    found = places_bounds(nothing, nothing, demand=certain([]), places_low=empty, places_high=empty)

    assert found.low.tolist() == found.high.tolist() == []


def test_what_an_offer_gives_only_if_delivered_it_gives_to_certain_rivals_too(plain, scenario):
    register, demand = plain
    model = build_model(register, scenario, as_of=TODAY)

    bounds = bounds_of(assess(model, model.select()))

    # Of the second offer only the status is unknown: delivered, its 8 places are for both sites.
    assert demand == [12.0, 4.0]
    assert bounds.low.tolist() == pytest.approx([3.0, 1.0])
    assert bounds.high.tolist() == pytest.approx([9.0, 3.0])


def test_the_total_served_lies_between_the_sums_and_below_the_best_case(plain, scenario):
    register, _ = plain
    model = build_model(register, scenario, as_of=TODAY)
    assessment = assess(model, model.select())

    served = served_bounds(assessment, bounds_of(assessment))
    anyone = served_bounds(assessment, Bounds(np.zeros(2), np.full(2, np.inf)))

    assert (served.low, served.high) == pytest.approx((4.0, 12.0))
    # Every unit at its own best would be 16; only 12 places may be there.
    assert anyone.high == pytest.approx(12.0)
    # And what nobody can have is not served, however places might be shared.
    few = served_bounds(assessment, Bounds(np.zeros(2), np.array([5.0, 3.0])))
    assert few.high == pytest.approx(8.0)


def test_without_stated_places_the_total_is_not_bounded(register, scenario):
    offers = register.offers.assign(places_per_year=np.nan)
    model = build_model(replace(register, offers=offers), scenario, as_of=TODAY)
    assessment = assess(model, model.select())

    served = served_bounds(assessment, bounds_of(assessment))

    assert np.isnan([served.low, served.high]).all()


@pytest.fixture
def plain(tables, register):
    """Return a world of two sites and two offers by one venue, one delivered and one unknown."""
    at = {"employees": 400.0, "units_hosted": "none"}
    offer = {"venue_id": "v1", "programme_code": "P"}
    changed = replace(
        register,
        sites=tables.sites(
            {"s1": {**at, "at": (400_000, 300_000)}, "s2": {**at, "at": (401_000, 300_000)}}
        ),
        venues=tables.venues({"v1": {"at": (402_000, 300_000)}}),
        programmes=tables.programmes({"P": {"demand_share": 0.5}}),
        units=tables.units(),
        offers=tables.offers(
            [
                {**offer, "places_per_year": 4.0},
                {**offer, "mode": "block_daily", "status": "unknown", "places_per_year": 8.0},
            ]
        ),
        demand=tables.demand(
            [
                {"site_id": s, "programme_code": "P", "stream": stream, "places": n}
                for s, n in (("s1", 12.0), ("s2", 4.0))
                for stream, n in (("new_starters", n), ("existing_workforce", 0.0))
            ]
        ),
    )
    return changed, [12.0, 4.0]


WORLDS, COMPLETIONS = 200, 100
SHAPE = (WORLDS, worlds.SITES, worlds.PROGRAMMES)


@pytest.fixture(scope="module")
def exact(with_changes):
    """Return the scenario without the ranges of its own assumptions: the blanks alone are open."""
    share = {"technician_share_low": 0.25, "technician_share_high": 0.25}
    rate = {"recruitment_rate_low": 0.047, "recruitment_rate_high": 0.047}
    return with_changes("demand", {**share, **rate})


@pytest.fixture(scope="module")
def simulated():
    """Return worlds and which of their fields are blank; seeded, so that figures can be quoted."""
    random = np.random.default_rng(7)
    made = [worlds.make_world(random, number) for number in range(WORLDS)]
    return made, [worlds.blank(random, world) for world in made]


def everything(world):
    return {field: np.zeros(len(values), dtype=bool) for field, values in world.fields.items()}


@pytest.mark.slow
def test_the_analysis_finds_in_full_worlds_what_their_definition_says(tables, exact, simulated):
    made, _ = simulated
    register = worlds.register_of(tables, made, [everything(world) for world in made])
    model = build_model(register, exact, as_of=TODAY)
    assessment = assess(model, model.select())
    bounds = bounds_of(assessment)

    truth = np.concatenate([worlds.places_in(w, worlds.truth_of(w)) for w in made])

    assert assessment.places_available.reshape(SHAPE) == pytest.approx(truth, abs=1e-9)
    # Where nothing is unknown, there is nothing between the bounds.
    assert bounds.low.reshape(SHAPE) == pytest.approx(truth, abs=1e-9)
    assert bounds.high.reshape(SHAPE) == pytest.approx(truth, abs=1e-9)


@dataclass(frozen=True)
class Found:
    """What the bounds of 200 worlds are worth; see the test for the names."""

    ordered: bool
    total_inside: float
    units_inside: float
    unit_width: float
    total_width: float
    total_width_of_sums: float


def measure(tables, scenario, simulated, *, assumed):
    """Compare bounds with the truth; ``assumed``: no unit list of an offer is blank."""
    made, blanks = simulated
    random = np.random.default_rng(11)
    if assumed:
        blanks = [{**b, "taught": np.zeros(len(b["taught"]), dtype=bool)} for b in blanks]
    model = build_model(worlds.register_of(tables, made, blanks), scenario, as_of=TODAY)
    assessment = assess(model, model.select())
    bounds = bounds_of(assessment)
    low, high = bounds.low.reshape(SHAPE), bounds.high.reshape(SHAPE)
    demand = model.units.demand.reshape(SHAPE)
    known = ~np.isnan(demand)
    needed = np.nan_to_num(demand)
    truth = np.concatenate([worlds.places_in(w, worlds.truth_of(w)) for w in made])
    slack = 1e-9 * (1 + truth)
    inside = (low - slack <= truth) & (truth <= high + slack)
    least, most, there = (
        np.where(known, np.minimum(v, needed), 0.0).sum((1, 2)) for v in (low, high, truth)
    )
    shared = np.minimum(most, best_cases(assessment))
    unit_ranges, total_ranges = [], []
    for number, world in enumerate(made):
        mine = known[number]
        drawn = worlds.completions(random, world, blanks[number], COMPLETIONS)
        places = worlds.places_in(world, drawn)
        unit_ranges.append(np.ptp(places, axis=0)[mine].mean())
        total_ranges.append(
            np.ptp(np.where(mine, np.minimum(places, needed[number]), 0).sum((1, 2)))
        )
    widths = [(high - low)[number][known[number]].mean() for number in range(WORLDS)]
    return Found(
        ordered=bool((low[known] <= high[known] * (1 + 1e-9) + 1e-9).all()),
        total_inside=float(((least <= there + 1e-9) & (there <= shared + 1e-9)).mean()),
        units_inside=float(inside[known].mean()),
        unit_width=float(np.mean(widths) / np.mean(unit_ranges)),
        total_width=float(np.mean(shared - least) / np.mean(total_ranges)),
        total_width_of_sums=float(np.mean(most - least) / np.mean(total_ranges)),
    )


def best_cases(assessment):
    """Return the best case of every world: its components lie within one world each."""
    demand = assessment.model.units.demand
    places = np.minimum(assessment.possible_ranges.high, np.nansum(demand))
    best = best_case(assessment.possible, demand=demand, places=places)
    number = np.repeat(np.arange(WORLDS), worlds.SITES * worlds.PROGRAMMES)
    component = best.component_of_unit
    world_of = pd.Series(number[component > 0]).groupby(component[component > 0]).first()
    served = best.components.set_index("component")["served"]
    return served.groupby(world_of).sum().reindex(range(WORLDS), fill_value=0.0).to_numpy()


@pytest.mark.slow
def test_the_truth_lies_within_the_bounds_of_worlds_with_blanks(tables, exact, simulated):
    """A total lies within in (nearly) every world, a unit's places where assumptions hold.

    That an offer whose unit list is blank teaches all is assumed, not bounded: where such lists
    are blank and the assumption is wrong, places of single units lie outside more often.
    """
    found = measure(tables, exact, simulated, assumed=False)
    assumed = measure(tables, exact, simulated, assumed=True)

    assert found.ordered
    assert assumed.ordered
    assert found.total_inside >= 0.95
    assert assumed.total_inside >= 0.95
    assert assumed.units_inside >= 0.95
    assert found.units_inside >= 0.9


@pytest.mark.slow
def test_bounds_are_no_wider_than_twice_what_random_completions_span(tables, exact, simulated):
    found = measure(tables, exact, simulated, assumed=False)

    assert found.unit_width <= 2
    assert found.total_width <= 2
    # The best case makes the upper bound of the total tighter.
    assert found.total_width <= found.total_width_of_sums
