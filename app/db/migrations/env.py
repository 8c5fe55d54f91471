"""Alembic's environment: migrations run on the connection that :mod:`app.db.schema` hands over."""

from __future__ import annotations

from alembic import context

from app.db.schema import comparison

_connection = context.config.attributes["connection"]
context.configure(connection=_connection, **comparison(_connection))
with context.begin_transaction():
    context.run_migrations()
