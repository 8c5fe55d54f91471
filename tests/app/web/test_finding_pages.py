"""The pages of what a run found: what they say, and what they refuse."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from app.db.engine import reading
from app.db.runs import read_coverage
from app.main import create_app

HTML = {"Accept": "text/html"}


def test_coverage_is_a_table_with_bounds_and_the_pair(client):
    text = client.get("/coverage?programme=P1").text
    for said in ("26.0", "14.0", "11.5 to 17.5", "12.0", "10.0", "9.0"):
        assert said in text
    assert "Not served if nobody passes a place on" in text
    assert "Not served if sharing were perfect" in text
    assert "0.47 times that of large employers" in text


def test_where_too_much_is_unknown_no_rate_stands(client):
    text = client.get("/coverage?mode=e_learning").text
    assert "insufficient evidence" in text
    assert "not told" in text
    assert "cannot be told" in text


def test_groups_are_called_by_their_names(client):
    by_cluster = client.get("/coverage?by=cluster").text
    assert "Dundee" in by_cluster
    assert "in no cluster" in by_cluster
    assert "New starters" in client.get("/coverage?by=stream").text
    both = client.get("/coverage?by=size,stream").text
    assert '<option value="size,stream" selected>Size of the employer, Stream</option>' in both


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("mode=bus", "mode"), ("tier=best", "tier"), ("by=colour", "by"), ("by=size,size", "by")],
)
def test_a_filter_that_is_none_is_refused_in_words(client, query, parameter):
    answer = client.get(f"/coverage?{query}", headers=HTML)
    assert answer.status_code == 422
    assert f"{parameter}:" in answer.text


@pytest.mark.parametrize("path", ["/coverage", "/calls", "/quality", "/site/S1"])
def test_no_programme_of_that_code_is_a_page_that_says_so(client, path):
    answer = client.get(f"{path}?programme=P9", headers=HTML)
    assert answer.status_code == 404
    assert "No programme has the id &#39;P9&#39;." in answer.text


@pytest.mark.parametrize("path", ["/coverage", "/calls", "/quality", "/site/S1", "/methods"])
def test_without_a_run_the_page_says_what_to_do(client_without_run, path):
    answer = client_without_run.get(path, headers=HTML)
    assert answer.status_code == 503
    assert "skillshed run" in answer.text


def test_calls_say_what_of_whom_and_why(client):
    text = client.get("/calls").text
    assert "What is the status of V3/P1/blended?" in text
    assert "Campus, Example University" in text
    assert "Could move 9.1 places a year of the 18.2 that it concerns" in text
    assert "1 more would tell of sensitive sites and is withheld." in text
    assert "S3" not in text
    assert "evening" not in client.get("/calls?programme=P1").text


def test_quality_shows_label_interval_gates_and_the_mark(client):
    text = client.get("/quality").text
    assert "0.600 to 0.800" in text
    assert "Not good" in text
    assert "Too little evidence" in text
    assert "Scotland, different evidence" in text
    assert "safeguarding" in text
    assert "<strong>Alarm:</strong> 1 provider holds 100% of the places within reach" in text
    assert "The worst pairs" in text
    nothing = client.get("/quality?programme=P2").text
    assert "No place is within reach, so nothing rests on anyone." in nothing
    assert "The worst pairs" not in nothing


def test_a_site_is_explained_in_a_sentence_and_in_numbers(client):
    text = client.get("/site/S2?programme=P1").text
    assert "as it was made nothing" in text
    assert "0.5 to 4.5" in text
    assert "Unmet if nobody passes a place on" in text
    assert client.get("/site?site_id=S2&programme=P1").text == text


def test_what_would_close_a_gap_is_recomputed_when_it_is_asked_for(client):
    asked = client.get("/site?site_id=S2&programme=P1&recompute=yes").text
    assert "Recompute what would close it" in client.get("/site/S2?programme=P1").text
    assert "Recompute what would close it" not in asked
    assert "run `skillshed run`, and ask again" in asked


@pytest.mark.slow
def test_the_steps_that_close_a_gap_stand_on_the_page(demo):
    with reading(demo.engine) as connection:
        rows = read_coverage(connection, demo.run.run_id, programme_code=None)
    unreached = rows[rows["gap_class"] == "no_reach"]
    with TestClient(create_app(demo.settings)) as client:
        shown = {one["site_id"] for one in client.get("/api/v1/sites?limit=1000").json()["items"]}
        unit = unreached[unreached["site_id"].isin(shown)].iloc[0]
        text = client.get(
            f"/site/{unit['site_id']}?programme={unit['programme_code']}&recompute=yes"
        ).text
    assert "Each step together with those before it" in text
    assert text.count('<td class="number">1</td>') == 1
    assert "covered" in text.lower()


def test_without_a_programme_the_first_is_shown(client):
    assert client.get("/site/S2").text == client.get("/site/S2?programme=P1").text


@pytest.mark.parametrize("site_id", ["S3", "S7", "nowhere"])
def test_a_site_that_may_not_be_shown_is_none(client, site_id):
    answer = client.get(f"/site/{site_id}?programme=P1", headers=HTML)
    assert answer.status_code == 404
    assert "No site has the id" in answer.text
    assert "Hidden" not in answer.text


def test_a_nul_in_an_address_is_refused(client):
    assert client.get("/site/a%00b", headers=HTML).status_code == 422


def test_methods_tell_the_limits_and_why_the_obvious_bound_is_wrong(client):
    text = client.get("/methods").text
    for said in ("22.5", "67.5", "no limit", "11.7 and 8.3", "The obvious way is wrong"):
        assert said in text
    assert "Econometrica" in text
    assert "tolerance.budget_hours" in text


def test_methods_tell_whose_word_counts_and_that_it_is_an_assumption(client):
    text = client.get("/methods").text
    assert "the word of the stronger source counts" in text
    assert "The order of strengths is an assumption of ours" in text
    assert "own, register, statistics, listed, suggested" in text
