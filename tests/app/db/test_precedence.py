"""Whose word counts: the written rule, case by case, and its laws."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.db.base import RegisterBase
from app.db.models import REGISTER_MODELS
from app.db.precedence import GROUPS, Strength, fields_won_with, group_of, pick_winners

COLUMNS = ["claim_id", "row_id", "field", "value", "speaker", "source_row", "strength",
           "as_at", "retrieved_on", "load_id"]  # fmt: skip


def claims(*rows):
    table = pd.DataFrame(list(rows), columns=COLUMNS)
    return table.astype({"strength": "Int64", "as_at": object, "retrieved_on": object})


def claim(
    at, field="name", *, row="r", speaker="s", strength=3, as_at=None, retrieved=None, load=1
):
    return (at, row, field, f"v{at}", speaker, row, strength, as_at, retrieved, load)


def winners(*rows, table="providers"):
    return pick_winners(table, claims(*rows))["value"].tolist()


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        ({"strength": 3, "as_at": date(2026, 1, 1)}, {"strength": 4, "as_at": date(2020, 1, 1)}),
        ({"as_at": date(2025, 1, 1)}, {"as_at": date(2026, 1, 1)}),
        ({"as_at": None, "retrieved": date(2026, 1, 1)}, {"as_at": date(1990, 1, 1)}),
        ({"retrieved": date(2025, 1, 1), "load": 9}, {"retrieved": date(2026, 1, 1), "load": 1}),
        ({"load": 1}, {"load": 2}),
    ],
    ids=["strength first", "then the day", "no day is oldest", "then retrieval", "then the load"],
)
def test_the_rule_step_by_step(weaker, stronger):
    first, second = claim(1, speaker="a", **weaker), claim(2, speaker="b", **stronger)

    assert winners(first, second) == winners(second, first) == ["v2"]


def test_a_group_is_won_as_a_whole():
    old = [
        claim(1, "inspection_grades", speaker="a", as_at=date(2024, 1, 1)),
        claim(2, "inspection_date", speaker="a", as_at=date(2024, 1, 1)),
    ]
    new = claim(3, "inspection_grades", speaker="b", as_at=date(2026, 1, 1))

    assert winners(*old, new) == ["v3"]


def test_what_one_source_said_in_two_loads_is_one_word():
    unchanged = claim(1, "inspection_date", as_at=date(2024, 1, 1), load=1)
    renewed = claim(2, "inspection_grades", as_at=date(2026, 1, 1), load=5)

    assert winners(unchanged, renewed) == ["v1", "v2"]


def test_rows_and_other_fields_do_not_compete():
    assert winners(claim(1), claim(2, "website", strength=1), claim(3, row="q")) == [
        "v1", "v2", "v3",
    ]  # fmt: skip


def test_no_claims_have_no_winner():
    assert pick_winners("providers", claims()).empty


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["name", "website", "inspection_grades", "inspection_date"]),
            st.sampled_from("ab"),
            st.integers(1, 5),
            st.sampled_from([None, date(2025, 1, 1), date(2026, 1, 1)]),
        ),
        unique_by=lambda said: said[:2],
        max_size=8,
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_claims_does_not_matter_and_each_field_has_one_winner(said, random):
    rows = [claim(n, f, speaker=s, strength=w, as_at=d) for n, (f, s, w, d) in enumerate(said)]
    mixed = random.sample(rows, len(rows))
    table = claims(*rows)
    before = table.copy()

    won = pick_winners("providers", table)

    assert not won.duplicated(["row_id", "field"]).any()
    assert sorted(won["value"]) == sorted(pick_winners("providers", claims(*mixed))["value"])
    pd.testing.assert_frame_equal(table, before)


def test_the_groups_are_of_fields_that_there_are_and_do_not_overlap():
    tables = {model.__tablename__: model for model in REGISTER_MODELS}
    for name, groups in GROUPS.items():
        fields = [field for group in groups for field in group]
        columns = RegisterBase.metadata.tables[name].columns
        assert len(set(fields)) == len(fields)
        assert set(fields) <= set(columns.keys()) - set(tables[name].KEY)


def test_fields_won_together_are_found_from_any_of_them():
    assert group_of("providers", "inspection_date") == "inspection_scheme"
    assert group_of("providers", "name") == "name"
    assert fields_won_with("sites", ["latitude", "name"]) == [
        "latitude", "longitude", "name", "postcode",
    ]  # fmt: skip
    assert max(Strength) is Strength.OWN
