"""The ranking as it is sent: the same from a run that was put to the test and one that was not."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from app.db.engine import make_engine, reading
from app.db.runs import current_run
from app.services.ranking_answer import ranked_clusters, ranking_answer
from app.services.rankings import read_stored


@pytest.fixture
def parts(small_register):
    engine = make_engine(f"sqlite:///{small_register}")
    with reading(engine) as connection:
        run = current_run(connection)
        yield connection, run, read_stored(connection, run, programme=None)
    engine.dispose()


def test_it_is_plain_json_and_rounded(parts):
    answer = ranking_answer(*parts)

    assert orjson.loads(orjson.dumps(answer)) == answer
    assert answer["clusters"][1]["score"] == 0.5679
    assert answer["clusters"][1]["support_needed"].startswith("a room")
    assert answer["clusters"][0]["support_needed"] is None


def test_without_the_test_what_it_found_is_absent(parts):
    connection, run, stored = parts

    answer = ranking_answer(connection, run, replace(stored, tested={}))

    assert answer["leader"] == "C1"
    assert not {"verdict", "tied", "draws", "audiences"} & set(answer)
    assert not {"p_rank_1", "shortlist", "next_if", "flip"} & set(answer["clusters"][0])


def test_where_nobody_is_ready_there_is_no_verdict(parts):
    connection, run, stored = parts
    nobody = stored.tested | {"verdict": None, "leader": None, "tied": []}

    answer = ranking_answer(connection, run, replace(stored, tested=nobody))

    assert answer["leader"] is None
    assert "verdict" not in answer


def test_the_callers_weights_are_named_as_theirs(parts):
    answer = ranking_answer(*parts, weights={"employment": 3.0, "champion_level": 1.0})

    assert answer["weight_set"]["owner"] == "the caller"
    assert {n: w for n, w in answer["weights"].items() if w} == {
        "employment": 0.75,
        "champion_level": 0.25,
    }


def test_every_cluster_of_the_demo_is_told_whole(demo):
    with reading(demo.engine) as connection:
        rows = ranked_clusters(read_stored(connection, demo.run, programme=None))

    assert sum(row["p_rank_1"] for row in rows) == pytest.approx(1, abs=0.001)
    for row in rows:
        assert row["rank_low"] <= row["rank_high"]
        assert row["shortlist"]["starters_short"] == row["starters_short"]
        assert sum(row["contributions"].values()) == pytest.approx(row["score"], abs=0.001)
    ready = [row for row in rows if row["pilot_ready"]]
    assert all(
        0 <= row["flip"]["weight_change"] <= 1 for row in ready if row["flip"]["weight_change"]
    )
