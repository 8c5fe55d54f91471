"""The declarative base: names of constraints, CHECK constraints from the fields, and history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from app.db.fields import checks
from app.db.geometry import PortableGeometry, geometry_column
from app.db.portable import TEXT, Moment

HISTORY = "_history"
"""What follows a register table's name in that of the table of its replaced rows."""

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of every model."""

    metadata = sa.MetaData(naming_convention=NAMING)

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        table = getattr(cls, "__table__", None)
        shape = geometry_column(table) if isinstance(table, sa.Table) else None
        if shape is not None:
            # On SQLite the R*Tree of the GeoPackage does this work.
            sa.Index(f"ix_{shape.table.name}_{shape.name}", shape, postgresql_using="gist").ddl_if(
                dialect="postgresql"
            )


class RegisterBase(Base):
    """Base of a register table: its key, and checks made from the fields of its columns.

    ``fid`` is the row number that the GeoPackage standard asks for; it means nothing and stays
    out of snapshots, files and answers. ``valid_from`` is the moment since when the row stands as
    it is; missing means since before that was kept. It stays out of them too. ``KEY`` names the
    columns that tell one row from another. Beside each table stands one of the same name and
    ``HISTORY``, which holds the rows as they were before they were replaced.
    """

    __abstract__ = True

    KEY: ClassVar[tuple[str, ...]]

    fid: Mapped[int] = mapped_column(sa.Integer, primary_key=True, sort_order=-1)
    valid_from: Mapped[datetime | None] = mapped_column(Moment(), sort_order=1)

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        table = getattr(cls, "__table__", None)
        if isinstance(table, sa.Table):
            for constraint in checks(table.columns):
                table.append_constraint(constraint)
            sa.Index(f"uq_{table.name}_key", *key_terms(table, cls.KEY), unique=True)
            _add_history(table)


def _add_history(table: sa.Table) -> None:
    """Add the table of replaced rows: the same columns, free of rules, and when they stood."""
    columns = [
        sa.Column(column.name, _type_anew(column.type))
        for column in table.columns
        if column.name not in ("fid", "valid_from")
    ]
    sa.Table(
        f"{table.name}{HISTORY}",
        table.metadata,
        sa.Column("fid", sa.Integer, primary_key=True),
        *columns,
        sa.Column("valid_from", Moment()),
        sa.Column("valid_to", Moment(), nullable=False),
    )


def _type_anew(kind: sa.types.TypeEngine[Any]) -> sa.types.TypeEngine[Any]:
    """Return a type that a second column may have: a geometry's remembers its first column."""
    return PortableGeometry(kind.kind, kind.srid) if isinstance(kind, PortableGeometry) else kind


def key_terms(table: sa.Table, key: Sequence[str]) -> list[sa.ColumnElement[str]]:
    """Return the terms by which rows of ``table`` are told apart and sorted.

    A key may hold blanks: two rows that are both blank there are still the same row. A blank
    sorts before every text.
    """
    columns = [table.c[name] for name in key]
    return [
        sa.func.coalesce(column, sa.literal_column("''")) if column.nullable else column
        for column in columns
    ]


class Located:
    """Columns of a table whose rows stand at a place. Geocoding fills them all."""

    @declared_attr
    def geom(cls) -> Mapped[Any]:  # noqa: N805 - SQLAlchemy passes the class
        """Point in WGS 84, longitude before latitude; missing where the place is unknown."""
        return mapped_column(PortableGeometry("POINT", 4326), nullable=True)

    geocode_method: Mapped[str | None] = mapped_column(TEXT)
    precision_class: Mapped[str | None] = mapped_column(TEXT)
    radius_metres: Mapped[float | None] = mapped_column(sa.Double)
    gazetteer: Mapped[str | None] = mapped_column(TEXT)
    authority_code: Mapped[str | None] = mapped_column(TEXT)
    authority: Mapped[str | None] = mapped_column(TEXT)
    region: Mapped[str | None] = mapped_column(TEXT)
    nation: Mapped[str | None] = mapped_column(TEXT)
    postcodes_within_3km: Mapped[int | None] = mapped_column(sa.Integer)


GEOCODED_COLUMNS = (
    "geom",
    "geocode_method",
    "precision_class",
    "radius_metres",
    "gazetteer",
    "authority_code",
    "authority",
    "region",
    "nation",
    "postcodes_within_3km",
)
