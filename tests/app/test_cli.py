"""The command line's own promise: one line and exit 1, or a fault that shows itself."""

from __future__ import annotations

import pytest

from app import cli
from app.cli.errors import CommandError


def ending_with(error):
    def command():
        raise error

    return command


def test_an_expected_error_is_one_line_and_exit_1(monkeypatch, capsys):
    monkeypatch.setattr(cli, "application", ending_with(CommandError("No such\n thing: do this.")))

    with pytest.raises(SystemExit) as ended:
        cli.main()

    assert ended.value.code == 1
    assert capsys.readouterr().err == "error: No such thing: do this.\n"


def test_a_stop_by_the_user_is_told(monkeypatch, capsys):
    monkeypatch.setattr(cli, "application", ending_with(KeyboardInterrupt()))

    with pytest.raises(SystemExit) as ended:
        cli.main()

    assert ended.value.code == 130
    assert "Stopped" in capsys.readouterr().err


def test_a_fault_of_ours_is_not_hidden(monkeypatch):
    monkeypatch.setattr(cli, "application", ending_with(KeyError("x")))

    with pytest.raises(KeyError):
        cli.main()
