"""What holds for every answer."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.middleware import Middleware
from starlette.responses import Response, StreamingResponse

from app.middleware import HeadAsGet, SafeHeaders, Tagged, content_security_policy, matches


@pytest.fixture
def client():
    app = FastAPI(middleware=[Middleware(SafeHeaders), Middleware(HeadAsGet), Middleware(Tagged)])

    @app.get("/parts")
    def parts() -> StreamingResponse:
        return StreamingResponse(iter([b"one ", b"two"]), headers={"Vary": "Accept"})

    @app.get("/tagged")
    def tagged() -> Response:
        return Response("body", headers={"ETag": '"own"', "Cache-Control": "max-age=60"})

    @app.get("/empty")
    def empty() -> Response:
        return Response(status_code=404)

    @app.post("/parts")
    def post() -> Response:
        return Response("made")

    with TestClient(app) as asked:
        yield asked


def test_the_tag_is_of_the_whole_body(client):
    answer = client.get("/parts")
    assert answer.content == b"one two"
    assert answer.headers["cache-control"] == "no-cache"
    unchanged = client.get("/parts", headers={"If-None-Match": answer.headers["etag"]})
    assert unchanged.status_code == 304
    assert unchanged.headers["vary"] == "Accept"
    assert "content-type" not in unchanged.headers
    assert client.get("/tagged").headers["etag"] != answer.headers["etag"]


def test_a_tag_that_is_there_stays(client):
    headers = client.get("/tagged").headers
    assert headers["etag"] == '"own"'
    assert headers["cache-control"] == "max-age=60"


def test_who_has_the_own_tag_is_answered_304(client):
    answer = client.get("/tagged", headers={"If-None-Match": '"own"'})
    assert answer.status_code == 304
    assert answer.content == b""
    assert answer.headers["etag"] == '"own"'
    assert client.get("/tagged", headers={"If-None-Match": '"other"'}).text == "body"


def test_only_a_successful_read_is_tagged(client):
    assert "etag" not in client.get("/empty").headers
    assert "etag" not in client.post("/parts").headers


def test_head_has_the_length_of_get_and_no_body():
    # Without a client between, since clients drop the body of such an answer themselves.
    sent = []

    async def ask():
        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "HEAD", "path": "/", "headers": []}
        await HeadAsGet(Response("body"))(scope, receive, send)

    # In a thread of its own: a browser that another test opened keeps a loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, ask()).result()
    start, body = sent
    assert (b"content-length", b"4") in start["headers"]
    assert body["body"] == b""


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("", False),
        ('"a"', True),
        ('W/"a"', True),
        ('"b", "a"', True),
        ('"b"', False),
        ("a", False),
        (" * ", True),
    ],
)
def test_tags_are_compared_weakly(asked, expected):
    assert matches(asked, '"a"') is expected


def test_only_the_pages_that_need_it_may_hold_scripts_or_styles():
    inline = {
        path: content_security_policy(path).count("'unsafe-inline'")
        for path in ("/", "/ranking", "/docs", "/map", "/map/", "/api/v1/sites")
    }
    assert inline == {"/": 0, "/ranking": 0, "/docs": 1, "/map": 2, "/map/": 0, "/api/v1/sites": 0}
