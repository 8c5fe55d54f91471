"""Decisions on matches: two rows become one, stay two, and are parted again as they were."""

from __future__ import annotations

import itertools
from pathlib import Path

import pandas as pd
import pytest

from app.db.claims import read_claims
from app.db.engine import reading, writing
from app.db.errors import NotFoundError
from app.db.history import read_as_of
from app.db.loads import list_loads
from app.db.matches import Standing, add_matches, list_matches, open_proposals
from app.db.models import REGISTER_MODELS, CandidateSite, Offer, Site, TravelTime, Venue
from app.db.register import read_table, write_rows
from app.services.candidates import match_by_lists
from etl.errors import ReviewError, UndoError
from etl.mapping import make_mapping
from etl.pipeline import load_file
from etl.prepare import Tools
from etl.review import Verdict, decide
from etl.undo import undo_load
from geo.candidates import ConfirmRules


def mapping(name, table, *columns):
    content = {"table": table, "columns": {column: column for column in columns}}
    return make_mapping(content, name=name)


PLACE = ("venue_id", "ukprn", "name", "postcode")
SITE = ("site_id", "employer", "postcode", "employees")
LISTED = {
    "venues": mapping("listing", "venues", *PLACE),
    "sites": mapping("listing", "sites", *SITE),
    "offers": mapping("listing", "offers", "venue_id", "programme_code", "mode", "status"),
}
WORLD = {
    "providers": "ukprn,name\n10000001,A\n10000002,B\n",
    "programmes": "programme_code,title\nP,Lab\nQ,Bio\n",
    "venues": "venue_id,ukprn,name,postcode\nv,10000001,Long Road College,SG1 2NY\n"
    "far,10000001,Elsewhere,CB2 0AA\n",
    "sites": "site_id,employer,postcode\ns,Employer,CB2 0AA\n",
    "offers": "venue_id,programme_code,mode,status\nv,P,day_release,delivered\n",
    "travel_times": "from_id,to_id,travel_minutes\ns,v,10\ns,far,20\n",
}
LISTED_VENUES = "venue_id,ukprn,name,postcode\nhash,10000001,Block C,SG1 2NY\n"
LISTED_OFFERS = (
    "venue_id,programme_code,mode,status\n"
    "hash,P,day_release,unknown\nhash,Q,day_release,delivered\n"
)


@pytest.fixture
def load(engine, tmp_path, gazetteer, authorities):
    def load_text(table, text, mapping=None, **rest):
        path = Path(tmp_path) / f"{table}.csv"
        path.write_text(text, encoding="utf-8")
        return load_file(
            engine,
            table,
            path,
            authorities=authorities,
            gazetteer=gazetteer,
            mapping=mapping,
            **rest,
        )

    return load_text


@pytest.fixture
def judge(engine, gazetteer, authorities):
    def take(*decisions, **rest):
        tools = Tools(authorities, gazetteer)
        return decide(engine, decisions, tools, by="secretariat", **rest)

    return take


@pytest.fixture
def world(load):
    """Load a venue, and a listing that has what may be the same venue."""
    for table, text in WORLD.items():
        load(table, text)
    report = load("venues", LISTED_VENUES, LISTED["venues"])
    load("offers", LISTED_OFFERS, LISTED["offers"])
    return report


def contents(engine):
    """Return every table and what the claims say, but not which load changed them when."""
    with reading(engine) as connection:
        tables = {m.__tablename__: pd.DataFrame(read_table(connection, m)) for m in REGISTER_MODELS}
        said = [
            read_claims(connection, m.__tablename__, ended="all").assign(table=m.__tablename__)
            for m in REGISTER_MODELS
        ]
    return {**tables, "claims": pd.concat(said).sort_values("claim_id", ignore_index=True)}


def same(one, other):
    for name, table in one.items():
        pd.testing.assert_frame_equal(table, other[name])


def proposals(engine):
    with reading(engine) as connection:
        return open_proposals(connection)


def matches_of(engine, table):
    with reading(engine) as connection:
        return list_matches(connection, table=table)


def rows(engine, model):
    with reading(engine) as connection:
        return read_table(connection, model)


def test_a_likely_row_is_proposed_and_stays_a_row_of_its_own(engine, world):
    [match] = proposals(engine)

    assert (match.source_row, match.row_id, match.speaker) == ("hash", "v", "listing")
    assert 0.7 <= match.score < 0.9
    assert "same postcode" in match.evidence
    assert "same key" in match.evidence
    assert set(rows(engine, Venue)["venue_id"]) == {"v", "far", "hash"}
    assert any("skillshed review list" in note for note in world.notes)


def test_accepting_makes_one_row_of_two_and_offers_follow(engine, world, judge):
    [match] = proposals(engine)

    done = judge((match.match_id, Verdict.ACCEPT))

    assert set(rows(engine, Venue)["venue_id"]) == {"v", "far"}
    offers = rows(engine, Offer)
    assert set(zip(offers["venue_id"], offers["programme_code"], strict=True)) == {
        ("v", "P"),
        ("v", "Q"),
    }
    told = {part.table: (part.added, part.removed) for part in done.tables}
    assert told["venues"] == (0, 1)
    assert told["offers"] == (1, 2)
    assert not proposals(engine)


def test_the_contested_fields_are_won_by_the_rule_and_both_stay_visible(engine, load, judge):
    for table in ("providers", "venues"):
        load(table, WORLD[table])
    with_facilities = mapping("listing", "venues", *PLACE, "facilities")
    load(
        "venues",
        "venue_id,ukprn,name,postcode,facilities\nhash,10000001,Block C,SG1 2NY,wet lab\n",
        with_facilities,
    )
    [match] = proposals(engine)

    judge((match.match_id, Verdict.ACCEPT))

    [row] = rows(engine, Venue).query("venue_id == 'v'").to_dict("records")
    # Equally strong and without a day: the later load's name counts.
    assert (row["name"], row["facilities"]) == ("Block C", "wet lab")
    with reading(engine) as connection:
        claims = read_claims(connection, "venues", row_ids=["v"])
    names = claims[claims["field"] == "name"]
    assert set(zip(names["source_row"], names["value"], strict=True)) == {
        ("v", "Long Road College"),
        ("hash", "Block C"),
    }


def test_undo_puts_everything_back_exactly(engine, world, judge):
    before = contents(engine)
    [match] = proposals(engine)
    judge((match.match_id, Verdict.ACCEPT))
    assert len(rows(engine, Venue)) == len(before["venues"]) - 1

    judge((match.match_id, Verdict.UNDO))

    same(before, contents(engine))
    with reading(engine) as connection:
        [match] = list_matches(connection)
    assert match.standing == Standing.UNDONE


def test_matches_that_hang_together_are_undone_in_any_order(engine, load, judge):
    load("providers", WORLD["providers"])
    load("programmes", WORLD["programmes"])
    ids = ["a", "b", "c"]
    for name in ids:
        text = f"venue_id,ukprn,name,postcode\n{name},10000001,{name * 9},CB2 0AA\n"
        load("venues", text, mapping(f"source {name}", "venues", *PLACE))
        load(
            "offers",
            f"venue_id,programme_code,mode,status\n{name},P,day_release,delivered\n",
            mapping(f"source {name}", "offers", "venue_id", "programme_code", "mode", "status"),
        )
    with reading(engine) as connection:
        known = {(m.source_row, m.row_id): m.match_id for m in list_matches(connection)}
    chain = [known["b", "a"], known["c", "b"]]
    before = contents(engine)

    for order in itertools.permutations(chain):
        for undone in itertools.permutations(chain):
            for match_id in order:
                judge((match_id, Verdict.ACCEPT))
            assert rows(engine, Venue)["venue_id"].tolist() == ["a"]
            assert rows(engine, Offer)["venue_id"].tolist() == ["a"]
            for match_id in undone:
                judge((match_id, Verdict.UNDO))
            same(before, contents(engine))


def test_the_same_files_after_accepting_change_nothing(engine, world, load, judge):
    [match] = proposals(engine)
    judge((match.match_id, Verdict.ACCEPT))
    before = contents(engine)

    reports = [
        load("venues", LISTED_VENUES, LISTED["venues"], again=True),
        load("offers", LISTED_OFFERS, LISTED["offers"], again=True),
        *(load(table, text, again=True) for table, text in WORLD.items()),
    ]

    assert [(r.loaded, r.rejected) for r in reports] == [(0, 0)] * len(reports)
    same(before, contents(engine))
    assert not proposals(engine)


def test_what_is_loaded_between_accepting_and_undoing_is_parted_too(engine, world, load, judge):
    [match] = proposals(engine)
    judge((match.match_id, Verdict.ACCEPT))
    load("venues", LISTED_VENUES.replace("Block C", "Block D"), LISTED["venues"])
    load("offers", LISTED_OFFERS.replace("day_release", "block_daily"))
    assert set(rows(engine, Offer)["venue_id"]) == {"v"}

    judge((match.match_id, Verdict.UNDO))

    venues = rows(engine, Venue).set_index("venue_id")["name"].to_dict()
    assert venues == {"v": "Long Road College", "hash": "Block D", "far": "Elsewhere"}
    offers = rows(engine, Offer)
    assert set(offers.loc[offers["mode"] == "block_daily", "venue_id"]) == {"hash"}


def test_rejecting_keeps_two_rows_and_is_not_proposed_again(engine, world, load, judge):
    before = contents(engine)
    [match] = proposals(engine)

    judge((match.match_id, Verdict.REJECT))
    load("venues", LISTED_VENUES, LISTED["venues"], again=True)

    assert not proposals(engine)
    after = contents(engine)
    same({name: before[name] for name in ("venues", "offers", "claims")}, after)
    judge((match.match_id, Verdict.UNDO))
    assert [one.match_id for one in proposals(engine)] == [match.match_id]


def test_every_decision_is_a_load_of_one_moment(engine, world, judge):
    [match] = proposals(engine)
    done = judge((match.match_id, Verdict.ACCEPT))

    with reading(engine) as connection:
        record = list_loads(connection)[-1]
        gone = read_as_of(connection, Venue, record.loaded_at)
        there = read_as_of(connection, Venue, record.loaded_at - record.loaded_at.resolution)
        [match] = list_matches(connection)
    assert (record.load_id, record.file_name, record.rows_read) == (done.load_id, "(review)", 1)
    assert '"source_row":"hash"' in record.report
    assert "hash" in set(there["venue_id"])
    assert "hash" not in set(gone["venue_id"])
    assert (match.decided_by, match.decided_at) == ("secretariat", record.loaded_at)


def test_a_review_is_not_undone_as_a_load(engine, world, judge, gazetteer, authorities):
    [match] = proposals(engine)
    done = judge((match.match_id, Verdict.ACCEPT))

    with pytest.raises(UndoError, match="skillshed review undo"):
        undo_load(engine, done.load_id, Tools(authorities, gazetteer))


@pytest.mark.parametrize("by", ["Jane Doe", "jane.doe@example.org", "rule", ""])
def test_only_a_role_decides(engine, world, gazetteer, authorities, by):
    [match] = proposals(engine)

    with pytest.raises(ReviewError, match="is no role"):
        decide(engine, [(match.match_id, Verdict.ACCEPT)], Tools(authorities, gazetteer), by=by)

    assert proposals(engine) == [match]


def test_what_cannot_be_decided_is_refused_and_nothing_is_changed(engine, world, judge):
    before = contents(engine)
    [match] = proposals(engine)

    with pytest.raises(NotFoundError, match="No match has the id '99'"):
        judge((match.match_id, Verdict.ACCEPT), (99, Verdict.ACCEPT))
    with pytest.raises(ReviewError, match="is proposed: it cannot be decided by undo"):
        judge((match.match_id, Verdict.UNDO))
    same(before, contents(engine))

    judge((match.match_id, Verdict.ACCEPT))
    with pytest.raises(ReviewError, match=r"is accepted: .* only undone"):
        judge((match.match_id, Verdict.REJECT))


def test_a_row_becomes_one_other_and_never_itself(engine, world, judge):
    [match] = proposals(engine)
    found = pd.DataFrame(
        {
            "source_row": ["hash", "v", "far"],
            "row_id": ["far", "hash", "nowhere"],
            "score": 0.8,
            "evidence": "",
            "standing": "proposed",
        }
    )
    with writing(engine) as connection:
        moment = list_loads(connection)[-1].loaded_at
        add_matches(connection, "venues", found, speaker="own", load_id=None, at=moment)
    with reading(engine) as connection:
        ids = {(m.source_row, m.row_id): m.match_id for m in list_matches(connection)}

    judge((match.match_id, Verdict.ACCEPT))

    with pytest.raises(ReviewError, match="hash is v already by another match"):
        judge((ids["hash", "far"], Verdict.ACCEPT))
    with pytest.raises(ReviewError, match="hash is v by another match"):
        judge((ids["v", "hash"], Verdict.ACCEPT))
    with pytest.raises(ReviewError, match="venues holds no nowhere"):
        judge((ids["far", "nowhere"], Verdict.ACCEPT))
    done = judge(
        (ids["far", "nowhere"], Verdict.ACCEPT), (match.match_id, Verdict.UNDO), all_or_none=False
    )
    assert (done.taken, set(done.refused)) == (1, {0})


def test_a_provider_that_became_another_takes_its_venues_along(engine, world, judge):
    found = pd.DataFrame(
        [("10000001", "10000002", 0.8, "", "proposed")],
        columns=["source_row", "row_id", "score", "evidence", "standing"],
    )
    with writing(engine) as connection:
        moment = list_loads(connection)[-1].loaded_at
        add_matches(connection, "providers", found, speaker="own", load_id=None, at=moment)
        match_id = list_matches(connection, table="providers")[0].match_id
    before = contents(engine)

    judge((match_id, Verdict.ACCEPT))
    assert set(rows(engine, Venue)["ukprn"]) == {"10000002"}

    judge((match_id, Verdict.UNDO))
    same(before, contents(engine))


def test_travel_times_and_demand_of_a_site_follow_and_come_back(engine, world, load, judge):
    load(
        "sites",
        "site_id,employer,postcode,employees\nco-1,Employer Laboratories,CB2 0AA,7\n",
        LISTED["sites"],
    )
    load("demand", "site_id,programme_code,stream,places\nco-1,P,new_starters,3\n")
    load("travel_times", "from_id,to_id,travel_minutes\nco-1,v,11\nco-1,hash,12\n")
    with reading(engine) as connection:
        [match] = list_matches(connection, table="sites")
    assert match.standing == Standing.PROPOSED
    before = contents(engine)

    judge((match.match_id, Verdict.ACCEPT))

    after = contents(engine)
    assert after["demand"]["site_id"].tolist() == ["s"]
    times = after["travel_times"].set_index(["from_id", "to_id"])["travel_minutes"].to_dict()
    # The site's own time to v stays; what only the other had is its time now.
    assert times == {("s", "v"): 10, ("s", "far"): 20, ("s", "hash"): 12}
    assert rows(engine, Site)["employees"].tolist() == [7]
    load("travel_times", "from_id,to_id,travel_minutes\nco-1,v,11\nco-1,hash,12\ns,v,10\n")
    assert len(rows(engine, TravelTime)) == len(times)

    judge((match.match_id, Verdict.UNDO))
    back = contents(engine)
    del before["travel_times"], back["travel_times"]
    same(before, {**back})


def test_travel_times_come_back_as_they_were(engine, world, judge, load):
    load("travel_times", "from_id,to_id,travel_minutes\ns,hash,12\n")
    before = contents(engine)
    [match] = proposals(engine)

    judge((match.match_id, Verdict.ACCEPT))
    assert set(rows(engine, TravelTime)["to_id"]) == {"v", "far"}

    judge((match.match_id, Verdict.UNDO))
    same(before, contents(engine))


def test_a_file_that_is_undone_takes_its_proposals_along(
    engine, load, gazetteer, authorities, judge
):
    for table in ("providers", "venues"):
        load(table, WORLD[table])
    before = contents(engine)
    report = load("venues", LISTED_VENUES, LISTED["venues"])
    assert proposals(engine)

    undo_load(engine, report.load_id, Tools(authorities, gazetteer))

    assert not proposals(engine)
    same(before, contents(engine))


def test_a_load_is_undone_after_its_row_became_another(engine, load, gazetteer, authorities, judge):
    for table in ("providers", "venues"):
        load(table, WORLD[table])
    before = contents(engine)
    report = load("venues", LISTED_VENUES, LISTED["venues"])
    [match] = proposals(engine)
    judge((match.match_id, Verdict.ACCEPT))

    undo_load(engine, report.load_id, Tools(authorities, gazetteer))

    same(before, contents(engine))
    load("venues", LISTED_VENUES, LISTED["venues"])
    # The decision stands: the row is known as the other one at once.
    assert set(rows(engine, Venue)["venue_id"]) == {"v", "far"}


def test_what_was_matched_by_rule_is_parted_into_rows_of_their_own(engine, load, judge):
    load("sites", WORLD["sites"])
    load("sites", "site_id,employer,postcode,employees\nx,EMPLOYER LTD,CB20AA,7\n", LISTED["sites"])
    [match] = matches_of(engine, "sites")
    assert match.standing == Standing.ACCEPTED
    assert rows(engine, Site)["site_id"].tolist() == ["s"]

    judge((match.match_id, Verdict.UNDO))

    sites = rows(engine, Site)
    assert sites["site_id"].tolist() == ["s", "x"]
    assert sites["employer"].tolist() == ["Employer", "EMPLOYER LTD"]
    assert pd.isna(sites["employees"].iloc[0])
    assert sites["employees"].iloc[1] == 7
    assert sites["geometry"].iloc[0] == sites["geometry"].iloc[1]
    # It is not matched by rule again.
    load(
        "sites",
        "site_id,employer,postcode,employees\nx,EMPLOYER LTD,CB20AA,8\n",
        LISTED["sites"],
    )
    assert len(rows(engine, Site)) == 2


def test_a_row_keeps_its_id_as_long_as_any_source_speaks_of_it(
    engine, load, judge, gazetteer, authorities
):
    load("providers", WORLD["providers"])
    first = load("venues", WORLD["venues"])
    load("venues", LISTED_VENUES, LISTED["venues"])
    [match] = proposals(engine)
    judge((match.match_id, Verdict.ACCEPT))

    undo_load(engine, first.load_id, Tools(authorities, gazetteer))

    [row] = rows(engine, Venue).to_dict("records")
    assert (row["venue_id"], row["name"]) == ("v", "Block C")
    judge((match.match_id, Verdict.UNDO))
    assert rows(engine, Venue)["venue_id"].tolist() == ["hash"]


def test_a_place_comes_back_as_it_was_and_not_only_as_its_claims_would_have_it(engine, load, judge):
    load("sites", WORLD["sites"])
    # This source's coordinates are compared only: its sites stand where their postcodes are.
    by_postcode = make_mapping(
        {
            "table": "sites",
            "place_by": "postcode",
            "columns": {name: name for name in (*SITE[:3], "latitude", "longitude")},
        },
        name="listing",
    )
    load(
        "sites",
        "site_id,employer,postcode,latitude,longitude\nx,Employer North,CB2 0AA,52.18,0.15\n",
        by_postcode,
    )
    [match] = matches_of(engine, "sites")
    before = contents(engine)

    judge((match.match_id, Verdict.ACCEPT))
    [row] = rows(engine, Site).to_dict("records")
    assert (row["employer"], row["latitude"]) == ("Employer North", 52.18)
    assert row["geometry"] == before["sites"]["geometry"].iloc[1]

    judge((match.match_id, Verdict.UNDO))
    same(before, contents(engine))


def test_what_a_later_load_ended_has_moved_too_and_can_stand_again(
    engine, load, judge, gazetteer, authorities
):
    load("sites", WORLD["sites"])
    first = "site_id,employer,postcode,employees\nx,Employer North,CB2 0AA,7\n"
    load("sites", first, LISTED["sites"])
    later = load("sites", first.replace("7", "8"), LISTED["sites"])
    [match] = matches_of(engine, "sites")
    judge((match.match_id, Verdict.ACCEPT))
    assert rows(engine, Site)["employees"].tolist() == [8]

    undo_load(engine, later.load_id, Tools(authorities, gazetteer))

    [row] = rows(engine, Site).to_dict("records")
    assert (row["site_id"], row["employees"]) == ("s", 7)


def test_a_row_that_was_decided_on_is_compared_with_no_other(
    engine, load, judge, gazetteer, authorities
):
    load("sites", WORLD["sites"])
    listed = "site_id,employer,postcode,employees\nx,Employer North,CB2 0AA,7\n"
    report = load("sites", listed, LISTED["sites"])
    [match] = matches_of(engine, "sites")
    judge((match.match_id, Verdict.REJECT))
    undo_load(engine, report.load_id, Tools(authorities, gazetteer))
    load("sites", "site_id,employer,postcode\nt,Employer North,CB2 0AA\n")

    load("sites", listed, LISTED["sites"])

    assert [one.row_id for one in matches_of(engine, "sites")] == ["s"]
    assert rows(engine, Site)["site_id"].tolist() == ["s", "t", "x"]


def test_what_a_candidate_says_of_a_site_follows_the_site(engine, load, judge):
    load("sites", WORLD["sites"])
    listed = "site_id,employer,postcode,employees\nx,Employer North,CB2 0AA,7\n"
    load("sites", listed, LISTED["sites"])
    rules = ConfirmRules(
        same_company_number=True,
        same_name_and_postcode=True,
        most_companies_at_address=50,
        accounts_of_inactive=(),
    )
    with writing(engine) as connection:
        blank = read_table(connection, CandidateSite)
        candidate = blank.reindex(range(1)).assign(
            site_id="ch-1",
            employer="EMPLOYER NORTH LIMITED",
            company_number="00000001",
            postcode="CB2 0AA",
            companies_at_address=1,
            source="Companies House",
        )
        moment = list_loads(connection)[-1].loaded_at
        write_rows(connection, CandidateSite, candidate.astype(blank.dtypes), moment=moment)
        assert match_by_lists(connection, rules, now=moment).confirmed == ("ch-1",)
    [match] = matches_of(engine, "sites")
    before = contents(engine)

    judge((match.match_id, Verdict.ACCEPT))
    [row] = rows(engine, Site).to_dict("records")
    assert (row["site_id"], row["company_number"]) == ("s", "00000001")

    judge((match.match_id, Verdict.UNDO))
    same(before, contents(engine))
