"""The register page by page: everything once, in order, and nothing that must not be shown."""

from __future__ import annotations

import base64

import pytest

from app.schemas.register import (
    OfferItem,
    PlacesCollection,
    ProgrammeItem,
    ProviderItem,
    SiteItem,
    VenueItem,
    page_schema,
)

LISTS = {
    "programmes": (ProgrammeItem, "programme_code", ["P1", "P2"]),
    "providers": (ProviderItem, "ukprn", ["99000001", "99000002"]),
    "venues": (VenueItem, "venue_id", ["V1", "V2", "V3"]),
    "offers": (OfferItem, "venue_id", ["V1", "V1", "V3"]),
    "sites": (SiteItem, "site_id", ["S1", "S2", "S4", "S5", "S6"]),
}


def pages(client, path, **parameters):
    """Every page of a list, until there is no next."""
    cursor: dict[str, str] = {}
    while True:
        answer = client.get(f"/api/v1/{path}", params={**parameters, **cursor})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        yield page
        if page["next"] is None:
            return
        cursor = {"cursor": page["next"]}


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6, 1000])
@pytest.mark.parametrize("path", LISTS)
def test_paging_gives_every_item_once_in_order(client, path, limit):
    item, key, expected = LISTS[path]
    schema = page_schema(item, withholds=path == "sites")
    found = []
    for page in pages(client, path, limit=limit):
        schema.model_validate(page)
        assert len(page["items"]) <= limit
        found += [row[key] for row in page["items"]]
    assert found == expected


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6, 1000])
@pytest.mark.parametrize("form", ["json", "geojson"])
def test_sensitive_sites_are_withheld_counted_once_and_told_by_no_cursor(client, limit, form):
    answers = list(pages(client, "sites", limit=limit, f=form))
    assert sum(page["withheld"] for page in answers) == 2
    cursors = [base64.urlsafe_b64decode(page["next"]).decode() for page in answers if page["next"]]
    told = f"{answers} {cursors}"
    assert len(cursors) == len(answers) - 1
    assert [secret for secret in ("Hidden", "S3", "S7") if secret in told] == []


def test_lists_are_arrays_dates_and_blanks_are_as_json_has_them(client):
    first, second = client.get("/api/v1/programmes").json()["items"]
    assert second["recognised_by"] == ["Body A", "Body B"]
    assert first["recognised_by"] is None
    assert first["level_rqf"] == 3
    assert second["level_rqf"] is None
    provider = client.get("/api/v1/providers").json()["items"][0]
    assert provider["inspection_grades"] == ["overall=2", "care=1"]
    assert provider["safeguarding_met"] is None


def test_coordinates_are_those_of_the_point_with_six_decimals(client):
    placed, unplaced, _ = client.get("/api/v1/venues").json()["items"]
    assert (placed["longitude"], placed["latitude"]) == (0.123457, 52.2)
    assert (unplaced["longitude"], unplaced["latitude"]) == (None, None)


def test_places_are_geojson_when_asked(client):
    answer = client.get("/api/v1/venues?f=geojson&limit=2")
    assert answer.headers["content-type"] == "application/geo+json"
    collection = PlacesCollection.model_validate(answer.json())
    placed, unplaced = answer.json()["features"]
    assert collection.next is not None
    assert placed["id"] == "V1"
    assert placed["geometry"] == {"type": "Point", "coordinates": [0.123457, 52.2]}
    assert placed["properties"]["name"] == "Main hall"
    assert "latitude" not in placed["properties"]
    assert unplaced["geometry"] is None
    rest = client.get("/api/v1/venues", params={"f": "geojson", "cursor": collection.next}).json()
    assert [feature["id"] for feature in rest["features"]] == ["V3"]
    assert rest["next"] is None


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=1001", "limit=few", "cursor=", "f=csv", "colour=red", "limit=1&limit=2"],
)
def test_parameters_that_cannot_be_used_are_refused(client, query):
    answer = client.get(f"/api/v1/sites?{query}")
    assert answer.status_code == 422
    assert query.split("=")[0] in answer.json()["detail"]


@pytest.mark.parametrize("cursor", ["nonsense", "W10=", "bnVsbA=="])
@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_that_is_none_is_refused(client, path, cursor):
    answer = client.get(f"/api/v1/{path}", params={"cursor": cursor})
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:skillshed:problem:bad-cursor"


def test_an_empty_register_gives_empty_lists(client_without_run):
    for path in LISTS:
        answer = client_without_run.get(f"/api/v1/{path}")
        assert answer.status_code == 200
        assert answer.json()["items"] == []
        assert answer.json()["next"] is None
