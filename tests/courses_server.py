"""The Find Apprenticeship Training API over real HTTP, with the pages that it has and its moods."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from public_samples import find_apprenticeship as sample

COURSES = [
    sample.courses(sample.standard(9014, "ST9248", "Example lab technician"), page=1, pages=2),
    sample.courses(sample.standard(9044, "ST9247", "Example lab scientist", 5), page=2, pages=2),
]
PROVIDERS = [
    sample.providers(9014, sample.listing(99900021, "Example Fens College"), page=1, pages=2),
    sample.providers(
        9014,
        sample.listing(99900022, "Example Tyne Training"),
        sample.listing(99900023, "Example Gone College"),
        page=2,
        pages=2,
    ),
]
PAGES: dict[str, list[Any]] = {
    "/courses": COURSES,
    "/courses/9014/providers": PROVIDERS,
    "/courses/9014/providers/99900021": [sample.FENS_PAGE],
    "/courses/9014/providers/99900022": [sample.TYNE_PAGE],
    "/courses/9044/providers": [sample.providers(9044)],
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request."""

    path: str
    page: int
    headers: dict[str, str]


@dataclass(slots=True)
class Reply:
    """What to answer instead of a page."""

    status: int = 200
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    silent: bool = False


class CoursesServer:
    """The service; ``fault`` is given each request and says what to answer instead, if anything."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.fault: Callable[[Asked], Reply | None] = lambda _: None
        self.silence = threading.Event()
        self.url = ""

    def answer(self, asked: Asked) -> Reply:
        """Answer one request, as the test wants it."""
        self.asked.append(asked)
        if (reply := self.fault(asked)) is not None:
            return reply
        pages = PAGES.get(asked.path, [])
        if asked.page > len(pages):
            return Reply(404, "{}")
        return Reply(text=json.dumps(pages[asked.page - 1]))


@contextmanager
def courses_server() -> Iterator[CoursesServer]:
    """Serve on a free port of this machine while the block runs."""
    service = CoursesServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            page = int(parse_qs(url.query).get("page", ["1"])[0])
            headers = {name.casefold(): value for name, value in self.headers.items()}
            reply = service.answer(Asked(url.path, page, headers))
            if reply.silent:
                # Until the test is over: the client must give up by itself.
                service.silence.wait()
                return
            content = reply.text.encode()
            self.send_response(reply.status)
            for name, text in reply.headers.items():
                self.send_header(name, text)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield service
    finally:
        service.silence.set()
        server.shutdown()
        thread.join()
        server.server_close()
