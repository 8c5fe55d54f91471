"""What sources say of one row, for people."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pandas as pd
import pytest

from app.db.engine import reading, writing
from app.db.errors import NotFoundError
from app.db.evidence import keep_claims
from app.db.loads import LoadRecord, add_load, read_load
from app.db.models import Achievement, Provider, School, Site
from app.db.register import row_ids
from app.services.claims import claims_of, shown_claims_of


@pytest.fixture
def connection(engine):
    with writing(engine) as connection:
        yield connection


def say(connection, model, speaker, strength, *, meant=None, **values):
    record = LoadRecord(
        0,
        model.__tablename__,
        "f.csv",
        "ab",
        datetime(2026, 11, 1, tzinfo=UTC),
        0,
        0,
        0,
        0,
        0,
        speaker=speaker,
        title=f"List {speaker}",
        licence="OGL v3",
        strength=strength,
        retrieved_on=date(2026, 10, 1),
    )
    rows = pd.DataFrame({name: [value] for name, value in values.items()})
    ids = row_ids(model, rows)
    rows = rows.assign(source_row=ids, row_id=ids if meant is None else meant)
    load = read_load(connection, add_load(connection, record))
    keep_claims(connection, model, rows, list(values), load)
    return load.load_id


def test_the_claim_that_counts_stands_first_and_the_others_beside_it(connection):
    weak = say(connection, Provider, "a", 2, ukprn="1", name="Listed")
    strong = say(connection, Provider, "b", 4, ukprn="1", name="By law")

    found = [claim for claim in claims_of(connection, Provider, "1") if claim.field == "name"]

    assert [(c.value, c.counts, c.load_id, c.strength) for c in found] == [
        ("By law", True, strong, 4),
        ("Listed", False, weak, 2),
    ]
    assert (found[0].source, found[0].licence, found[0].as_at) == ("List b", "OGL v3", None)
    assert found[0].retrieved_on == date(2026, 10, 1)


def test_an_id_of_several_parts_is_written_with_strokes(connection):
    say(connection, Achievement, "a", 3, ukprn="1", programme_code="P", year="2024/25", rate=0.5)

    found = claims_of(connection, Achievement, "1 | P | 2024/25")

    assert {claim.field for claim in found} == {"programme_code", "rate"}


def test_a_row_of_which_nobody_speaks_is_not_found(connection):
    with pytest.raises(NotFoundError, match="No row of providers with a claim has the id '7'"):
        claims_of(connection, Provider, "7")


def test_what_tells_of_a_sensitive_site_is_not_found_and_the_rest_is_as_it_is(loaded):
    with reading(loaded.engine) as connection:
        assert shown_claims_of(connection, Site, "PLAIN") == claims_of(connection, Site, "PLAIN")
        for site_id in ("SECRET", "TURNED"):
            assert claims_of(connection, Site, site_id)
            with pytest.raises(NotFoundError, match=f"No row of sites .* {site_id!r}"):
                shown_claims_of(connection, Site, site_id)


def test_a_weight_is_a_plain_number(connection):
    say(connection, Provider, "a", 2, ukprn="1", name="Listed")

    assert {type(claim.strength) for claim in claims_of(connection, Provider, "1")} == {int}


def test_the_id_that_counts_is_the_registers_and_not_that_of_the_strongest(connection):
    say(connection, School, "a", 2, school_id="s", name="Listed")
    say(connection, School, "b", 4, meant="s", school_id="hash", name="By law")

    found = claims_of(connection, School, "s")

    assert {(c.value, c.counts) for c in found if c.field == "school_id"} == {
        ("s", True),
        ("hash", False),
    }
    assert [c.value for c in found if c.counts and c.field == "name"] == ["By law"]
