"""Errors of the database layer: one line each, and complete."""

from __future__ import annotations

import inspect

import pytest

from app.db import errors

EXAMPLES = [
    errors.DatabaseUnavailableError("db/x", "connection refused.\n  Is it running?"),
    errors.NotADatabaseError("Name another file."),
    errors.RegisterMissingError("x.gpkg"),
    errors.RegisterTooOldError("x.gpkg"),
    errors.RegisterTooNewError("x.gpkg", "0099"),
    errors.RowsRefusedError("sites", "a key stands twice."),
    errors.BadCursorError("abc"),
    errors.NotFoundError("venue", "x"),
    errors.NoRunError(),
    errors.RunTooOldError("r1"),
]
CLASSES = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, Exception) and kind is not errors.DatabaseError
]


def test_every_error_has_an_example_here():
    assert {type(error) for error in EXAMPLES} == set(CLASSES)


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_each_is_one_sentence_or_line(error):
    message = str(error)

    assert isinstance(error, errors.DatabaseError)
    assert "\n" not in message
    assert message.endswith(".")


def test_the_tree_in_the_docstring_names_every_error():
    assert all(kind.__name__ in str(errors.__doc__) for kind in CLASSES)


def test_they_say_what_to_do():
    assert "`skillshed demo` or `skillshed load`" in str(errors.RegisterMissingError("x"))
    assert "`skillshed db upgrade`" in str(errors.RegisterTooOldError("x"))
    assert "`skillshed run`" in str(errors.NoRunError())
    assert str(errors.NotFoundError("venue", "x")) == "No venue has the id 'x'."
    assert "update Skillshed" in str(errors.RegisterTooNewError("x", "0099"))
