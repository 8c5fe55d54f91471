"""What the ranking's page says beside the scores."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.db.engine import make_engine, reading
from app.db.runs import current_run
from app.services.ranking_answer import ranking_answer
from app.services.rankings import read_stored
from app.web.ranking_views import ranking_page, verdict_sentence

NAMES = {"a": "Alder", "b": "Birch", "c": "Cedar"}


@pytest.fixture
def parts(small_register):
    engine = make_engine(f"sqlite:///{small_register}")
    with reading(engine) as connection:
        run = current_run(connection)
        stored = read_stored(connection, run, programme=None)
        yield stored, ranking_answer(connection, run, stored)
    engine.dispose()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"leader": None}, "No cluster is pilot-ready yet"),
        ({"leader": "a", "verdict": "leads", "tied": ["a"]}, "Alder leads"),
        (
            {"leader": "a", "verdict": "tied_set", "tied": ["a", "b", "c"]},
            "do not tell it apart from Birch and Cedar: a tied set",
        ),
        ({"leader": "a", "verdict": "tied_set", "tied": ["a"]}, "apart from its rivals"),
    ],
)
def test_the_verdict_is_a_sentence(answer, said):
    assert said in verdict_sentence(answer, NAMES)


def test_the_shortlist_says_what_decides(parts):
    page = ranking_page(*parts)

    unready, leader = page.shortlist
    assert leader.tied
    assert leader.starters == "5.2 of 8"
    assert leader.pooling == "needs 3 more: with Dundee, still too few"
    assert leader.places_could_be is None
    assert leader.lacks == "3 starters"
    assert unready.lacks == "a champion, 3 starters, any place within reach"
    assert unready.flip == "not pilot-ready"
    assert unready.next_if.startswith("Next, if it had a champion")
    assert page.clusters == 2


def test_one_starter_is_said_in_the_singular(parts):
    stored, answer = parts
    rows = [
        {**row, "shortlist": {**row["shortlist"], "starters_short": 1}}
        for row in answer["clusters"]
    ]

    page = ranking_page(stored, {**answer, "clusters": rows})

    assert page.shortlist[1].lacks == "1 starter"


def test_a_run_that_was_not_put_to_the_test_shows_the_scores_alone(parts):
    stored, answer = parts

    assert ranking_page(replace(stored, tested={}), answer) is None


def test_the_page_shows_it_and_keeps_outside_text_harmless(client):
    page = client.get("/ranking").text

    for said in ("What decides a meeting", "How firmly it stands", "Who has been heard"):
        assert said in page
    assert "1 of 15 well-known clusters" in page
    assert "<script>alert" not in page
