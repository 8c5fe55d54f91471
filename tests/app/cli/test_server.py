"""Where the service listens."""

from __future__ import annotations

import socket
import threading

import httpx2
import pytest
import uvicorn

from app.cli.errors import CommandError
from app.cli.server import require_free_port
from app.main import create_app


def test_a_busy_port_is_told_before_any_work():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(CommandError, match=f"port {port} .*another --port"):
            require_free_port("127.0.0.1", port)


def test_a_free_port_is_left_free():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    require_free_port("127.0.0.1", port)
    require_free_port("127.0.0.1", port)


def test_the_demo_is_served(demo):
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(demo.settings), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            answer = client.get("/api/v1/coverage")
    finally:
        server.should_exit = True
        thread.join()
        listener.close()

    assert answer.status_code == 200
    assert answer.json()["run_id"] == demo.run.run_id
