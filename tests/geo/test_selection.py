"""Selections: which offers count for a tier of evidence and a mode of delivery."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from geo.selection import Tier, is_fresh, select
from geo.tolerance import tolerance_table
from geo.types import Mode

NO, UNKNOWN, YES = 0, 1, 2
TODAY = date(2026, 11, 24)
ROWS = [
    # status, mode, fresh, label; then what it is for any, verified, good
    (("delivered", "evening", True, "good"), (YES, YES, YES)),
    (("delivered", "evening", True, "not_good"), (YES, YES, NO)),
    (("delivered", "blended", True, "insufficient_evidence"), (YES, YES, UNKNOWN)),
    (("delivered", "blended", False, "good"), (YES, UNKNOWN, UNKNOWN)),
    (("delivered", "blended", False, "not_good"), (YES, UNKNOWN, NO)),
    (("unknown", "evening", True, "good"), (UNKNOWN, UNKNOWN, UNKNOWN)),
    (("unknown", "evening", True, "not_good"), (UNKNOWN, UNKNOWN, NO)),
    (("could_deliver", "evening", True, "good"), (NO, NO, NO)),
    (("planned", "blended", True, "good"), (NO, NO, NO)),
    (("lapsed", "evening", True, "good"), (NO, NO, NO)),
]


def selected(scenario, tier, mode=None, rows=ROWS):
    offers = pd.DataFrame([row[:3] for row, _ in rows], columns=["status", "mode", "fresh"]).astype(
        {"fresh": bool}
    )
    label = np.array([row[3] for row, _ in rows], dtype=object)
    limits = tolerance_table(scenario.tolerance)
    return select(offers, label, limits, tier=tier, mode=mode, silent_minutes=90.0)


@pytest.mark.parametrize(("column", "tier"), list(enumerate(Tier)))
def test_what_an_offer_is_for_each_tier(scenario, column, tier):
    found = selected(scenario, tier)

    assert found.offered.tolist() == [states[column] for _, states in ROWS]
    assert found.counted.tolist() == [states[column] == YES for _, states in ROWS]
    assert found.possible.tolist() == [states[column] != NO for _, states in ROWS]
    assert found.could.tolist() == [row[0] in ("could_deliver", "planned") for row, _ in ROWS]
    assert found.silent_minutes == 90.0


def test_a_mode_leaves_out_every_other(scenario):
    found = selected(scenario, Tier.ANY, Mode.EVENING)

    mine = [row[1] == "evening" for row, _ in ROWS]
    assert found.offered.tolist() == [
        s[0] if m else NO for (_, s), m in zip(ROWS, mine, strict=True)
    ]
    assert found.could.tolist() == [
        m and row[0] in ("could_deliver", "planned") for (row, _), m in zip(ROWS, mine, strict=True)
    ]
    # A silent venue may deliver evenings only as far as an evening may be away.
    assert found.silent_minutes == pytest.approx(22.5)
    assert selected(scenario, Tier.ANY, Mode.E_LEARNING).silent_minutes == 90.0


def test_no_offers_select_nothing(scenario):
    assert selected(scenario, Tier.GOOD, rows=[]).offered.tolist() == []


def test_a_claim_is_fresh_for_eighteen_months_the_last_day_included(scenario):
    dates = pd.Series(
        [date(2025, 5, 24), date(2025, 5, 23), TODAY, date(2026, 11, 25), None], dtype=object
    )

    found = is_fresh(dates, as_of=TODAY, policy=scenario.evidence)

    assert found.tolist() == [True, False, True, False, False]
    assert is_fresh(dates.iloc[:0], as_of=TODAY, policy=scenario.evidence).tolist() == []
