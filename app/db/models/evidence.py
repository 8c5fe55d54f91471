"""The evidence: what each source says of each field, and which rows of theirs are one thing."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.portable import TEXT, Moment


class Claim(Base):
    """What one source says of one field of one row; the register's rows are the winners.

    A claim stands until a later load of the same source says otherwise, or nothing; then
    ``ended_by`` names that load. It is never changed, so that a load can be undone.
    """

    __tablename__ = "claims"

    claim_id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    table_name: Mapped[str] = mapped_column(TEXT)
    row_id: Mapped[str] = mapped_column(TEXT)
    field: Mapped[str] = mapped_column(TEXT)
    value: Mapped[str] = mapped_column(TEXT)
    source: Mapped[str] = mapped_column(TEXT)
    source_row: Mapped[str] = mapped_column(TEXT)
    as_at: Mapped[date | None] = mapped_column(sa.Date)
    load_id: Mapped[int] = mapped_column(sa.Integer, sa.ForeignKey("loads.load_id"), index=True)
    ended_by: Mapped[int | None] = mapped_column(
        sa.Integer, sa.ForeignKey("loads.load_id"), index=True
    )

    __table_args__ = (sa.Index("ix_claims_table_name_row_id", "table_name", "row_id"),)


class LoadRow(Base):
    """That a load spoke of a row; a claim of an earlier load that it repeats is not made again."""

    __tablename__ = "load_rows"

    load_id: Mapped[int] = mapped_column(
        sa.Integer, sa.ForeignKey("loads.load_id"), primary_key=True
    )
    table_name: Mapped[str] = mapped_column(TEXT, primary_key=True)
    source_row: Mapped[str] = mapped_column(TEXT, primary_key=True)


class Match(Base):
    """That a source's row is, or may be, a row that the register has under another id."""

    __tablename__ = "matches"

    match_id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    table_name: Mapped[str] = mapped_column(TEXT)
    speaker: Mapped[str] = mapped_column(TEXT)
    source_row: Mapped[str] = mapped_column(TEXT)
    row_id: Mapped[str] = mapped_column(TEXT)
    score: Mapped[float] = mapped_column(sa.Double)
    evidence: Mapped[str] = mapped_column(TEXT)
    standing: Mapped[str] = mapped_column(TEXT)
    decided_by: Mapped[str | None] = mapped_column(TEXT)
    decided_at: Mapped[datetime | None] = mapped_column(Moment())
    load_id: Mapped[int | None] = mapped_column(sa.Integer, sa.ForeignKey("loads.load_id"))

    __table_args__ = (sa.UniqueConstraint("table_name", "speaker", "source_row", "row_id"),)
