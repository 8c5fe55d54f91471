"""The review as a spreadsheet."""

from __future__ import annotations

import csv
from datetime import UTC, datetime

import pytest

from app.db.engine import writing
from app.db.matches import MatchRecord, Standing
from app.db.models import School
from app.db.register import read_table, write_rows
from etl.errors import ColumnsError, SourceError
from etl.review import Verdict
from etl.review_file import COLUMNS, describe, read_review, write_review

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def match(number, source_row="a", row_id="b", table="schools"):
    return MatchRecord(
        number, table, "gias", source_row, row_id, 0.8, "names 0.80", Standing.PROPOSED
    )


def written(tmp_path, *lines, header="match_id,decision"):
    path = tmp_path / "review.csv"
    path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return path


def test_both_rows_are_named(engine, tmp_path):
    with writing(engine) as connection:
        blank = read_table(connection, School)
        rows = blank.reindex(range(2)).assign(
            school_id=["a", "b"], name=["=St Anne", "Saint Anne"], postcode=["CB2 0AA", None]
        )
        write_rows(connection, School, rows.astype(blank.dtypes), moment=NOON)
        told = describe(connection, [match(7), match(8, source_row="gone")])
        none = describe(connection, [])

    write_review(told, tmp_path / "out" / "review.csv")

    with (tmp_path / "out" / "review.csv").open(encoding="utf-8-sig", newline="") as file:
        first, second = csv.DictReader(file)
    assert tuple(first) == COLUMNS
    assert (first["source_name"], first["source_postcode"]) == ("'=St Anne", "CB2 0AA")
    assert (first["name"], first["postcode"], first["score"]) == ("Saint Anne", "", "0.800")
    assert first["decision"] == ""
    assert (second["source_row"], second["source_name"]) == ("gone", "")
    assert none.empty


def test_decisions_are_read_back(tmp_path):
    path = written(tmp_path, "1,accept", "2, Reject ", "3,", "4,ACCEPT")

    given = read_review(path)

    assert given.taken == {
        2: (1, Verdict.ACCEPT),
        3: (2, Verdict.REJECT),
        5: (4, Verdict.ACCEPT),
    }
    assert (given.blank, len(given.rejects)) == (1, 0)


@pytest.mark.parametrize(
    ("line", "field", "rule"),
    [
        ("1,yes", "decision", "unknown word"),
        ("1,undo", "decision", "unknown word"),
        ("x,accept", "match_id", "id of a match"),
        (",accept", "match_id", "id of a match"),
    ],
)
def test_what_is_no_decision_is_refused_by_its_line(tmp_path, line, field, rule):
    given = read_review(written(tmp_path, "5,accept", line))

    [reject] = given.rejects.to_dict("records")
    assert (reject["line"], reject["field"], reject["rule"]) == (3, field, rule)
    assert given.taken == {2: (5, Verdict.ACCEPT)}


def test_a_match_that_is_decided_twice_is_not_decided(tmp_path):
    given = read_review(written(tmp_path, "5,accept", "5,reject"))

    assert given.taken == {}
    assert given.rejects["rule"].tolist() == ["decided twice"] * 2


def test_a_file_that_is_no_review_is_refused(tmp_path):
    with pytest.raises(ColumnsError, match="lacks the column 'decision'"):
        read_review(written(tmp_path, "1", header="match_id"))
    with pytest.raises(SourceError):
        read_review(written(tmp_path))
