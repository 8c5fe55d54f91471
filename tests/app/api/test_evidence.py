"""Loads, claims, differences and data quality over HTTP, of a register made by real loads."""

from __future__ import annotations

import csv
import io

import pytest
from loaded_register import SECRETS

from app.schemas.evidence import (
    DataQualityReport,
    DifferencePage,
    LoadDetail,
    LoadPage,
    RowClaims,
)


@pytest.fixture
def ask(loaded_client):
    """Ask for a path below the API; return the answer, which must be good."""

    def get(path, **parameters):
        answer = loaded_client.get(f"/api/v1/{path}", params=parameters)
        assert answer.status_code == 200, answer.text
        return answer

    return get


def all_pages(ask, path, **parameters):
    found, cursor = [], {}
    while cursor is not None:
        page = ask(path, **parameters, **cursor).json()
        found += page["items"]
        cursor = {"cursor": page["next"]} if page["next"] else None
    return found


@pytest.mark.parametrize("limit", [1, 3, 11, 12, 1000])
def test_paging_gives_every_load_once_the_newest_first(ask, limit):
    loads = all_pages(ask, "loads", limit=limit)

    LoadPage.model_validate({"items": loads, "next": None})
    assert [load["load_id"] for load in loads] == list(range(11, 0, -1))


def test_a_load_tells_its_source_its_days_its_counts_and_its_rejects(ask, loaded):
    answer = ask(f"loads/{loaded.loads['apar']}")

    LoadDetail.model_validate_json(answer.content)
    found = answer.json()
    assert (found["source"], found["licence"], found["strength"]) == ("apar", "OGL v3", 4)
    assert (found["as_at"], found["retrieved_on"]) == ("2025-11-03", "2026-10-31")
    assert [found[n] for n in ("read", "loaded", "unchanged", "rejected")] == [5, 3, 0, 2]
    assert found["rejected_by_rule"] == {"personal data": 1, "register status": 1}
    assert found["tables"] == ["providers"]
    [part] = found["by_table"]
    assert (part["rows"], part["inserted"], part["updated"]) == (3, 1, 2)


def test_a_load_that_was_undone_says_so(ask, loaded):
    by_id = {load["load_id"]: load["undone_at"] for load in all_pages(ask, "loads")}

    assert [load_id for load_id, undone_at in by_id.items() if undone_at] == [
        loaded.loads["undone"]
    ]


@pytest.mark.parametrize("load_id", ["0", "12.5", "last", "2147483648", "99999999999999999999"])
def test_what_is_no_id_of_a_load_is_refused(loaded_client, load_id):
    answer = loaded_client.get(f"/api/v1/loads/{load_id}")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "load_id"


@pytest.mark.parametrize("cursor", ["nonsense", "W10=", "WyItMSJd", "WyI5OTk5OTk5OTk5Il0="])
def test_a_cursor_that_is_none_of_loads_is_refused(loaded_client, cursor):
    answer = loaded_client.get("/api/v1/loads", params={"cursor": cursor})

    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:skillshed:problem:bad-cursor"


def test_claims_say_what_counts_and_what_stands_beside_it(ask, loaded):
    answer = ask("claims", table="providers", id="10099903")

    RowClaims.model_validate_json(answer.content)
    fields = {one["field"]: one for one in answer.json()["fields"]}
    name = fields["name"]
    assert name["value"] == "Sample Jones & Co. Ltd"
    assert [(one["counts"], one["load_id"], one["strength"]) for one in name["claims"]] == [
        (True, loaded.loads["providers"], 5),
        (False, loaded.loads["apar"], 4),
    ]
    # The day of the own list counts, which states no licence; another's is none of its word.
    assert fields["licence"]["value"] is None
    assert [one["value"] for one in fields["licence"]["claims"]] == ["OGL v3"]


@pytest.mark.parametrize("row_id", ["V|P|day_release", "V | P | day_release"])
def test_an_id_of_several_parts_is_joined_by_strokes(ask, row_id):
    fields = ask("claims", table="offers", id=row_id).json()["fields"]

    assert {one["field"]: one["value"] for one in fields}["status"] == "delivered"


@pytest.mark.parametrize(
    ("table", "row_id"),
    [
        ("providers", "1"),
        ("areas", "E1"),
        ("sites", "SECRET"),
        ("sites", "TURNED"),
        ("sites", "GONE"),
        ("demand", "SECRET|P|new_starters"),
        ("demand", "SECRET\x1fP\x1fnew_starters"),
    ],
)
def test_of_nothing_and_of_a_sensitive_site_the_answer_is_the_same(loaded_client, table, row_id):
    answer = loaded_client.get("/api/v1/claims", params={"table": table, "id": row_id})

    assert answer.status_code == 404
    assert answer.json()["detail"] == f"No row of {table} with a claim has the id {row_id!r}."


def test_a_table_that_is_none_is_refused_and_the_tables_are_named(loaded_client):
    answer = loaded_client.get("/api/v1/claims?table=provider&id=1")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "table"
    assert "providers" in answer.json()["detail"]


def test_what_differs_is_told_with_its_source(ask, loaded):
    words = {"before": str(loaded.loads["demand"]), "after": str(loaded.loads["later"])}
    answer = ask("register/diff", **words)

    DifferencePage.model_validate_json(answer.content)
    found = answer.json()
    assert found["items"] == [
        {"table": "venues", "id": "V", "change": "changed", "field": "name", "old": "Hall",
         "new": "New hall", "source": "later.csv"}
    ]  # fmt: skip
    assert found["before"] == "2026-11-08T12:00:00+00:00"


@pytest.mark.parametrize("limit", [7, 1000])
def test_a_difference_is_paged_and_tells_of_no_sensitive_site(ask, limit):
    words = {"before": "2026-10-01", "after": "2026-11-30T12:00"}
    items = all_pages(ask, "register/diff", **words, limit=limit)

    assert {item["table"] for item in items} == {
        "providers", "programmes", "venues", "offers", "sites", "demand"
    }  # fmt: skip
    assert {item["id"] for item in items if item["table"] == "sites"} == {"PLAIN"}
    assert {item["id"] for item in items if item["table"] == "demand"} == {
        "PLAIN | P | new_starters"
    }
    assert [secret for secret in SECRETS if secret in str(items)] == []
    # SECRET and TURNED, and what SECRET needs.
    assert ask("register/diff", **words).json()["withheld"] == 3


def test_a_site_is_withheld_between_any_two_moments(ask):
    for before in range(1, 13):
        for after in (5, 6, 9, 12):
            words = {"before": f"2026-11-{before:02}", "after": f"2026-11-{after:02}"}
            text = ask("register/diff", **words, limit=1000).text
            assert [secret for secret in SECRETS if secret in text] == []


def test_a_table_can_be_chosen_and_nothing_differs_from_itself(ask):
    words = {"before": "2026-10-01", "after": "2026-11-30"}
    assert {i["table"] for i in all_pages(ask, "register/diff", **words, table="venues")} == {
        "venues"
    }
    same = ask("register/diff", before="2026-11-30", after="2026-11-30").json()
    assert (same["items"], same["withheld"]) == ([], 0)


@pytest.mark.parametrize("word", ["yesterday", "99", "2026-13-01", "99999999999", "run-9"])
def test_a_word_for_no_moment_is_not_found(loaded_client, word):
    answer = loaded_client.get(f"/api/v1/register/diff?before={word}&after=2026-11-01")

    assert answer.status_code == 404
    assert answer.json()["detail"] == f"No run, load, day or moment has the id '{word}'." or (
        word == "99" and answer.json()["detail"] == "No load has the id '99'."
    )


@pytest.mark.parametrize("query", ["", "before=2026-11-01", "after=2026-11-01", "before=&after=1"])
def test_both_moments_must_be_given(loaded_client, query):
    assert loaded_client.get(f"/api/v1/register/diff?{query}").status_code == 422


def test_data_quality_is_told_by_source_table_and_pair(ask):
    answer = ask("data-quality")

    DataQualityReport.model_validate_json(answer.content)
    found = answer.json()
    assert found["as_of"] == "2026-11-11"
    [apar] = [one for one in found["sources"] if one["source"] == "apar"]
    assert (apar["age_days"], apar["standing"], apar["filled"]["name"]) == (373, 3, 1.0)
    assert found["compared"] == 15
    name = found["disagreements"][0]
    assert (name["field"], name["sources"], name["differ"]) == ("name", ["apar", "own"], 2)
    assert name["examples"][1] == {
        "id": "10099903",
        "values": {"apar": "SAMPLE, JONES & CO LTD", "own": "Sample Jones & Co. Ltd"},
        "counts": "own",
    }
    assert [one["strength"] for one in found["precedence"]["strengths"]] == [5, 4, 3, 2, 1]
    assert "assumption" in found["precedence"]["assumption"]


def test_examples_tell_of_no_sensitive_site(ask):
    for f in ("json", "csv"):
        text = ask("data-quality", f=f).text
        assert [secret for secret in SECRETS if secret in text] == []


def test_ages_are_counted_to_the_day_that_is_given(ask):
    sources = ask("data-quality", as_of="2026-11-12").json()["sources"]

    assert {one["age_days"] for one in sources if one["source"] == "apar"} == {374}


def test_the_report_is_a_table_for_spreadsheets(ask):
    answer = ask("data-quality", f="csv")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "data_quality.csv" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"), newline="")))
    [differ] = [r for r in rows if r["measure"] == "differ" and r["table"] == "providers"]
    assert [differ[n] for n in ("source", "other_source", "name", "value")] == [
        "apar", "own", "name", "2"
    ]  # fmt: skip


def test_an_empty_register_gives_an_empty_report(client_without_run):
    found = client_without_run.get("/api/v1/data-quality").json()

    assert (found["as_of"], found["sources"], found["disagreements"]) == (None, [], [])
    assert client_without_run.get("/api/v1/loads").json() == {"items": [], "next": None}
    assert client_without_run.get("/api/v1/data-quality?f=csv").status_code == 200
