"""How answers are written."""

from __future__ import annotations

import gzip

import pytest
from starlette.requests import Request

from app.api.responses import accepts_gzip, geojson_answer, json_answer, stored_answer
from app.services.layers import GEOJSON, pack


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("", False),
        ("identity", False),
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip; q = 0.0, *", False),
        ("*", True),
        ("*;q=0", False),
        ("gzipped", False),
        ("gzip;q=much", False),
    ],
)
def test_gzip_is_sent_to_who_takes_it(accepted, expected):
    assert accepts_gzip(accepted) is expected


def test_answers_have_their_type():
    assert json_answer({"a": [1.5, None]}).body == b'{"a":[1.5,null]}'
    assert json_answer({}).media_type == "application/json"
    assert geojson_answer({}).media_type == "application/geo+json"


@pytest.mark.parametrize("coding", ["gzip", "identity"])
def test_the_tag_of_what_is_stored_is_of_its_content_and_coding(coding):
    request = Request({"type": "http", "headers": [(b"accept-encoding", coding.encode())]})
    one, again, other = (
        stored_answer(request, pack(content, GEOJSON).content, GEOJSON)
        for content in (b"one", b"one", b"two")
    )

    assert one.headers["etag"] == again.headers["etag"] != other.headers["etag"]
    assert one.headers["etag"].endswith(f'-{coding}"')
    body = gzip.decompress(one.body) if coding == "gzip" else one.body
    assert body == b"one"
