"""What a route may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError

from app.db.engine import reading
from app.db.schema import require_current
from etl.reference import Reference, read_reference


def get_engine(request: Request) -> sa.Engine:
    """Return the engine of the register, made once by the factory."""
    engine = request.app.state.engine
    if not isinstance(engine, sa.Engine):
        raise TypeError("app.state.engine must be made by create_app.")
    return engine


def get_connection(
    request: Request, engine: Annotated[sa.Engine, Depends(get_engine)]
) -> Iterator[sa.Connection]:
    """Lend a connection in one transaction, so that all of an answer is of one moment.

    Until the register was once found to be of this release's version every request asks; later
    ones do not, since a release that changes the register needs a restart anyway.

    Raises
    ------
    DatabaseError
        If the register is missing, of another version or does not answer.
    """
    if not request.app.state.register_is_current:
        require_current(engine)
        request.app.state.register_is_current = True
    with reading(engine) as connection:
        yield connection


def get_reference(request: Request) -> Reference:
    """Return the tables of ours that results depend on.

    They ship with the release, so once read they stay.

    Raises
    ------
    SourceError
        If the folder of the release is damaged.
    """
    if request.app.state.reference is None:
        request.app.state.reference = read_reference(request.app.state.settings.data_path)
    found: Reference = request.app.state.reference
    return found


def check_parameters(request: Request) -> None:
    """Refuse what no parameter may be: given twice, or holding a character that is no text.

    Which of two values was meant is not ours to guess, and PostgreSQL stores no NUL.
    """
    given = request.query_params.multi_items()
    names = [name for name, _ in given]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _refusal("query", twice[0], "It is given more than once")
    for place, values in (("query", given), ("path", request.path_params.items())):
        for name, value in values:
            if "\0" in str(value):
                raise _refusal(place, name, "It holds a NUL character")


def _refusal(place: str, name: str, message: str) -> RequestValidationError:
    return RequestValidationError([{"loc": (place, name[:60]), "msg": message}])


EngineDependency = Annotated[sa.Engine, Depends(get_engine)]
ReferenceDependency = Annotated[Reference, Depends(get_reference)]
ConnectionDependency = Annotated[sa.Connection, Depends(get_connection, scope="function")]
"""Given back before the answer is sent, so that a slow reader holds no connection."""
