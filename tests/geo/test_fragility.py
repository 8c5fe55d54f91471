"""Fragility: what goes with a provider equals a full recomputation without it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import combinations
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from positions import provision_of
from scipy.sparse import csr_array
from sharing import POOLS, UNITS, demands, dense, matrices, reaches, weights_of

import geo.fragility
from geo.assessment import assess
from geo.errors import InputError
from geo.fragility import (
    Owners,
    concentration,
    find_losses,
    owners_of_pools,
    pair_losses,
    provider_losses,
)
from geo.model import build_model
from geo.places import places_available
from geo.policies import FragilityPolicy
from geo.skills import Known

PROVIDERS, RATIO = 4, 0.8
CODES = ["P", "Q"]
POLICY = FragilityPolicy(alarm_providers=2, alarm_share=0.5)
supplies = arrays(float, POOLS, elements=st.just(np.nan) | st.floats(0, 100))
owned = st.lists(st.sets(st.integers(0, PROVIDERS - 1), max_size=3), min_size=POOLS, max_size=POOLS)
programmes = arrays(np.int64, UNITS, elements=st.integers(0, 1))


def owners_of(sets):
    matrix = np.zeros((len(sets), PROVIDERS))
    for pool, providers in enumerate(sets):
        matrix[pool, list(providers)] = 1
    return Owners(pd.Index([f"1000000{i}" for i in range(PROVIDERS)]), csr_array(matrix))


def losses_of(matrix, demand, places, sets, everywhere=None):
    return find_losses(
        weights_of(matrix, everywhere),
        demand=np.array(demand, dtype=float),
        places=np.array(places, dtype=float),
        owners=owners_of(sets),
    )


def without(stopped, matrix, demand, places, sets, everywhere=None):
    """Recompute in full, without the pools of which every provider stops."""
    gone = np.array([bool(providers) and providers <= stopped for providers in sets], dtype=bool)
    left = dense(matrix, everywhere or {})
    left[:, gone] = 0
    available = places_available(weights_of(left), demand=demand, places=places)
    return np.nan_to_num(available)


def served(available, demand):
    return np.minimum(available, np.nan_to_num(demand))


def by_hand(**changed):
    """Two units, of P and of Q; the first provider's pool is shared, the second's is Q's alone."""
    rows = {
        "matrix": [[1, 0], [1, 1]],
        "demand": [6, 4],
        "places": [10, 3],
        "sets": [{0}, {1}],
    }
    return losses_of(**{**rows, **changed})


def table_of(losses, programme=(0, 1)):
    return provider_losses(
        losses, programme=np.array(programme), programme_codes=CODES, enough_ratio=RATIO
    )


def test_losses_of_a_case_worked_by_hand():
    # The first pool gives 6 and 4; the second gives 3 more to a unit that has 4 already.
    # Without the first, 6 + 4 places go, 6 + 1 of them were used, and neither unit is covered
    # any longer (0 of 6, 3 of 4). Without the second nothing that was used goes.
    table = table_of(by_hand()).set_index(["ukprn", "programme_code"])

    assert table.loc[("10000000", "")].tolist() == pytest.approx([10, 7, 10, 10 / 13])
    assert table.loc[("10000000", "P")].tolist() == pytest.approx([6, 6, 6, 1])
    assert table.loc[("10000000", "Q")].tolist() == pytest.approx([4, 1, 4, 4 / 7])
    assert table.loc[("10000001", "")].tolist() == pytest.approx([3, 0, 0, 3 / 13])
    assert table.loc[("10000001", "Q")].tolist() == pytest.approx([3, 0, 0, 3 / 7])
    assert ("10000001", "P") not in table.index
    assert table.loc[("10000003", "")].tolist() == [0, 0, 0, 0]
    assert len(table) == 7


def test_a_unit_that_keeps_just_enough_stays_covered():
    # Of 10 needed 8 are left: 0.8 of it, inclusive.
    kept = table_of(losses_of([[1, 1]], [10], [8, 2], [{0}, {1}]), [0])

    assert kept.set_index(["ukprn", "programme_code"]).loc[("10000001", ""), "covered_lost"] == 0


def test_two_providers_together_lose_more_than_each_alone():
    # Either alone leaves the unit its 5 places; both together leave none.
    losses = losses_of([[1, 1, 0], [0, 0, 1]], [5, 5], [5, 5, 1], [{0}, {2}, {3}])

    worst = pair_losses(losses, most=5)

    assert worst.to_numpy().tolist() == [
        ["10000000", "10000002", 5],
        ["10000000", "10000003", 1],
        ["10000001", "10000003", 1],
        ["10000002", "10000003", 1],
    ]
    assert pair_losses(losses, most=1).to_numpy().tolist() == [["10000000", "10000002", 5]]


def test_a_pool_of_two_providers_goes_only_with_both():
    losses = losses_of([[1]], [5], [4], [{1, 3}])

    assert table_of(losses, [0])["served_lost"].tolist() == [0, 0, 0, 0]
    assert pair_losses(losses, most=9).to_numpy().tolist() == [["10000001", "10000003", 4]]


def test_the_alarm_sounds_above_the_share_and_not_at_it():
    def found(places):
        return concentration(
            losses_of(np.ones((1, 4)), [9], places, [{0}, {1}, {2}, {3}]),
            programme=np.array([0]),
            programme_codes=CODES,
            policy=POLICY,
        )

    assert found([2, 2, 2, 2])[""] == {
        "share": 0.5,
        "providers": ["10000000", "10000001"],
        "alarm": False,
    }
    above = found([1, 2, 2.5, 3])
    assert above["P"] == {
        "share": pytest.approx(5.5 / 8.5),
        "providers": ["10000003", "10000002"],
        "alarm": True,
    }
    assert np.isnan(above["Q"]["share"])
    assert (above["Q"]["providers"], above["Q"]["alarm"]) == ([], False)


def test_a_pool_of_two_counts_where_both_are_among_the_largest():
    def share(sets):
        losses = losses_of(np.ones((1, 4)), [9], [4, 4, 1, 7], sets)
        return concentration(losses, programme=np.array([0]), programme_codes=["P"], policy=POLICY)[
            "P"
        ]["share"]

    assert share([{0}, {1}, {2}, {0, 1}]) == pytest.approx(15 / 16)
    assert share([{0}, {1}, {2}, {0, 2}]) == pytest.approx(8 / 16)


def test_owners_are_the_providers_of_the_offers_that_count():
    provision = provision_of([{"pool": 0}, {"pool": 0}, {"pool": 0}, {"pool": 2}], [], sites=1)
    provision.offers["ukprn"] = ["10000002", "10000001", "10000002", "10000003"]

    owners = owners_of_pools(provision, np.array([True, True, True, False]))

    assert owners.ukprns.tolist() == ["10000001", "10000002"]
    assert owners.of_pool.toarray().tolist() == [[1, 1], [0, 0], [0, 0], [0, 0]]
    nobody = owners_of_pools(provision, np.zeros(4, dtype=bool))
    assert nobody.ukprns.tolist() == []


def test_places_without_bound_are_refused():
    with pytest.raises(InputError, match="infinite"):
        losses_of([[1]], [5], [np.inf], [{0}])


@pytest.mark.parametrize("shape", [(0, 0), (2, 0), (0, 2), (2, 2)])
def test_where_nothing_is_reached_nothing_is_lost(shape):
    losses = losses_of(np.zeros(shape), np.ones(shape[0]), np.ones(shape[1]), [{0}] * shape[1])

    table = table_of(losses, np.zeros(shape[0], dtype=int))
    assert table[["places_lost", "served_lost", "covered_lost"]].to_numpy().sum() == 0
    assert table["share"].isna().all()
    assert pair_losses(losses, most=5).empty
    held = concentration(
        losses,
        programme=np.zeros(shape[0], dtype=int),
        programme_codes=CODES,
        policy=POLICY,
    )
    assert [one["alarm"] for one in held.values()] == [False, False, False]


def test_no_provider_at_all_is_no_error():
    losses = find_losses(
        weights_of([[1.0]]),
        demand=np.ones(1),
        places=np.ones(1),
        owners=Owners(pd.Index([], dtype="str"), csr_array((1, 0))),
    )

    assert table_of(losses, [0]).empty
    assert pair_losses(losses, most=5).empty


@given(
    matrix=matrices,
    demand=demands,
    places=supplies,
    sets=owned,
    everywhere=reaches,
    programme=programmes,
)
def test_losses_of_a_provider_equal_a_full_recomputation_without_it(
    matrix, demand, places, sets, everywhere, programme
):
    before = matrix.copy(), demand.copy(), places.copy()
    losses = losses_of(matrix, demand, places, sets, everywhere)

    table = table_of(losses, programme).set_index(["ukprn", "programme_code"])

    now = without(set(), matrix, demand, places, sets, everywhere)
    needed = RATIO * np.nan_to_num(demand)
    for provider, ukprn in enumerate(losses.owners.ukprns):
        left = without({provider}, matrix, demand, places, sets, everywhere)
        sure = np.abs(left - needed) > 1e-6
        uncovered = sure & (now >= needed) & (left < needed)
        for code, mine in [("", programme >= 0), ("P", programme == 0), ("Q", programme == 1)]:
            expected = [
                (now - left)[mine].sum(),
                (served(now, demand) - served(left, demand))[mine].sum(),
            ]
            row = table.loc[(ukprn, code)] if (ukprn, code) in table.index else None
            said = [0, 0] if row is None else [row["places_lost"], row["served_lost"]]
            assert said == pytest.approx(expected, rel=1e-9, abs=1e-9)
            if row is not None and sure[mine].all():
                lost = np.nan_to_num(demand)[mine & uncovered].sum()
                assert row["covered_lost"] == pytest.approx(lost, rel=1e-9)
    for was, still in zip(before, (matrix, demand, places), strict=True):
        np.testing.assert_array_equal(was, still)


@settings(max_examples=60)
@given(
    matrix=matrices,
    demand=demands,
    places=supplies,
    sets=owned,
    everywhere=reaches,
    most=st.integers(1, 6),
)
def test_the_worst_pairs_equal_brute_force(matrix, demand, places, sets, everywhere, most):
    losses = losses_of(matrix, demand, places, sets, everywhere)

    # A pair at a time, so that the search stops by its bound.
    with mock.patch.object(geo.fragility, "_PAIRS_AT_ONCE", 1):
        worst = pair_losses(losses, most=most)

    now = served(without(set(), matrix, demand, places, sets, everywhere), demand).sum()
    all_pairs = {
        (f"1000000{a}", f"1000000{b}"): now
        - served(without({a, b}, matrix, demand, places, sets, everywhere), demand).sum()
        for a, b in combinations(range(PROVIDERS), 2)
    }
    said = worst["served_lost"].tolist()
    greatest = sorted(all_pairs.values(), reverse=True)[: len(said)]
    assert said == pytest.approx(greatest, rel=1e-9, abs=1e-7)
    for row in worst.itertuples():
        assert row.served_lost == pytest.approx(all_pairs[row.ukprn_a, row.ukprn_b], abs=1e-7)
    missing = sorted(all_pairs.values(), reverse=True)[len(said) : most]
    assert missing == pytest.approx([0.0] * len(missing), abs=1e-7)


def test_in_an_assessment_too_a_provider_that_stops_takes_what_was_said(register, scenario):
    model = build_model(register, scenario, as_of=date(2026, 11, 1))
    selection = model.select()
    whole = assess(model, selection)
    owners = owners_of_pools(model.provision, selection.counted)
    losses = find_losses(whole.valid, demand=model.units.demand, places=whole.places, owners=owners)

    assert owners.ukprns.tolist() == ["10000001", "10000002", "10000003"]
    lost_in_all = 0.0
    for provider, ukprn in enumerate(owners.ukprns):
        theirs = (model.provision.offers["ukprn"] == ukprn).to_numpy()
        stopped = np.where(theirs, Known.NO, selection.offered).astype(np.int8)
        left = assess(model, replace(selection, offered=stopped)).places_available
        units, lost = losses.of_provider(provider)
        expected = np.nan_to_num(whole.places_available)
        expected[units] -= lost
        assert np.nan_to_num(left).tolist() == pytest.approx(expected.tolist(), abs=1e-9)
        lost_in_all += lost.sum()
    assert lost_in_all == pytest.approx(np.nansum(whole.places_available))
    assert lost_in_all > 0


@given(matrix=matrices, demand=demands, places=supplies, sets=owned, data=st.data())
def test_the_order_of_units_and_pools_changes_nothing(matrix, demand, places, sets, data):
    units = data.draw(st.permutations(range(UNITS)))
    pools = data.draw(st.permutations(range(POOLS)))
    programme = np.arange(UNITS) % 2

    table = table_of(losses_of(matrix, demand, places, sets), programme)
    turned = table_of(
        losses_of(matrix[units][:, pools], demand[units], places[pools], [sets[q] for q in pools]),
        programme[units],
    )

    keep = table["programme_code"] == ""
    keep_turned = turned["programme_code"] == ""
    columns = ["places_lost", "served_lost", "share"]
    assert turned[keep_turned][columns].to_numpy().ravel().tolist() == pytest.approx(
        table[keep][columns].to_numpy().ravel().tolist(), rel=1e-9, abs=1e-9, nan_ok=True
    )
