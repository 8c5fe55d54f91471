"""Making a register, bringing it up to date, and saying what is wrong with it."""

from __future__ import annotations

from app.db import schema


def test_the_migrations_make_what_the_models_say(engine):
    assert schema.check(engine) == []
