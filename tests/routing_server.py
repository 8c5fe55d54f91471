"""A routing engine that speaks as OSRM, Valhalla and OpenRouteService do, over real HTTP.

Every journey takes five minutes and ten for each tenth of a degree between its ends, longitude and
latitude added up, and one minute more towards the west: there and back differ. The shapes of the
answers are those of the engines' published interfaces.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as the engine understood it."""

    path: str
    sources: list[Point]
    targets: list[Point]
    headers: dict[str, str]
    body: Any = None

    @property
    def pairs(self) -> int:
        return len(self.sources) * len(self.targets)


@dataclass(slots=True)
class Reply:
    """What to answer instead of a table."""

    status: int = 200
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    silent: bool = False
    broken: bool = False


class RoutingServer:
    """The engine, and what a test may make of it.

    Attributes
    ----------
    asked
        Every request so far.
    fault
        Is given each request and says what to answer instead of a table, if anything.
    no_way
        Which journeys have no route.
    snap_metres
        How far each place is from a road.
    """

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.fault: Callable[[Asked], Reply | None] = lambda _: None
        self.no_way: Callable[[Point, Point], bool] = lambda _source, _target: False
        self.snap_metres: Callable[[Point], float] = lambda _: 10.0
        self.silence = threading.Event()
        self.url = ""

    @staticmethod
    def minutes(source: Point, target: Point) -> float:
        """Return how long a journey takes."""
        degrees = abs(source[0] - target[0]) + abs(source[1] - target[1])
        return 5.0 + 100.0 * degrees + (1.0 if target[0] < source[0] else 0.0)

    def answer(self, asked: Asked) -> Reply:
        """Answer one request, as the test wants it."""
        self.asked.append(asked)
        if (reply := self.fault(asked)) is not None:
            return reply
        return Reply(text=json.dumps(self._table(asked)))

    def _table(self, asked: Asked) -> dict[str, Any]:
        seconds = [
            [None if self.no_way(s, t) else 60.0 * self.minutes(s, t) for t in asked.targets]
            for s in asked.sources
        ]
        if asked.path == "/sources_to_targets":
            cells = [
                [
                    {"time": time, "distance": None if time is None else 1.0, "from_index": i}
                    for time in row
                ]
                for i, row in enumerate(seconds)
            ]
            return {"sources_to_targets": cells, "units": "kilometers"}
        name = "snapped_distance" if asked.body else "distance"
        ends = {
            key: [{"location": list(at), name: self.snap_metres(at)} for at in points]
            for key, points in (("sources", asked.sources), ("destinations", asked.targets))
        }
        return {"durations": seconds, **ends} | ({} if asked.body else {"code": "Ok"})


def _understood(path: str, headers: dict[str, str], body: bytes) -> Asked:
    url = urlsplit(path)
    if url.path.startswith("/table/v1/driving/"):
        points = [tuple(map(float, at.split(","))) for at in url.path.split("/")[-1].split(";")]
        query = parse_qs(url.query)
        assert query["annotations"] == ["duration"]
        return _asked(url.path, points, query["sources"][0], query["destinations"][0], headers)
    content = json.loads(body)
    if url.path == "/sources_to_targets":
        assert content["costing"] == "auto"
        ends = [[(at["lon"], at["lat"]) for at in content[name]] for name in ("sources", "targets")]
        return Asked(url.path, *ends, headers, content)
    assert url.path == "/v2/matrix/driving-car/json"
    points = [tuple(at) for at in content["locations"]]
    ends = [";".join(map(str, content[name])) for name in ("sources", "destinations")]
    return _asked(url.path, points, *ends, headers, content)


def _asked(path, points, sources, targets, headers, body=None) -> Asked:
    ends = [[points[int(i)] for i in text.split(";")] for text in (sources, targets)]
    return Asked(path, *ends, headers, body)


@contextmanager
def routing_server() -> Iterator[RoutingServer]:
    """Serve on a free port of this machine while the block runs."""
    engine = RoutingServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply(b"")

        def do_POST(self) -> None:
            self._reply(self.rfile.read(int(self.headers["Content-Length"])))

        def log_message(self, *_: object) -> None:
            return

        def _reply(self, body: bytes) -> None:
            reply = engine.answer(_understood(self.path, dict(self.headers), body))
            if reply.silent:
                # Until the test is over: the client must give up by itself.
                engine.silence.wait()
                return
            content = reply.text.encode()
            self.send_response(reply.status)
            for name, text in reply.headers.items():
                self.send_header(name, text)
            self.send_header("Content-Length", str(len(content) + 99 * reply.broken))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    engine.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield engine
    finally:
        engine.silence.set()
        server.shutdown()
        thread.join()
        server.server_close()
