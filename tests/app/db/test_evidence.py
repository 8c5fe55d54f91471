"""From what sources say to the register's rows."""

from __future__ import annotations

from datetime import UTC, date, datetime

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from app.db.claims import read_claims
from app.db.engine import writing
from app.db.evidence import contested, is_claimed, keep_claims, resolve, stored_or_blank
from app.db.loads import LoadRecord, add_load, read_load
from app.db.models import Achievement, Area, Membership, Provider, School, TravelTime
from app.db.register import ID_SEPARATOR, read_table, row_ids, write_rows

SPOKEN = ["ukprn", "name", "website"]


def noted(connection, speaker="s", strength=3, as_at=date(2026, 1, 1)):
    record = LoadRecord(
        0, "providers", "f.csv", "ab", datetime(2026, 11, 1, tzinfo=UTC), 0, 0, 0, 0, 0,
        speaker=speaker, title=f"List {speaker}", strength=strength, as_at=as_at,
    )  # fmt: skip
    return read_load(connection, add_load(connection, record))


def said(*rows):
    table = pd.DataFrame(list(rows), columns=SPOKEN, dtype="str")
    return table.assign(row_id=table["ukprn"], source_row=table["ukprn"])


@pytest.fixture
def connection(engine):
    with writing(engine) as connection:
        yield connection


def keep(connection, rows, load):
    return keep_claims(connection, Provider, rows, SPOKEN, load).tolist()


def test_only_what_is_new_is_stored_and_what_is_withdrawn_is_ended(connection):
    first, second, third = (noted(connection) for _ in range(3))

    assert keep(connection, said(("1", "A", "w"), ("2", "B", None)), first) == [True, True]
    assert keep(connection, said(("2", "B", None), ("1", "A", "w")), second) == [False, False]
    assert keep(connection, said(("1", "A2", None)), third) == [True]

    standing = read_claims(connection, "providers").query("field != 'ukprn'")
    assert standing[["row_id", "field", "value", "load_id"]].to_numpy().tolist() == [
        ["2", "name", "B", first.load_id],
        ["1", "name", "A2", third.load_id],
    ]
    ended = read_claims(connection, "providers", ended="all").dropna(subset="ended_by")
    assert set(ended["value"]) == {"A", "w"}
    assert set(ended["ended_by"]) == {third.load_id}


def test_a_later_day_makes_the_same_word_new(connection):
    keep(connection, said(("1", "A", None)), noted(connection))

    assert keep(connection, said(("1", "A", None)), noted(connection, as_at=date(2026, 2, 1)))[0]
    claims = read_claims(connection, "providers")
    assert set(claims["as_at"]) == {date(2026, 2, 1)}
    assert claims["field"].tolist() == ["name", "ukprn"]


def test_a_source_ends_nothing_of_another(connection):
    keep(connection, said(("1", "A", "w")), noted(connection, "a"))
    keep(connection, said(("1", None, None)), noted(connection, "b"))

    claims = read_claims(connection, "providers", speaker="a")
    assert claims["field"].tolist() == ["name", "ukprn", "website"]


def test_rows_of_which_others_speak_are_contested(connection):
    keep(connection, said(("1", "A", "w"), ("2", "B", None)), noted(connection, "a"))
    load = noted(connection, "b")
    rows = said(("1", "A", None), ("3", "C", None))
    keep(connection, rows, load)

    assert contested(connection, Provider, rows, load).tolist() == [True, False]
    same_id = rows.assign(row_id="3")
    assert contested(connection, Provider, same_id, load).tolist() == [True, True]


def test_the_rows_are_what_wins_and_other_fields_stay_as_stored(connection):
    blank = read_table(connection, Provider)
    row = pd.DataFrame([{"ukprn": "1", "name": "before", "provider_type": "t", "website": "old"}])
    whole = row.reindex(columns=blank.columns).astype(blank.dtypes)
    write_rows(connection, Provider, whole)
    keep(connection, said(("1", "A", None)), noted(connection))

    rows = resolve(connection, Provider, ["1", "2"], SPOKEN)

    assert rows.index.tolist() == ["1", "2"]
    assert rows.loc["1", ["name", "provider_type"]].tolist() == ["A", "t"]
    assert rows["website"].isna().all()
    assert rows["ukprn"].tolist() == ["1", "2"]
    assert rows.dtypes.equals(blank.dtypes)


def test_a_row_that_moved_is_placed_and_one_that_did_not_is_left(connection):
    def locate(rows):
        points = gpd.GeoSeries([Point(0, 51)] * len(rows), index=rows.index, crs="EPSG:4326")
        made = gpd.GeoDataFrame(rows, geometry=points)
        return made.assign(precision_class="postcode_unit", geocode_method="postcode")

    fields = ["school_id", "name", "postcode"]
    rows = pd.DataFrame([("s", "S", "SG1 2NY")], columns=fields, dtype="str")
    rows = rows.assign(row_id="s", source_row="s")
    keep_claims(connection, School, rows, fields, noted(connection))
    placed = resolve(connection, School, ["s"], fields, locate=locate)
    write_rows(connection, School, gpd.GeoDataFrame(placed.reset_index(drop=True)))

    again = resolve(connection, School, ["s"], fields)

    assert placed["geometry"].tolist() == again["geometry"].tolist() == [Point(0, 51)]
    rows["postcode"] = "CB2 0AA"
    keep_claims(connection, School, rows, fields, noted(connection))
    with pytest.raises(ValueError, match="moved"):
        resolve(connection, School, ["s"], fields)


def test_ids_of_several_parts_come_apart_again(connection):
    rows = pd.DataFrame({"ukprn": [None, "1"], "programme_code": ["P", "P"], "year": ["y", "y"]})
    ids = row_ids(Achievement, rows).tolist()

    blank = stored_or_blank(connection, Achievement, ids)

    assert ids[0] == f"{ID_SEPARATOR}P{ID_SEPARATOR}y"
    assert blank["ukprn"].isna().tolist() == [True, False]
    assert blank["programme_code"].tolist() == ["P", "P"]


def test_that_a_row_is_there_is_a_claim_of_its_own(connection):
    rows = pd.DataFrame({"organisation": ["A"], "body": ["B"]})
    rows = rows.assign(source_row=row_ids(Membership, rows))

    keep_claims(connection, Membership, rows, ["organisation", "body"], noted(connection))

    [claim] = read_claims(connection, "memberships").to_dict("records")
    assert (claim["field"], claim["value"]) == ("organisation", "A")
    assert claim["row_id"] == f"A{ID_SEPARATOR}B"


def test_no_claims_are_kept_of_pairs_and_polygons():
    assert not is_claimed(TravelTime)
    assert not is_claimed(Area)
    assert is_claimed(Provider)
