"""The service as a command starts it."""

from __future__ import annotations

import socket

import uvicorn

from app.cli.console import say
from app.cli.errors import CommandError
from app.main import create_app
from app.settings import Settings


def require_free_port(host: str, port: int) -> None:
    """Raise ``CommandError`` if the service could not listen there, before work is done."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Cannot listen on {host} port {port} ({error.strerror}): "
                "stop what runs there or give another --port."
            ) from error


def serve(settings: Settings, *, host: str, port: int) -> None:
    """Serve until stopped."""
    say(f"Serving on http://{host}:{port} (stop with Ctrl+C)")
    uvicorn.run(create_app(settings), host=host, port=port, log_level="warning")
