"""What both exports of Companies House become: candidates, with a reason each, or rejects."""

from __future__ import annotations

import pandas as pd

from etl.sector import shipped_sector
from etl.sources.companies import make_candidates
from etl.tables import TABLES, table_fields


def make(*rows, **rest):
    index = pd.Index(range(2, len(rows) + 2), name="line")
    table = pd.DataFrame(rows, columns=["employer", "company_number", "code"], index=index)
    fields = table[["employer", "company_number"]].assign(**rest).astype("str")
    return make_candidates(fields, table[["code"]].astype("str"), shipped_sector())


def test_a_candidate_has_an_id_made_of_its_company_number_and_a_reason():
    found = make(("Example Ltd", "sc123456", "72110"))

    [row] = found.part.cells.to_dict("records")
    assert (row["site_id"], row["company_number"]) == ("ch-sc123456", "SC123456")
    assert row["segment_weight"] == "0.9"
    assert row["segment_reason"].startswith("72110")
    assert set(row) <= set(table_fields(TABLES[found.part.table]))


def test_it_says_nothing_of_its_standing():
    assert "standing" not in make(("Example Ltd", "SC123456", "72110")).part.cells


def test_numbers_that_are_none_are_refused_and_lost_zeros_are_suggested():
    found = make(("A", "123", "72110"), ("B", "12345678", "72110"), ("C", "SC 1", "72110"))

    assert list(found.rejects["line"]) == [2, 4]
    assert found.rejects["suggestion"][0] == "write 00000123: its leading zeros were lost"
    assert list(found.part.cells.index) == [3]


def test_names_of_another_trade_are_refused_with_the_word():
    found = make(("EXAMPLE DRONES LTD", "12345678", "72190"))

    [reject] = found.rejects.to_dict("records")
    assert reject["rule"] == "out of scope by name"
    assert "'drones'" in reject["suggestion"]
    assert found.part.cells.empty


def test_the_report_counts_scopes_and_crowded_addresses():
    found = make(
        ("A", "12345678", "72110"),
        ("B", "12345679", "72190"),
        companies_at_address=["100", ""],
    )

    assert "1 of the sector, 1 on weak evidence" in found.notes[0]
    assert found.notes[1] == "At a postcode of 100 companies or more: 1."
