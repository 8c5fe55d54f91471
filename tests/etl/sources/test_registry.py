"""The list of known formats."""

from __future__ import annotations

from app.db.base import RegisterBase
from etl.sources.registry import FORMATS
from etl.tables import TABLES


def test_names_are_words_of_the_command_line_and_stand_once():
    names = [known.name for known in FORMATS]

    assert len(set(names)) == len(names)
    assert all(name == name.lower() and " " not in name for name in names)


def test_every_format_fills_tables_that_there_are():
    assert all(issubclass(TABLES[table], RegisterBase) for f in FORMATS for table in f.tables)
