"""Writing one table's rows: what one source says, and what two say of the same row."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pandas as pd
import pytest

from app.db.claims import read_claims
from app.db.engine import reading, writing
from app.db.loads import LoadRecord, add_load, read_load
from app.db.models import CandidateSite, Provider, Site
from app.db.register import read_table, write_rows
from etl.prepare import Tools, prepare_part
from etl.sources.feed import Part
from etl.write import write_part

AUTHORITIES = pd.DataFrame(columns=["authority_code", "authority", "region", "nation"], dtype="str")


def write(
    engine,
    table,
    columns,
    *rows,
    speaker="own",
    strength=5,
    gazetteer=None,
    day=1,
    authorities=None,
    **rest,
):
    index = pd.RangeIndex(2, len(rows) + 2, name="line")
    cells = pd.DataFrame(list(rows), columns=list(columns), index=index, dtype="str")
    tools = Tools(AUTHORITIES if authorities is None else authorities, gazetteer)
    prepared = prepare_part(Part(table, cells, **rest), tools, file="f.csv")
    assert prepared.rejects.empty
    record = LoadRecord(
        0,
        table,
        "f.csv",
        "",
        datetime(2026, 11, day, tzinfo=UTC),
        0,
        0,
        0,
        0,
        0,
        speaker=speaker,
        title=speaker,
        strength=strength,
        as_at=date(2026, 1, day),
    )
    with writing(engine) as connection:
        load = read_load(connection, add_load(connection, record))
        return write_part(connection, prepared, prepared.rows, load, tools)


def stored(engine, model):
    with reading(engine) as connection:
        return read_table(connection, model)


def test_what_became_of_each_line_is_told(engine):
    columns = ("ukprn", "name", "website")
    write(engine, "providers", columns, ("10000001", "A", "w"), ("10000002", "B", ""))

    outcome = write(
        engine,
        "providers",
        columns,
        ("10000001", "A", "w"),
        ("10000002", "B2", ""),
        ("10000003", "C", ""),
        day=2,
    )

    assert (outcome.inserted, outcome.updated, outcome.evidence) == (1, 1, 1)
    assert outcome.kept == (2, 3, 4)
    assert outcome.filled["website"] == pytest.approx(1 / 3)
    assert outcome.partial == 2


def test_a_row_that_only_one_source_knows_is_what_it_says(engine, gazetteer):
    columns = ("site_id", "employer", "postcode", "employees")
    write(engine, "sites", columns, ("s", "E", "SG1 2NY", "12"), gazetteer=gazetteer)
    first = stored(engine, Site)

    outcome = write(engine, "sites", columns, ("s", "E", "SG1 2NY", "12"), gazetteer=gazetteer)

    assert (outcome.unchanged, outcome.fresh) == (1, ())
    pd.testing.assert_frame_equal(stored(engine, Site), first)


def test_the_place_of_the_winner_is_the_rows_place(engine, gazetteer):
    columns = ("site_id", "employer", "postcode")
    write(engine, "sites", columns, ("s", "E", "SG1 2NY"), gazetteer=gazetteer)
    write(
        engine,
        "sites",
        columns,
        ("s", "E", "CB2 0AA"),
        speaker="listing",
        strength=2,
        gazetteer=gazetteer,
        day=2,
    )
    assert stored(engine, Site)["postcode"].tolist() == ["SG1 2NY"]
    at_first = stored(engine, Site).geometry.iloc[0]

    # The own list withdraws its postcode: the listing's counts, and the site moves there.
    write(engine, "sites", columns, ("s", "E", ""), gazetteer=gazetteer, day=3)

    row = stored(engine, Site).iloc[0]
    assert row["postcode"] == "CB2 0AA"
    assert row["geometry"].distance(at_first) > 0.1
    assert row["precision_class"].startswith("postcode")


def test_fields_that_belong_together_are_won_together(engine):
    inspected = ("ukprn", "name", "inspection_scheme", "inspection_grades", "inspection_date")
    write(
        engine,
        "providers",
        inspected,
        ("10000001", "A", "ofsted", "overall=2", "2024-01-01"),
        speaker="old",
        strength=3,
        day=1,
    )
    write(
        engine,
        "providers",
        ("ukprn", "name", "inspection_scheme", "inspection_grades"),
        ("10000001", "A", "report card", "inclusion=4"),
        speaker="new",
        strength=3,
        day=2,
    )

    [row] = stored(engine, Provider).to_dict("records")

    assert row["inspection_grades"] == "inclusion=4"
    assert row["inspection_date"] is None


def test_what_no_source_claims_stays_until_one_speaks_of_it(engine):
    blank = stored(engine, Provider)
    row = pd.DataFrame([{"ukprn": "10000001", "name": "A", "website": "w", "provider_type": "t"}])
    with writing(engine) as connection:
        write_rows(connection, Provider, row.reindex(columns=blank.columns).astype(blank.dtypes))

    write(engine, "providers", ("ukprn", "name", "website"), ("10000001", "B", ""))

    [kept] = stored(engine, Provider).to_dict("records")
    assert (kept["name"], kept["provider_type"]) == ("B", "t")
    assert pd.isna(kept["website"])


def test_no_rows_write_nothing(engine):
    assert write(engine, "providers", ("ukprn", "name")).kept == ()


def test_tables_of_which_no_claims_are_kept_are_written_as_they_are(engine, gazetteer):
    write(engine, "sites", ("site_id", "employer"), ("s", "E"), gazetteer=gazetteer)
    write(engine, "providers", ("ukprn", "name"), ("10000001", "A"))
    write(
        engine,
        "venues",
        ("venue_id", "ukprn", "name", "delivery_area"),
        ("v", "10000001", "V", ""),
        gazetteer=gazetteer,
    )

    outcome = write(engine, "travel_times", ("from_id", "to_id", "travel_minutes"), ("s", "v", "9"))

    assert outcome.inserted == 1
    with reading(engine) as connection:
        assert read_claims(connection, "travel_times").empty


def test_a_file_loaded_again_leaves_what_was_decided_of_candidate_sites(engine, gazetteer):
    columns = ("site_id", "employer", "company_number", "postcode", "segment_weight")
    row = ("ch-1", "A", "00000001", "SG1 2NY", "0.9")
    write(engine, "candidate_sites", columns, row, gazetteer=gazetteer)
    with writing(engine) as connection:
        kept = read_table(connection, CandidateSite)
        write_rows(connection, CandidateSite, kept.assign(standing="dismissed"))

    again = write(engine, "candidate_sites", columns, row, gazetteer=gazetteer, day=2)
    changed = write(
        engine, "candidate_sites", columns, (*row[:4], "0.3"), gazetteer=gazetteer, day=3
    )

    [rows] = stored(engine, CandidateSite).to_dict("records")
    assert (again.updated, changed.updated) == (0, 1)
    assert (rows["standing"], rows["segment_weight"]) == ("dismissed", 0.3)
    assert rows["precision_class"] == "registered_office"
    assert stored(engine, Site).empty


def test_a_files_own_place_counts_where_its_location_wins(engine, gazetteer):
    columns = ("site_id", "employer", "postcode", "latitude", "longitude")
    row = ("s", "E", "CB2 1TN", "52.19", "0.131")
    write(engine, "sites", ("site_id", "employer"), ("s", "E"), gazetteer=gazetteer)

    write(
        engine,
        "sites",
        columns,
        row,
        ("t", "E", *row[2:]),
        speaker="mapped",
        gazetteer=gazetteer,
        day=2,
        place_by_postcode=True,
    )

    placed = stored(engine, Site)
    assert placed["precision_class"].tolist() == ["postcode_unit"] * 2
    assert placed.geometry.iloc[0] == placed.geometry.iloc[1]


def test_a_file_that_is_placed_better_than_before_moves_its_rows(engine, gazetteer):
    columns = ("site_id", "employer", "postcode")
    write(engine, "sites", columns, ("s", "E", "SG1 2NY"), gazetteer=gazetteer)
    assert stored(engine, Site)["authority"].isna().all()
    known = pd.DataFrame(
        {
            "authority_code": ["E07000243"],
            "authority": ["Stevenage"],
            "region": ["East"],
            "nation": ["England"],
        }
    )

    outcome = write(
        engine, "sites", columns, ("s", "E", "SG1 2NY"), gazetteer=gazetteer, authorities=known
    )

    assert outcome.updated == 1
    assert stored(engine, Site)["authority"].tolist() == ["Stevenage"]
