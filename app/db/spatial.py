"""Which rows lie in a box, found by the spatial index of either database."""

from __future__ import annotations

from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal

from app.db.geometry import PortableGeometry
from app.db.geopackage import index_name


class _WithinBox(sa.ColumnElement[bool]):
    """The clause; what it means depends on the database that it is compiled for."""

    inherit_cache = True
    type = sa.Boolean()
    _traverse_internals = [  # noqa: RUF012 - SQLAlchemy's protocol
        ("column", InternalTraversal.dp_clauseelement),
        ("edges", InternalTraversal.dp_clauseelement_list),
    ]

    def __init__(self, column: sa.Column[Any], edges: tuple[float, ...]) -> None:
        self.column = column
        self.edges = [sa.bindparam(None, edge, type_=sa.Double, unique=True) for edge in edges]

    def self_group(self, against: object = None) -> _WithinBox:  # noqa: ARG002
        """Stay as it is: SQLAlchemy would append ``= 1`` on SQLite, and scan the whole table."""
        return self


def within_box(
    column: sa.orm.InstrumentedAttribute[Any] | sa.Column[Any],
    minx: float,
    miny: float,
    maxx: float,
    maxy: float,
) -> sa.ColumnElement[bool]:
    """Return the clause for rows whose bounding box meets a box, edges inclusive.

    Both indexes keep numbers of 32 bits, rounded outwards: a row may be found that lies up to a
    few metres outside. Refine in shapely where that matters. Rows without geometry are not found.
    """
    name = column.key
    table = column.table if isinstance(column, sa.Column) else column.class_.__table__
    return _WithinBox(table.c[name], (minx, miny, maxx, maxy))


@compiles(_WithinBox, "postgresql")
def _on_postgresql(clause: _WithinBox, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    column = compiler.process(clause.column, **options)
    edges = ", ".join(compiler.process(edge, **options) for edge in clause.edges)
    srid = cast("PortableGeometry", clause.column.type).srid
    return f"{column} && ST_MakeEnvelope({edges}, {srid})"


@compiles(_WithinBox, "sqlite")
def _on_sqlite(clause: _WithinBox, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    fid = compiler.process(clause.column.table.c.fid, **options)
    minx, miny, maxx, maxy = (compiler.process(edge, **options) for edge in clause.edges)
    return (
        f"{fid} IN (SELECT id FROM {index_name(clause.column)} WHERE minx <= {maxx} "  # noqa: S608
        f"AND maxx >= {minx} AND miny <= {maxy} AND maxy >= {miny})"
    )
