"""What holds for every answer: HEAD as GET, an ETag with 304, and headers that keep pages safe."""

from __future__ import annotations

import hashlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
_INLINE = "'self' 'unsafe-inline'"
_POLICY_BY_PATH = {
    # Folium writes its scripts and styles into the page.
    "/map": _POLICY | {"script-src": _INLINE, "style-src": _INLINE},
    # Swagger UI writes style attributes.
    "/docs": _POLICY | {"style-src": _INLINE},
}
_UNCHANGED_HEADERS = (b"content-location", b"date", b"vary")


def content_security_policy(path: str) -> str:
    """Return the policy of the page at ``path``: nothing that is not our own, on any page."""
    rules = _POLICY_BY_PATH.get(path, _POLICY)
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())


class SafeHeaders:
    """Sets the headers that tell a browser what an answer may not do."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers to the start of the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        policy = content_security_policy(scope["path"])

        async def add_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = policy
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
            await send(message)

        await self._app(scope, receive, add_headers)


class HeadAsGet:
    """Answers HEAD with the very headers of GET, and no body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask as GET and leave the body out."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def leave_out_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, "method": "GET"}, receive, leave_out_body)


class Tagged:
    """Gives every successful read an ETag made from its bytes, and answers 304 where they match.

    Answers are in memory anyway, and hashing one costs far less than making it. One that brings
    an ETag of its own keeps it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hold a read back until its bytes are known, tag it, and send it or 304."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        asked = Headers(scope=scope).get("if-none-match", "")
        start: Message | None = None
        body = bytearray()

        async def collect(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_held_back(message, asked):
                start = message
            elif start is None:
                await send(message)
            else:
                body.extend(message.get("body", b""))
                if not message.get("more_body", False):
                    await _send_tagged(start, bytes(body), asked, send)

        await self._app(scope, receive, collect)


def matches(asked: str, etag: str) -> bool:
    """Return whether the value of If-None-Match names ``etag`` (weakly, RFC 9110, 13.1.2)."""
    return asked.strip() == "*" or etag in (
        tag.strip().removeprefix("W/") for tag in asked.split(",")
    )


def _is_held_back(start: Message, asked: str) -> bool:
    """Say whether an answer must be tagged first, or need not be sent at all."""
    given = Headers(scope=start).get("etag")
    return start["status"] == 200 and (given is None or matches(asked, given))


async def _send_tagged(start: Message, body: bytes, asked: str, send: Send) -> None:
    given = Headers(scope=start).get("etag")
    etag = given or f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'
    if matches(asked, etag):
        kept = [header for header in start["headers"] if header[0].lower() in _UNCHANGED_HEADERS]
        start, body = {**start, "status": 304, "headers": kept}, b""
    headers = MutableHeaders(scope=start)
    headers["ETag"] = etag
    headers.setdefault("Cache-Control", "no-cache")
    await send(start)
    await send({"type": "http.response.body", "body": body})
