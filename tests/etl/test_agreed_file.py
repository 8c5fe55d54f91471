"""What files written by hand have in common."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from etl.agreed_file import (
    LARGEST_BYTES,
    date_of,
    read_toml,
    refuse_persons,
    require_keys,
    text_of,
)
from etl.errors import SourceError

PATH = Path("plan.toml")


def test_a_small_file_is_read(tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text('name = "x"', encoding="utf-8")

    assert read_toml(path, what="plan") == {"name": "x"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"name is x", "no TOML"),
        (b"\xff\xfe", "no TOML"),
        (b"#" * (LARGEST_BYTES + 1), "larger than a plan"),
    ],
)
def test_another_file_is_refused(tmp_path, content, said):
    path = tmp_path / "plan.toml"
    path.write_bytes(content)

    with pytest.raises(SourceError, match=said):
        read_toml(path, what="plan")


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(SourceError, match="cannot be read"):
        read_toml(tmp_path / "none.toml", what="plan")


def test_texts_days_and_keys_are_required():
    assert text_of(PATH, {"name": " x "}, "name") == "x"
    assert date_of(PATH, {"due": datetime(2026, 11, 24, 9, 0)}, "due") == date(2026, 11, 24)  # noqa: DTZ001 - as TOML has it
    for given in ({}, {"name": " "}, {"name": 3}):
        with pytest.raises(SourceError, match="give a text"):
            text_of(PATH, given, "name")
    with pytest.raises(SourceError, match="give a date"):
        date_of(PATH, {"due": "soon"}, "due")
    with pytest.raises(SourceError, match="names 'nmae'; a plan has name"):
        require_keys(PATH, {"nmae": 1}, known=("name",), what="plan")


@pytest.mark.parametrize("text", ["ask jo@example.org", "ring 01223 123456"])
def test_persons_are_refused(text):
    refuse_persons(PATH, ["A mentor is named"], what="plan")
    with pytest.raises(SourceError, match="never persons"):
        refuse_persons(PATH, ["fine", text], what="plan")
