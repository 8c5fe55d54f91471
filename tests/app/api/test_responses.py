"""How answers are written."""

from __future__ import annotations

import pytest

from app.api.responses import accepts_gzip, geojson_answer, json_answer


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
