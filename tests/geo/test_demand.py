"""Demand: what is stated counts, what is estimated says so, and what is blank stays unknown."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.demand import demand_by_programme, demand_units
from geo.errors import InputError, MissingColumnsError


def demand_of(tables, scenario, sites, stated=(), programmes=None):
    units = demand_units(
        tables.sites(sites),
        tables.programmes(programmes or {"P": {"demand_share": 0.5}}),
        tables.demand(stated),
        scenario.demand,
    )
    return units, demand_by_programme(units)


def test_demand_is_technicians_times_rate_times_share(tables, scenario):
    units, total = demand_of(tables, scenario, {"s": {"employees": 1000.0}})

    # 1000 * 0.25 = 250 technicians; 250 * 0.047 * 0.5 = 5.875 new, 250 * 0.01 * 0.5 = 1.25 there.
    by_stream = units.set_index("stream")["places"]
    assert by_stream.to_dict() == pytest.approx({"new_starters": 5.875, "existing_workforce": 1.25})
    # Low 1000 * 0.15 * (0.044 + 0.01) * 0.5, high 1000 * 0.35 * (0.05 + 0.01) * 0.5.
    assert total.to_dict("records") == [
        {
            "site_id": "s",
            "programme_code": "P",
            "demand": pytest.approx(7.125),
            "demand_low": pytest.approx(4.05),
            "demand_high": pytest.approx(10.5),
            "demand_basis": "estimated",
            "demand_new_starters": pytest.approx(5.875),
            "demand_existing_workforce": pytest.approx(1.25),
        }
    ]


def test_technicians_that_are_given_need_no_share(tables, scenario):
    _, total = demand_of(tables, scenario, {"s": {"technicians": 100.0, "employees": 1.0}})

    # 100 * (0.047 + 0.01) * 0.5; only the rates have a range.
    assert total.loc[0, "demand"] == pytest.approx(2.85)
    assert total.loc[0, "demand_low"] == pytest.approx(2.7)
    assert total.loc[0, "demand_high"] == pytest.approx(3.0)


def test_what_is_stated_counts_stream_by_stream(tables, scenario):
    stated = [{"site_id": "s", "programme_code": "P", "places": 4.0, "places_high": 6.0}]

    units, total = demand_of(tables, scenario, {"s": {"employees": 1000.0}}, stated)

    assert units.set_index("stream")["basis"].to_dict() == {
        "existing_workforce": "estimated",
        "new_starters": "stated",
    }
    assert total.loc[0, "demand"] == pytest.approx(4 + 1.25)
    # A stated number without a lower end is its own lower end: 4 + 1000 * 0.15 * 0.01 * 0.5.
    assert total.loc[0, "demand_low"] == pytest.approx(4 + 0.75)
    assert total.loc[0, "demand_high"] == pytest.approx(6 + 1.75)
    assert total.loc[0, "demand_basis"] == "stated in part"


def test_both_streams_stated_is_stated_and_zero_is_a_number(tables, scenario):
    stated = [
        {"site_id": "s", "programme_code": "P", "places": 0.0},
        {"site_id": "s", "programme_code": "P", "places": 0.0, "stream": "existing_workforce"},
    ]

    _, total = demand_of(tables, scenario, {"s": {}}, stated)

    assert total["demand"].tolist() == [0.0]
    assert total["demand_basis"].tolist() == ["stated"]


@pytest.mark.parametrize("employees", [{}, {"employees_low": 10.0}, {"employees_high": 10.0}])
def test_without_employees_demand_is_unknown_and_never_zero(tables, scenario, employees):
    units, total = demand_of(tables, scenario, {"s": employees})

    assert set(units["basis"]) == {"unknown"}
    assert total["demand_basis"].tolist() == ["unknown"]
    assert total[["demand", "demand_low", "demand_high"]].isna().all(axis=None)


def test_a_stated_stream_beside_an_unknown_one_is_stated_in_part(tables, scenario):
    stated = [{"site_id": "s", "programme_code": "P", "places": 2.0}]

    _, total = demand_of(tables, scenario, {"s": {"employees_low": 5000.0}}, stated)

    ends = total.loc[0, ["demand_low", "demand", "demand_high"]].tolist()
    assert ends == [2.0, 2.0, 2.0]
    assert total.loc[0, "demand_basis"] == "stated in part"


def test_a_programme_is_for_its_nation_or_for_who_asks(tables, scenario):
    sites = {
        "e": {"employees": 100.0},
        "s": {"employees": 100.0, "nation": "Scotland"},
        "x": {"employees": 100.0, "nation": None},
    }
    stated = [{"site_id": "s", "programme_code": "ENG", "places": 1.0}]
    programmes = {
        "ALL": {"demand_share": 0.5},
        "ENG": {"demand_share": 0.5, "nation": "England"},
    }

    _, total = demand_of(tables, scenario, sites, stated, programmes)

    found = total.set_index(["site_id", "programme_code"])["demand"]
    # 100 * 0.25 * 0.057 * 0.5; whether a site of an unknown nation needs ENG is unknown.
    assert found.to_dict() == pytest.approx(
        {
            ("e", "ALL"): 0.7125,
            ("e", "ENG"): 0.7125,
            ("s", "ALL"): 0.7125,
            ("s", "ENG"): 1.0,
            ("x", "ALL"): 0.7125,
            ("x", "ENG"): math.nan,
        },
        nan_ok=True,
    )


number = st.none() | st.floats(0, 1e5)


@given(
    sites=st.dictionaries(
        st.sampled_from("abc"),
        st.fixed_dictionaries({"employees": number, "technicians": number}),
        max_size=3,
    ),
    share=st.none() | st.floats(0, 1),
)
def test_ranges_hold_the_middle_and_order_changes_nothing(tables, scenario, sites, share):
    table = tables.sites(sites)
    programmes = tables.programmes({"P": {"demand_share": share}, "Q": {}})
    before = table.copy()

    total = demand_by_programme(demand_units(table, programmes, tables.demand(), scenario.demand))
    turned = demand_by_programme(
        demand_units(table[::-1], programmes[::-1], tables.demand(), scenario.demand)
    )

    pd.testing.assert_frame_equal(turned, total)
    pd.testing.assert_frame_equal(table, before)
    known = total[total["demand"].notna()]
    slack = 1e-9 * known["demand_high"]
    assert len(total) == 2 * len(sites)
    assert (known["demand_low"] <= known["demand"] + slack).all()
    assert (known["demand"] <= known["demand_high"] + slack).all()
    assert (total["demand"].isna() == (total["demand_basis"] == "unknown")).all()


def test_an_empty_register_has_no_demand_and_keeps_its_types(tables, scenario):
    units, total = demand_of(tables, scenario, {})

    assert len(units) == len(total) == 0
    assert units["places"].dtype == total["demand"].dtype == "float64"


def test_an_empty_table_of_objects_does_not_make_objects_of_the_estimates(tables, scenario):
    units = demand_units(
        tables.sites({"s": {"employees": 10.0}}),
        tables.programmes({"P": {"demand_share": 1.0}}),
        pd.DataFrame(columns=tables.demand().columns, dtype=object),
        scenario.demand,
    )

    assert units["places"].dtype == "float64"
    assert demand_by_programme(units)["demand"].dtype == "float64"


SOUND = {"site_id": "s", "programme_code": "P", "places": 1.0}


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([SOUND | {"site_id": "x"}], "'site_id' in 'demand' are unknown, such as x"),
        ([SOUND | {"programme_code": "x"}], "'programme_code' in 'demand' are unknown"),
        ([SOUND | {"stream": "school"}], "'stream' in 'demand' holds school"),
        ([SOUND | {"places": -1.0}], "'places' in 'demand' holds -1"),
        ([SOUND | {"places_low": math.inf}], "'places_low' in 'demand' holds inf"),
        ([SOUND, SOUND], "'demand' has 1 id"),
    ],
)
def test_stated_demand_that_cannot_be_used_is_refused(tables, scenario, rows, words):
    with pytest.raises(InputError, match=words):
        demand_of(tables, scenario, {"s": {}}, rows)


def test_shares_that_train_a_technician_twice_are_refused(tables, scenario):
    eight = {f"P{i}": {"demand_share": 0.125} for i in range(8)}
    two = {"E": {"demand_share": 0.6, "nation": "England"}, "A": {"demand_share": 0.5}}
    apart = {
        "E": {"demand_share": 0.6, "nation": "England"},
        "W": {"demand_share": 0.6, "nation": "Wales"},
    }

    demand_of(tables, scenario, {"s": {}}, programmes=eight)
    demand_of(tables, scenario, {"s": {}}, programmes=apart)
    with pytest.raises(InputError, match=r"one nation sums to 1\.1; at most 1"):
        demand_of(tables, scenario, {"s": {}}, programmes=two)
    with pytest.raises(InputError, match=r"'demand_share' in 'programmes' holds -0\.1"):
        demand_of(tables, scenario, {"s": {}}, programmes={"P": {"demand_share": -0.1}})


def test_missing_columns_are_named(tables, scenario):
    with pytest.raises(MissingColumnsError, match="'demand' lacks places_low"):
        demand_units(
            tables.sites({}),
            tables.programmes({}),
            tables.demand().drop(columns="places_low"),
            scenario.demand,
        )
