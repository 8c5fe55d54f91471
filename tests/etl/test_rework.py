"""Claims and rows follow the matches; see also tests of the review, which go all the way."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.db.claims import read_claims
from app.db.engine import reading, writing
from app.db.history import next_moment
from app.db.matches import Identities
from app.db.models import Venue
from app.db.register import read_table, table_of
from etl.errors import ReviewError
from etl.pipeline import load_file
from etl.prepare import Tools
from etl.rework import Reworked, follow

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
FILES = {
    "providers": "ukprn,name\n10000001,A\n",
    "programmes": "programme_code,title\nP,Lab\n",
    "venues": "venue_id,ukprn,name,postcode\na,10000001,A,SG1 2NY\nb,10000001,B,CB2 0AA\n",
    "offers": "venue_id,programme_code,mode,status\nb,P,evening,delivered\n",
}


@pytest.fixture
def tools(gazetteer, authorities):
    return Tools(authorities, gazetteer)


@pytest.fixture
def loaded(engine, tmp_path, tools):
    """Load two venues of one provider, one with an offer."""
    for table, text in FILES.items():
        path = Path(tmp_path) / f"{table}.csv"
        path.write_text(text, encoding="utf-8")
        load_file(engine, table, path, authorities=tools.authorities, gazetteer=tools.gazetteer)


def test_where_nothing_means_another_row_nothing_is_done(engine, loaded, tools):
    same = Identities({"venues": {"x": "a"}})
    with writing(engine) as connection:
        moment = next_moment(connection, datetime.now(UTC))

        assert follow(connection, same, same, tools, moment=moment) == ()


def test_rows_claims_and_what_refers_to_them_follow(engine, loaded, tools):
    after = Identities({"venues": {"b": "a"}})
    with writing(engine) as connection:
        moment = next_moment(connection, datetime.now(UTC))

        done = follow(connection, Identities(), after, tools, moment=moment)

    assert done == (Reworked("offers", 1, 0, 1), Reworked("venues", 0, 1, 1))
    assert done[0].line() == "offers: 1 rows added, 0 changed, 1 removed."
    with reading(engine) as connection:
        assert read_table(connection, Venue)["venue_id"].tolist() == ["a"]
        claims = read_claims(connection, "venues", ended="all")
    assert set(claims["row_id"]) == {"a"}
    assert set(claims["source_row"]) == {"a", "b"}


def test_a_row_to_which_something_without_a_claim_refers_cannot_go(engine, loaded, tools):
    with writing(engine) as connection:
        connection.execute(
            table_of(Venue)
            .metadata.tables["offers"]
            .insert()
            .values(venue_id="b", programme_code="P", mode="blended", status="unknown")
        )
    after = Identities({"venues": {"b": "a"}})
    with writing(engine) as connection:
        moment = next_moment(connection, datetime.now(UTC))
        with pytest.raises(ReviewError, match="an earlier release loaded"):
            follow(connection, Identities(), after, tools, moment=moment)
