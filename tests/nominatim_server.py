"""A server that answers as Nominatim's search does, over real HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


def place(latitude: float, longitude: float, *, half_width: float) -> dict[str, Any]:
    """Return one answer in the published shape: numbers are text, the box is south to east."""
    box = [latitude - half_width, latitude + half_width]
    box += [longitude - half_width, longitude + half_width]
    return {
        "place_id": 1,
        "lat": str(latitude),
        "lon": str(longitude),
        "display_name": "Somewhere, England, United Kingdom",
        "boundingbox": [f"{edge:.7f}" for edge in box],
    }


@dataclass(slots=True)
class NominatimServer:
    """The server: what it knows, what it was asked, and with which status it answers."""

    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    status: int = 200
    url: str = ""


@contextmanager
def nominatim_server() -> Iterator[NominatimServer]:
    """Serve on a free port of this machine while the block runs."""
    server = NominatimServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
            server.asked.append(query)
            server.agents.append(self.headers["User-Agent"])
            found = server.known.get(query["q"])
            body = json.dumps([found] if found else []).encode()
            self.send_response(server.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.url = f"http://127.0.0.1:{http.server_port}/osm"
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
