"""What delivered offers state of practical units, and in how many modes they are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.delivery import RELEVANT_MODES, flexibility, practical_share
from geo.types import Mode

COLUMNS = ["ukprn", "programme_code", "mode", "status", "units"]
UNIT_COLUMNS = ["programme_code", "unit_code", "kind", "place"]
ONE = pd.DataFrame({"ukprn": ["1"], "programme_code": ["P"]}, dtype="str")
# Of these a provider may teach LAB1 and LAB2 as practical units.
UNITS = pd.DataFrame(
    [
        ("P", "LAB1", "practical", "provider"),
        ("P", "LAB2", "practical", "either"),
        ("P", "SITE", "practical", "workplace"),
        ("P", "THEORY", "knowledge", "either"),
        ("K", "THEORY", "knowledge", "either"),
        ("K", "SITE", "practical", "workplace"),
    ],
    columns=UNIT_COLUMNS,
    dtype="str",
)


def offers_of(*rows, programme="P"):
    """Make offers of provider 1 from (mode, units) or (mode, units, status)."""
    full = [
        ("1", programme, mode, *(status or ["delivered"]), units) for mode, units, *status in rows
    ]
    return pd.DataFrame(full, columns=COLUMNS, dtype="str")


@pytest.mark.parametrize(
    ("rows", "share"),
    [
        ([("day_release", "LAB1;LAB2;THEORY")], 1.0),
        ([("day_release", "LAB1; THEORY")], 0.5),
        ([("day_release", "THEORY;OTHER;SITE")], 0.0),
        ([("day_release", "none")], 0.0),
        # Venues and modes add up, each unit once.
        ([("day_release", "LAB1"), ("evening", "LAB1"), ("blended", "LAB2")], 1.0),
        # Blank is not stated: unknown, unless the other offers state all.
        ([("day_release", None)], None),
        ([("day_release", " ; ")], None),
        ([("day_release", None), ("evening", "LAB1")], None),
        ([("day_release", None), ("evening", "LAB1;LAB2")], 1.0),
        # E-learning teaches no practical unit.
        ([("e_learning", "LAB1;LAB2")], 0.0),
        ([("e_learning", None), ("evening", "LAB1")], 0.5),
        # Only what is delivered is verified.
        ([("day_release", "LAB1;LAB2", "planned")], None),
        ([("day_release", "LAB1"), ("evening", "LAB2", "unknown")], 0.5),
        ([], None),
    ],
)
def test_practical_share_by_hand(rows, share):
    found = practical_share(ONE, offers_of(*rows), UNITS)

    assert found.tolist() == pytest.approx([np.nan if share is None else share], nan_ok=True)


def test_a_programme_without_practical_units_has_no_share():
    pairs = ONE.assign(programme_code="K")

    found = practical_share(pairs, offers_of(("day_release", "THEORY"), programme="K"), UNITS)

    assert np.isnan(found).all()


@pytest.mark.parametrize(
    ("modes", "share"),
    [
        (["evening"], 1 / 6),
        (["day_release", "evening"], 2 / 6),
        ([str(mode) for mode in RELEVANT_MODES], 1.0),
        # Weekly release alone serves no small firm; what carries no programme does not change it.
        (["day_release"], 0.0),
        (["day_release", "mentoring", "summer_school"], 0.0),
        # E-learning carries no programme that has practical units.
        (["evening", "e_learning"], 1 / 6),
        (["e_learning"], 0.0),
    ],
)
def test_flexibility_by_hand(modes, share):
    found = flexibility(ONE, offers_of(*[(mode, None) for mode in modes]), UNITS)

    assert found.tolist() == pytest.approx([share])


def test_e_learning_carries_a_programme_of_knowledge():
    pairs = ONE.assign(programme_code="K")
    offers = offers_of(("e_learning", None), ("day_release", None), programme="K")

    assert flexibility(pairs, offers, UNITS).tolist() == pytest.approx([2 / 7])
    # Of a programme whose units nobody states, nothing says that it has no practical ones.
    assert flexibility(pairs, offers, UNITS.iloc[:0]).tolist() == [0.0]


def test_what_is_not_delivered_has_no_flexibility_and_modes_count_once():
    venues = offers_of(("evening", None), ("evening", None), ("blended", None, "planned"))

    assert flexibility(ONE, venues, UNITS).tolist() == pytest.approx([1 / 6])
    assert np.isnan(flexibility(ONE, venues.iloc[2:], UNITS)).all()


def test_empty_tables():
    nobody, nothing = ONE.iloc[:0], offers_of()

    for measure in (practical_share, flexibility):
        assert len(measure(nobody, nothing, UNITS)) == 0
        assert np.isnan(measure(ONE, nothing, UNITS.iloc[:0])).all()


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["1", "2"]),
        st.sampled_from(["P", "K"]),
        st.sampled_from([str(mode) for mode in Mode]),
        st.sampled_from(["delivered", "planned", "unknown", "could_deliver"]),
        st.sampled_from([None, "LAB1", "LAB2;LAB1", "THEORY", ""]),
    ),
    max_size=12,
)


@settings(max_examples=40)
@given(rows=ROWS, order=st.randoms(use_true_random=False))
def test_shares_equal_a_plain_loop_whatever_the_order(rows, order):
    pairs = pd.DataFrame(
        [(u, p) for u in "12" for p in "PK"], columns=["ukprn", "programme_code"], dtype="str"
    )
    offers = pd.DataFrame(rows, columns=COLUMNS, dtype="str")
    untouched = offers.copy(deep=True)

    practical, flexible = practical_share(pairs, offers, UNITS), flexibility(pairs, offers, UNITS)

    for i, pair in enumerate(pairs.itertuples(index=False, name=None)):
        mine = [row for row in rows if row[:2] == pair and row[3] == "delivered"]
        assert practical[i] == pytest.approx(naive_share(mine, pair[1]), nan_ok=True)
        assert flexible[i] == pytest.approx(naive_flexibility(mine, pair[1]), nan_ok=True)
    shuffled = list(range(len(rows)))
    order.shuffle(shuffled)
    np.testing.assert_array_equal(practical, practical_share(pairs, offers.iloc[shuffled], UNITS))
    np.testing.assert_array_equal(flexible, flexibility(pairs, offers.iloc[shuffled], UNITS))
    pd.testing.assert_frame_equal(offers, untouched)


def naive_share(mine, programme):
    due = {"LAB1", "LAB2"} if programme == "P" else set()
    teaching = [row for row in mine if row[2] != "e_learning"]
    stated = {code for row in teaching if row[4] for code in row[4].split(";")} & due
    silent = any(not row[4] for row in teaching)
    if not mine or not due or (silent and stated != due):
        return np.nan
    return len(stated) / len(due)


def naive_flexibility(mine, programme):
    relevant = {*RELEVANT_MODES, *(["e_learning"] if programme == "K" else [])}
    modes = {row[2] for row in mine} & relevant
    if not mine:
        return np.nan
    return len(modes) / len(relevant) if modes - {"day_release"} else 0.0
