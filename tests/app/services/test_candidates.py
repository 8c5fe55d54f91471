"""Candidates: nothing of them counts until they are confirmed, and everything can be taken back."""

from __future__ import annotations

from datetime import UTC, datetime

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from app.db.engine import reading, writing
from app.db.errors import NotFoundError, RowsRefusedError
from app.db.evidence import keep_claims
from app.db.loads import LoadRecord, add_load, read_load
from app.db.models import CandidateSite, Champion, Site
from app.db.register import read_table, table_of, write_rows
from app.services.candidates import (
    Choice,
    confirm_candidates,
    count_candidates,
    dismiss_candidates,
    list_candidates,
    match_by_lists,
    reopen_candidate,
)
from app.services.snapshot import take_snapshot
from geo.candidates import ConfirmRules
from geo.errors import InputError
from geo.types import CandidateStanding

NOW = datetime(2026, 11, 27, tzinfo=UTC)
RULES = ConfirmRules(
    same_company_number=True,
    same_name_and_postcode=True,
    most_companies_at_address=50,
    accounts_of_inactive=("DORMANT",),
)
OFFICE = {"precision_class": "registered_office", "place": (0.1, 52.2), "region": "East"}
CANDIDATES = [
    {"site_id": "ch-00000001", "segment": "biopharma", "segment_weight": 0.9, **OFFICE},
    {"site_id": "ch-00000002", "segment": "biopharma", "segment_weight": 0.3, **OFFICE},
    {"site_id": "ch-00000003", "segment": "medical technology", "segment_weight": 0.8},
]
OURS = ("fid", "geom", "valid_from")
SITES = [
    # The first candidate's, by name and postcode; its own place is elsewhere.
    {"site_id": "S1", "employer": "Company 1", "postcode": "SG1 1AA", "place": (-3.0, 56.0)},
    {"site_id": "S2", "employer": "Another", "company_number": "00000002", "sic_codes": "21200"},
]


def frame(model, rows):
    names = [column.name for column in table_of(model).columns if column.name not in OURS]
    table = pd.DataFrame(rows).reindex(columns=[*names, "place"]).astype(object)
    table = table.where(table.notna(), None)
    if "geom" not in table_of(model).columns:
        return table[names]
    points = [None if place is None else Point(place) for place in table["place"]]
    return gpd.GeoDataFrame(table[names], geometry=gpd.GeoSeries(points, crs="EPSG:4326"))


@pytest.fixture
def register(engine):
    """Three candidates and two sites of a list, on either database."""
    rows = [
        {
            "employer": f"COMPANY {at} LIMITED",
            "company_number": f"0000000{at}",
            "postcode": f"SG1 {at}AA",
            "sic_codes": "72110",
            "segment_reason": "72110",
            "accounts_category": "MICRO ENTITY",
            "companies_at_address": 1,
            "source": "Companies House",
            **row,
        }
        for at, row in enumerate(CANDIDATES, start=1)
    ]
    with writing(engine) as connection:
        write_rows(connection, CandidateSite, frame(CandidateSite, rows))
        write_rows(connection, Site, frame(Site, [{"source": "A list", **row} for row in SITES]))
    return engine


def sites(engine):
    with reading(engine) as connection:
        return read_table(connection, Site).set_index("site_id")


def candidates(engine, choice=Choice()):  # noqa: B008 - frozen
    with reading(engine) as connection:
        return list_candidates(connection, choice).set_index("site_id")


def test_a_candidate_is_open_and_no_snapshot_holds_it(register):
    with reading(register) as connection:
        snapshot = take_snapshot(connection)

    assert set(candidates(register)["standing"]) == {"open"}
    assert set(snapshot.tables["sites"]["site_id"]) == {"S1", "S2"}
    assert "candidate_sites" not in snapshot.tables


def test_candidates_are_listed_by_weight_and_chosen_by_what_they_say(register):
    assert list(candidates(register).index) == ["ch-00000001", "ch-00000003", "ch-00000002"]
    assert list(candidates(register, Choice(segment="biopharma", least_weight=0.5)).index) == [
        "ch-00000001"
    ]
    assert list(candidates(register, Choice(region="East")).index) == ["ch-00000001", "ch-00000002"]
    assert candidates(register, Choice(standing=CandidateStanding.DISMISSED)).empty
    assert len(candidates(register, Choice(standing=CandidateStanding.OPEN))) == 3


def test_counts_are_by_standing_and_reason(register):
    with reading(register) as connection:
        counts = count_candidates(list_candidates(connection, Choice()))

    assert counts.to_dict("records") == [{"standing": "open", "reason": "72110", "count": 3}]


def test_without_candidates_there_is_nothing_to_count_or_match(engine):
    with writing(engine) as connection:
        rows = list_candidates(connection, Choice(region="East", least_weight=0.1))
        assert rows.empty
        assert count_candidates(rows).to_dict("records") == []
        assert match_by_lists(connection, RULES, now=NOW).confirmed == ()


def test_a_users_word_makes_a_site_at_the_registered_office(register):
    with writing(register) as connection:
        confirm_candidates(connection, ["ch-00000001"], now=NOW)

    row = sites(register).loc["ch-00000001"]
    assert (row["employer"], row["company_number"]) == ("COMPANY 1 LIMITED", "00000001")
    assert row["precision_class"] == "registered_office"
    assert pd.isna(row["radius_metres"])
    assert row.geometry == Point(0.1, 52.2)
    assert row["source"] == "confirmed by a user: Companies House"
    assert candidates(register).loc["ch-00000001", "standing"] == "confirmed"


def test_a_workplace_that_the_user_names_is_where_the_site_stands(register):
    place = frame(
        Site,
        [{"postcode": "EH25 9RG", "precision_class": "postcode_unit", "place": (-3.2, 55.9)}],
    ).astype({"radius_metres": float, "postcodes_within_3km": "Int64"})
    with writing(register) as connection:
        confirm_candidates(connection, ["ch-00000001"], places=place, now=NOW)

    row = sites(register).loc["ch-00000001"]
    assert (row["postcode"], row["precision_class"]) == ("EH25 9RG", "postcode_unit")
    assert row.geometry == Point(-3.2, 55.9)
    # The candidate keeps the registered office.
    assert candidates(register).loc["ch-00000001", "postcode"] == "SG1 1AA"


def test_reopening_takes_the_site_away_again(register):
    before = sites(register)
    with writing(register) as connection:
        confirm_candidates(connection, ["ch-00000001"], now=NOW)
    with writing(register) as connection:
        reopen_candidate(connection, "ch-00000001", now=NOW)

    pd.testing.assert_frame_equal(sites(register), before)
    assert candidates(register).loc["ch-00000001", "standing"] == "open"


def test_a_site_that_others_refer_to_is_not_taken_away(register):
    with writing(register) as connection:
        confirm_candidates(connection, ["ch-00000001"], now=NOW)
        champion = frame(Champion, [{"site_id": "ch-00000001", "level": 1}])
        write_rows(connection, Champion, champion)

    with (
        pytest.raises(RowsRefusedError),
        writing(register) as connection,
    ):
        reopen_candidate(connection, "ch-00000001", now=NOW)
    assert candidates(register).loc["ch-00000001", "standing"] == "confirmed"


def test_a_dismissed_candidate_says_why_and_can_be_reopened(register):
    with writing(register) as connection:
        dismiss_candidates(connection, ["ch-00000002", "ch-00000003"], reason="a web shop", now=NOW)

    dismissed = candidates(register, Choice(standing=CandidateStanding.DISMISSED))
    assert set(dismissed["standing_reason"]) == {"dismissed by a user: a web shop"}
    with writing(register) as connection:
        reopen_candidate(connection, "ch-00000002", now=NOW)
    assert len(candidates(register, Choice(standing=CandidateStanding.OPEN))) == 2


def test_lists_confirm_by_the_rules_and_their_sites_keep_their_places(register):
    with writing(register) as connection:
        matched = match_by_lists(connection, RULES, now=NOW)

    assert matched.confirmed == ("ch-00000001", "ch-00000002")
    first, second = sites(register).loc["S1"], sites(register).loc["S2"]
    assert (first["company_number"], first["sic_codes"]) == ("00000001", "72110")
    assert first.geometry == Point(-3.0, 56.0)
    # What the list says itself is not overwritten.
    assert second["sic_codes"] == "21200"
    rows = candidates(register)
    assert rows.loc["ch-00000001", "matched_site_ids"] == "S1"
    assert (
        rows.loc["ch-00000001", "standing_reason"] == "confirmed by a list: same name and postcode"
    )
    assert set(sites(register).index) == {"S1", "S2"}


def test_matching_again_changes_nothing(register):
    with writing(register) as connection:
        match_by_lists(connection, RULES, now=NOW)
    before = sites(register), candidates(register)
    with writing(register) as connection:
        assert match_by_lists(connection, RULES, now=NOW).confirmed == ()

    pd.testing.assert_frame_equal(sites(register), before[0])
    pd.testing.assert_frame_equal(candidates(register), before[1])


def test_reopening_takes_back_what_was_given_to_the_lists_sites(register):
    before = sites(register)
    with writing(register) as connection:
        match_by_lists(connection, RULES, now=NOW)
    with writing(register) as connection:
        reopen_candidate(connection, "ch-00000001", now=NOW)
        reopen_candidate(connection, "ch-00000002", now=NOW)

    pd.testing.assert_frame_equal(sites(register), before)
    assert candidates(register)["matched_site_ids"].isna().all()


def test_a_dismissed_candidate_is_not_matched(register):
    with writing(register) as connection:
        dismiss_candidates(connection, ["ch-00000001"], reason="closed", now=NOW)
        assert match_by_lists(connection, RULES, now=NOW).confirmed == ("ch-00000002",)


def test_a_match_that_a_limit_holds_back_is_told(register):
    with writing(register) as connection:
        connection.exec_driver_sql(
            "UPDATE candidate_sites SET companies_at_address = 900 WHERE site_id = 'ch-00000001'"
        )
        matched = match_by_lists(connection, RULES, now=NOW)

    assert matched.confirmed == ("ch-00000002",)
    assert list(matched.held_back["held_back"]) == ["more than 50 companies at the postcode"]
    assert pd.isna(sites(register).loc["S1", "company_number"])


def test_what_cannot_be_done_says_why(register):
    with writing(register) as connection:
        with pytest.raises(NotFoundError, match="ch-9"):
            confirm_candidates(connection, ["ch-9"], now=NOW)
        with pytest.raises(InputError, match="is open already"):
            reopen_candidate(connection, "ch-00000001", now=NOW)
        with pytest.raises(InputError, match="Say why"):
            dismiss_candidates(connection, ["ch-00000001"], reason=" ", now=NOW)
        confirm_candidates(connection, ["ch-00000001"], now=NOW)
        with pytest.raises(InputError, match="is confirmed already, so you cannot confirm it"):
            confirm_candidates(connection, ["ch-00000001"], now=NOW)
        with pytest.raises(InputError, match="is confirmed already, so you cannot dismiss it"):
            dismiss_candidates(connection, ["ch-00000001"], reason="no", now=NOW)


def test_a_site_that_has_the_id_already_is_not_overwritten(register):
    with writing(register) as connection:
        own = {"site_id": "ch-00000001", "employer": "Own", "source": "Own list"}
        write_rows(connection, Site, frame(Site, [own]))
        with pytest.raises(InputError, match="has a site 'ch-00000001' already"):
            confirm_candidates(connection, ["ch-00000001"], now=NOW)


def test_a_site_that_another_source_has_too_is_not_taken_away(register):
    with writing(register) as connection:
        confirm_candidates(connection, ["ch-00000003"], now=NOW)
        record = LoadRecord(0, "sites", "f.csv", "", NOW, 1, 0, 0, 0, 0, speaker="listing")
        load = read_load(connection, add_load(connection, record))
        said = {"site_id": "x", "row_id": "ch-00000003", "source_row": "x", "employer": "Listed"}
        keep_claims(connection, Site, pd.DataFrame([said]), ["site_id", "employer"], load)

    with (
        pytest.raises(InputError, match="part them first by `skillshed review undo`"),
        writing(register) as connection,
    ):
        reopen_candidate(connection, "ch-00000003", now=NOW)

    assert "ch-00000003" in sites(register).index
