"""Loading in one transaction, and the file of rejects."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pandas as pd
import pytest
import sqlalchemy as sa

from app.db.claims import read_claims
from app.db.engine import reading
from app.db.loads import read_load
from app.db.models import Achievement, Claim, Load, Provider
from app.db.precedence import Strength
from app.db.register import read_table
from etl.errors import CountError
from etl.load import Source, load_feed, place_rejects
from etl.prepare import Tools, prepare_part
from etl.rejects import join_rejects, make_rejects
from etl.report import LoadReport, TableReport
from etl.sources.feed import Feed, Part
from etl.undo import undo_load

TOOLS = Tools(
    pd.DataFrame(columns=["authority_code", "authority", "region", "nation"], dtype="str")
)
OWN = Source("own", "file.csv")
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def part(table, columns, *rows, first=2, **rest):
    cells = pd.DataFrame(
        list(rows),
        columns=list(columns),
        index=pd.RangeIndex(first, len(rows) + first, name="line"),
        dtype="str",
    )
    return Part(table, cells, **rest)


def load(engine, *parts, source=OWN, lose=0, **rest):
    """Load parts whose lines do not overlap, after losing the last rows of the first."""
    read = len(set().union(*(p.lines() for p in parts)))
    feed = Feed("file.csv", "ab" * 32, "", read, parts)
    prepared = [prepare_part(p, TOOLS, file="file.csv") for p in parts]
    if lose:
        prepared[0] = replace(prepared[0], rows=prepared[0].rows.iloc[:-lose])
    return load_feed(engine, feed, prepared, source, TOOLS, **rest)


def load_providers(engine, *rows, columns=("ukprn", "name"), **rest):
    return load(engine, part("providers", columns, *rows), **rest)


def count(engine, model):
    with reading(engine) as connection:
        query = sa.select(sa.func.count()).select_from(model.__table__)
        return connection.execute(query).scalar_one()


def test_rows_are_inserted_updated_and_left_alone(engine):
    first = load_providers(engine, ("10000001", "A"), ("10000002", "B"), ("x", "C"))
    again = load_providers(engine, ("10000001", "A"), ("10000002", "B"), ("x", "C"))
    changed = load_providers(engine, ("10000002", "B2"), ("10000001", "A"))

    assert [(r.read, r.inserted, r.updated, r.unchanged, r.rejected) for r in (first, again)] == [
        (3, 2, 0, 0, 1),
        (3, 0, 0, 2, 1),
    ]
    assert (changed.updated, changed.unchanged) == (1, 1)
    with reading(engine) as connection:
        assert read_table(connection, Provider)["name"].tolist() == ["A", "B2"]


def test_every_load_is_noted_with_its_counts(engine):
    load_providers(engine, ("10000001", "A"), ("x", "C"))

    with reading(engine) as connection:
        [row] = connection.execute(sa.select(Load.__table__)).mappings()
    assert (row["table_name"], row["file_name"]) == ("providers", "file.csv")
    assert row["file_sha256"] == "ab" * 32
    assert (row["rows_read"], row["rows_inserted"], row["rows_rejected"]) == (2, 1, 1)


def test_rows_that_refer_to_nothing_known_are_rejected(engine):
    load_providers(engine, ("10000001", "A"))
    columns = ("ukprn", "programme_code", "year")

    report = load(engine, part("achievements", columns, ("10000001", "lab", "2024/25")))

    [reject] = report.rejects.to_dict("records")
    assert (reject["field"], reject["rule"]) == ("programme_code", "unknown in programmes")
    assert reject["suggestion"] == "load programmes first: it is empty"
    assert report.read == report.rejected == 1
    assert count(engine, Achievement) == 0


def test_a_row_gone_astray_leaves_the_register_as_it_was(engine):
    with pytest.raises(CountError, match=r"line 3 is neither kept nor refused"):
        load_providers(engine, ("10000001", "A"), ("10000002", "B"), lose=1)

    assert count(engine, Provider) == count(engine, Load) == count(engine, Claim) == 0


def test_a_later_table_may_refer_to_an_earlier_one_of_the_same_file(engine):
    report = load(
        engine,
        part("programmes", ("programme_code", "title"), ("P", "Lab"), first=2),
        part(
            "units",
            ("programme_code", "unit_code", "kind", "place"),
            ("P", "U", "practical", "either"),
            ("Q", "U", "practical", "either"),
            first=2,
        ),
    )

    assert (report.read, report.loaded, report.rejected) == (2, 1, 1)
    assert [(t.table, t.inserted, t.rejected) for t in report.tables] == [
        ("programmes", 1, 0),
        ("units", 1, 1),
    ]


def test_a_line_that_one_table_refuses_and_another_takes_is_loaded(engine):
    report = load(
        engine,
        part("programmes", ("programme_code", "title"), ("P", "Lab")),
        part(
            "units",
            ("programme_code", "unit_code", "kind", "place"),
            ("P", "U", "no kind", "either"),
        ),
    )

    assert (report.read, report.loaded, report.rejected) == (1, 1, 0)
    assert report.rejected_by_rule == {}
    assert report.tables[1].rejected_by_rule == {"choice": 1}
    assert report.rejects["rule"].tolist() == ["choice"]


def test_lines_that_say_a_row_again_share_what_becomes_of_it(engine):
    also = pd.Series([2, 2, 3], index=pd.Index([10, 11, 12], name="line"))
    rows = [("10000001", "A"), ("x", "B")]

    first = load(engine, part("providers", ("ukprn", "name"), *rows, also=also))
    again = load(engine, part("providers", ("ukprn", "name"), *rows, also=also))

    assert (first.read, first.loaded, first.unchanged, first.rejected) == (5, 3, 0, 2)
    assert sum(first.rejected_by_rule.values()) == 2
    assert (again.read, again.loaded, again.unchanged, again.rejected) == (5, 0, 3, 2)


def test_what_is_out_of_scope_is_counted_by_line_and_not_listed(engine):
    load(engine, part("programmes", ("programme_code", "title"), ("P", "Lab")))
    columns = ("programme_code", "unit_code", "kind", "place")
    also = pd.Series([3, 3], index=pd.Index([8, 9], name="line"))

    report = load(
        engine,
        part(
            "units",
            columns,
            ("P", "U", "practical", "either"),
            ("other", "V", "practical", "either"),
            scope=("programme_code",),
            also=also,
        ),
    )

    assert (report.read, report.loaded, report.rejected) == (4, 1, 3)
    assert report.rejects.empty
    assert report.set_aside == {"not in the register: programme_code": 3}
    assert report.tables[0].rejected == 1


def test_one_changed_field_is_one_change_with_old_and_new_value(engine):
    load_providers(engine, ("10000001", "A"), ("10000002", "B"))

    report = load_providers(engine, ("10000001", "A"), ("10000002", "B2"))

    assert (report.loaded, report.unchanged) == (1, 1)
    assert report.tables[0].changes.to_dict("records") == [
        {"row_id": "10000002", "field": "name", "old": "B", "new": "B2"}
    ]
    assert report.tables[0].changed_fields == {"name": 1}


def test_a_field_of_which_a_file_does_not_speak_stays(engine):
    load_providers(
        engine, ("10000001", "A", "https://a.example"), columns=("ukprn", "name", "website")
    )

    load_providers(engine, ("10000001", "A2"))
    with reading(engine) as connection:
        [kept] = read_table(connection, Provider)["website"]
    load_providers(engine, ("10000001", "A2", ""), columns=("ukprn", "name", "website"))
    with reading(engine) as connection:
        [withdrawn] = read_table(connection, Provider)["website"]

    assert kept == "https://a.example"
    assert pd.isna(withdrawn)


def test_the_stronger_source_wins_and_the_other_stays_visible(engine):
    register = Source("ukrlp", "A register", strength=Strength.REGISTER, as_at=date(2026, 1, 1))
    listing = Source("list", "A listing", strength=Strength.LISTED, as_at=date(2026, 6, 1))
    strong = load_providers(engine, ("10000001", "By law"), source=register)
    weak = load_providers(
        engine,
        ("10000001", "By itself", "https://a.example"),
        columns=("ukprn", "name", "website"),
        source=listing,
    )

    with reading(engine) as connection:
        [row] = read_table(connection, Provider).to_dict("records")
        claims = read_claims(connection, "providers")
    assert (row["name"], row["website"]) == ("By law", "https://a.example")
    assert strong.inserted == weak.updated == 1
    assert set(claims[claims["field"] == "name"]["value"]) == {"By law", "By itself"}
    only_evidence = load_providers(engine, ("10000001", "By another"), source=listing)
    assert (only_evidence.loaded, only_evidence.tables[0].evidence) == (1, 1)
    again = load_providers(engine, ("10000001", "By another"), source=listing)
    assert (again.loaded, again.unchanged) == (0, 1)


def test_every_claim_says_its_source_licence_and_days(engine):
    load_providers(
        engine,
        ("10000001", "A", "The row's own", "2026-02-03"),
        columns=("ukprn", "name", "source", "as_at"),
        source=Source("s", "Title", licence="OGL v3", as_at=date(2026, 1, 1)),
        now=NOON,
    )

    with reading(engine) as connection:
        claims = read_claims(connection, "providers").set_index("field")
    name = claims.loc["name"]
    assert (name["source"], name["licence"], name["as_at"]) == (
        "The row's own",
        "OGL v3",
        date(2026, 2, 3),
    )
    assert name["retrieved_on"] == NOON.date()
    assert (name["title"], name["speaker"], int(name["strength"])) == ("Title", "s", 5)


def test_the_report_is_kept_with_the_load(engine):
    report = load_providers(engine, ("10000001", "A"), ("x", "B"))

    with reading(engine) as connection:
        kept = json.loads(read_load(connection, report.load_id).report)
    assert kept["tables"][0]["inserted"] == 1
    assert sum(kept["tables"][0]["rejected_by_rule"].values()) == 1
    assert kept["rejected_by_rule"] == kept["tables"][0]["rejected_by_rule"]
    assert kept["tables"][0]["filled"]["website"] == 0


def make_report(rejected):
    rejects = make_rejects(
        range(rejected), field="", rule="r", values=[""] * rejected, suggestions="s"
    )
    part = TableReport("sites", rejected, rejected=rejected, rejected_by_rule={"r": rejected})
    return LoadReport(
        "sites.csv", rejected, 0, 0, rejected, (part,), join_rejects([rejects]), {"r": rejected}
    )


def test_rejects_stand_beside_the_file_and_go_when_there_are_none(tmp_path):
    path = tmp_path / "sites.csv"
    expected = tmp_path / "sites.csv.sites.rejects.csv"

    assert place_rejects(make_report(2), path, table="sites") == (expected, ())
    assert len(expected.read_text(encoding="utf-8-sig").splitlines()) == 3

    assert place_rejects(make_report(0), path, table="sites") == (None, ())
    assert not expected.exists()


def test_rejects_go_to_the_working_folder_where_theirs_cannot_be_written(tmp_path, monkeypatch):
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)

    place, notes = place_rejects(make_report(1), tmp_path / "gone" / "sites.csv", table=None)

    assert place == here / "sites.csv.rejects.csv"
    assert place.exists()
    assert notes == ()


def test_a_list_of_all_programmes_only_adds_what_is_asked_for(engine):
    columns = ("programme_code", "title")
    load(engine, part("programmes", columns, ("P", "Lab")))
    everything = part(
        "programmes", columns, ("P", "Laboratory"), ("Q", "X"), ("R", "Y"), only_known=True
    )

    first = load(engine, everything)
    asked = replace(TOOLS, wanted=frozenset({"Q"}))
    feed = Feed("file.csv", "ab" * 32, "", 3, (everything,))
    prepared = [prepare_part(everything, asked, file="file.csv")]
    second = load_feed(engine, feed, prepared, OWN, asked)

    assert (first.updated, first.inserted, first.set_aside) == (
        1,
        0,
        {"not in the register: programme_code": 2},
    )
    assert any("--add-programme CODE" in note for note in first.notes)
    assert (second.inserted, second.rejected) == (1, 1)


def test_places_where_nothing_of_concern_is_taught_are_left_aside(engine, gazetteer):
    load(engine, part("providers", ("ukprn", "name"), ("10000001", "A")))
    load(engine, part("programmes", ("programme_code", "title"), ("P", "Lab")))
    venues = part(
        "venues",
        ("venue_id", "ukprn", "name"),
        ("v", "10000001", "V"),
        ("w", "10000001", "W"),
        only_referred=True,
    )
    offers = part(
        "offers",
        ("venue_id", "programme_code", "mode", "status"),
        ("v", "P", "day_release", "unknown"),
        ("w", "other", "day_release", "unknown"),
        scope=("programme_code",),
    )
    tools = replace(TOOLS, gazetteer=gazetteer)
    feed = Feed("file.csv", "ab" * 32, "", 2, (venues, offers))

    report = load_feed(
        engine, feed, [prepare_part(p, tools, file="f") for p in feed.parts], OWN, tools
    )

    assert [(t.table, t.inserted, t.rejected) for t in report.tables] == [
        ("venues", 1, 1),
        ("offers", 1, 1),
    ]
    assert (report.loaded, report.rejected) == (1, 1)
    assert sum(report.set_aside.values()) == 1


def source_of(day):
    return Source("apar", "A register", strength=Strength.REGISTER, as_at=date(2026, day, 1))


def test_an_older_file_of_a_source_does_not_take_the_place_of_a_newer(engine):
    columns = ("ukprn", "name", "website")
    newer = load_providers(engine, ("10000001", "New", ""), columns=columns, source=source_of(6))
    older = [("10000001", "Old", "old"), ("10000002", "B", "")]

    report = load_providers(engine, *older, columns=columns, source=source_of(2))
    again = load_providers(engine, *older, columns=columns, source=source_of(2))

    with reading(engine) as connection:
        rows = read_table(connection, Provider)
    assert rows["name"].tolist() == ["New", "B"]
    assert (report.tables[0].updated, report.tables[0].inserted) == (0, 1)
    assert (again.loaded, again.unchanged) == (0, 2)
    undo_load(engine, newer.load_id, TOOLS)
    with reading(engine) as connection:
        assert read_table(connection, Provider)["name"].tolist() == ["Old", "B"]
    for load_id in (report.load_id, again.load_id):
        undo_load(engine, load_id, TOOLS)
    with reading(engine) as connection:
        assert read_table(connection, Provider).empty


def test_an_older_inspection_fills_nothing_that_the_newer_leaves_blank(engine):
    columns = ("ukprn", "name", "inspection_scheme", "inspection_grades", "safeguarding_met")
    load_providers(
        engine,
        ("10000001", "A", "report card", "inclusion=4", ""),
        columns=columns,
        source=source_of(6),
    )

    load_providers(
        engine,
        ("10000001", "A", "ofsted", "overall=2", "yes"),
        columns=columns,
        source=source_of(2),
    )

    with reading(engine) as connection:
        [row] = read_table(connection, Provider).to_dict("records")
    assert row["inspection_grades"] == "inclusion=4"
    assert pd.isna(row["safeguarding_met"])


def test_a_users_own_list_may_correct_a_day_to_an_earlier_one(engine):
    columns = ("ukprn", "name", "as_at")
    load_providers(engine, ("10000001", "A", "2027-01-01"), columns=columns)

    report = load_providers(engine, ("10000001", "A2", "2026-01-01"), columns=columns)

    assert report.updated == 1
    with reading(engine) as connection:
        [row] = read_table(connection, Provider).to_dict("records")
    assert (row["name"], row["as_at"]) == ("A2", date(2026, 1, 1))
