"""How answers are written: JSON by orjson, GeoJSON, and layers as they are stored."""

from __future__ import annotations

import gzip

import orjson
from fastapi import Request
from fastapi.responses import Response

JSON_TYPE = "application/json"
GEOJSON_TYPE = "application/geo+json"
CSV_TYPE = "text/csv; charset=utf-8"
_TRAILER_BYTES = 8


def json_answer(content: object) -> Response:
    """Answer with ``content`` as JSON."""
    return Response(orjson.dumps(content), media_type=JSON_TYPE)


def geojson_answer(content: object) -> Response:
    """Answer with ``content`` as GeoJSON."""
    return Response(orjson.dumps(content), media_type=GEOJSON_TYPE)


def stored_answer(request: Request, content: bytes, media_type: str) -> Response:
    """Answer with what is stored compressed: as it is, or unpacked for who cannot unpack it.

    Its tag is the checksum and the length that end every gzip stream (RFC 1952, 2.3.1): hashing
    the content anew would cost more than everything else here.
    """
    packed = accepts_gzip(request.headers.get("accept-encoding", ""))
    coding = "gzip" if packed else "identity"
    headers = {
        "Vary": "Accept-Encoding",
        "Cache-Control": "no-cache",
        "ETag": f'"{content[-_TRAILER_BYTES:].hex()}-{coding}"',
    }
    if packed:
        return Response(
            content, media_type=media_type, headers=headers | {"Content-Encoding": "gzip"}
        )
    return Response(gzip.decompress(content), media_type=media_type, headers=headers)


def accepts_gzip(accepted: str) -> bool:
    """Return whether the value of Accept-Encoding lets an answer be gzip (RFC 9110, 12.5.3)."""
    weights = {}
    for part in accepted.lower().split(","):
        coding, _, parameters = part.partition(";")
        weights[coding.strip()] = parameters.replace(" ", "").removeprefix("q=") or "1"
    weight = weights.get("gzip", weights.get("*", "0"))
    try:
        return float(weight) > 0
    except ValueError:
        return False
