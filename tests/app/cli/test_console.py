"""What commands say."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from app.cli.console import one_line, say, say_error, say_note, steps
from app.settings import Settings


def test_results_and_errors_go_their_own_ways(capsys):
    say("wrote [bold]out[/]")
    say_error("no file [x]")

    out, err = capsys.readouterr()
    assert out == "wrote [bold]out[/]\n"
    assert err == "error: no file [x]\n"


def test_steps_are_plain_lines_where_there_is_no_terminal(capsys):
    with steps() as progress:
        progress("Reading [1]", 0.0)
        progress("Reading [1]", 0.5)
        progress("Writing")

    assert capsys.readouterr().err == "… Reading [1]\n… Writing\n"


def test_an_error_is_one_line():
    assert one_line(ValueError("first\n  second")) == "first second"


def test_a_wrong_setting_is_named_without_its_value(monkeypatch):
    monkeypatch.setenv("SKILLSHED_PORT", "123456")
    with pytest.raises(ValidationError) as caught:
        Settings()

    line = one_line(caught.value)

    assert line.startswith("SKILLSHED_PORT: ")
    assert "123456" not in line


def test_a_note_is_no_part_of_the_result(capsys):
    say_note("Reference list: [15 of 15]")

    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "Reference list: [15 of 15]\n"
