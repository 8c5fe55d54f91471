"""What was loaded and what was computed: loads, runs and the tables of a run."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.geometry import PortableGeometry
from app.db.portable import TEXT, Moment


class Load(Base):
    """One file that was loaded, by whose word, and how many of its rows did what.

    ``speaker`` is the source as whose word the file counts: a later load of the same speaker takes
    the place of this one. ``spoken`` has, in JSON, the fields by table of which the file speaks,
    and ``report`` the report of the load.
    """

    __tablename__ = "loads"

    load_id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    table_name: Mapped[str] = mapped_column(TEXT)
    file_name: Mapped[str] = mapped_column(TEXT)
    file_sha256: Mapped[str] = mapped_column(TEXT)
    loaded_at: Mapped[datetime] = mapped_column(Moment())
    rows_read: Mapped[int] = mapped_column(sa.Integer)
    rows_inserted: Mapped[int] = mapped_column(sa.Integer)
    rows_updated: Mapped[int] = mapped_column(sa.Integer)
    rows_unchanged: Mapped[int] = mapped_column(sa.Integer)
    rows_rejected: Mapped[int] = mapped_column(sa.Integer)
    speaker: Mapped[str | None] = mapped_column(TEXT)
    title: Mapped[str | None] = mapped_column(TEXT)
    licence: Mapped[str | None] = mapped_column(TEXT)
    strength: Mapped[int | None] = mapped_column(sa.Integer)
    retrieved_on: Mapped[date | None] = mapped_column(sa.Date)
    as_at: Mapped[date | None] = mapped_column(sa.Date)
    fingerprint: Mapped[str | None] = mapped_column(TEXT)
    spoken: Mapped[str | None] = mapped_column(TEXT)
    report: Mapped[str | None] = mapped_column(TEXT)
    undone_at: Mapped[datetime | None] = mapped_column(Moment())


class Run(Base):
    """One computed result: what it was computed from, and when it was stored."""

    __tablename__ = "runs"

    run_id: Mapped[str] = mapped_column(TEXT, primary_key=True)
    snapshot: Mapped[str] = mapped_column(TEXT)
    scenario: Mapped[str] = mapped_column(TEXT)
    scenario_name: Mapped[str] = mapped_column(TEXT)
    scenario_content: Mapped[str] = mapped_column(TEXT)
    as_of: Mapped[date] = mapped_column(sa.Date)
    code_version: Mapped[str] = mapped_column(TEXT)
    illustrative: Mapped[bool] = mapped_column(sa.Boolean)
    summary: Mapped[str] = mapped_column(TEXT)
    finished_at: Mapped[datetime] = mapped_column(Moment())
    register_moment: Mapped[datetime | None] = mapped_column(Moment())


def _run_id() -> Mapped[str]:
    return mapped_column(TEXT, sa.ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True)


class RunCoverage(Base):
    """Coverage of one programme at one site."""

    __tablename__ = "run_coverage"

    run_id: Mapped[str] = _run_id()
    site_id: Mapped[str] = mapped_column(TEXT, primary_key=True)
    programme_code: Mapped[str] = mapped_column(TEXT, primary_key=True)
    demand: Mapped[float | None] = mapped_column(sa.Double)
    demand_low: Mapped[float | None] = mapped_column(sa.Double)
    demand_high: Mapped[float | None] = mapped_column(sa.Double)
    demand_basis: Mapped[str] = mapped_column(TEXT)
    reachable_venues: Mapped[int] = mapped_column(sa.Integer)
    nearest_venue_id: Mapped[str | None] = mapped_column(TEXT)
    nearest_minutes: Mapped[float | None] = mapped_column(sa.Double)
    places_available: Mapped[float | None] = mapped_column(sa.Double)
    gap_class: Mapped[str] = mapped_column(TEXT)
    reason: Mapped[str] = mapped_column(TEXT)
    fix: Mapped[str] = mapped_column(TEXT)
    demand_new_starters: Mapped[float | None] = mapped_column(sa.Double)
    demand_existing_workforce: Mapped[float | None] = mapped_column(sa.Double)
    places_low: Mapped[float | None] = mapped_column(sa.Double)
    places_high: Mapped[float | None] = mapped_column(sa.Double)
    shortfall_certain: Mapped[float | None] = mapped_column(sa.Double)
    cohort_probability: Mapped[float | None] = mapped_column(sa.Double)
    nearest_public_minutes: Mapped[float | None] = mapped_column(sa.Double)


class RunCluster(Base):
    """One cluster, with its footprint."""

    __tablename__ = "run_clusters"

    fid: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    run_id: Mapped[str] = mapped_column(
        TEXT, sa.ForeignKey("runs.run_id", ondelete="CASCADE"), index=True
    )
    cluster_id: Mapped[str] = mapped_column(TEXT)
    name: Mapped[str] = mapped_column(TEXT)
    cluster_class: Mapped[str] = mapped_column(TEXT)
    sites: Mapped[int] = mapped_column(sa.Integer)
    campuses: Mapped[int] = mapped_column(sa.Integer)
    employers: Mapped[int] = mapped_column(sa.Integer)
    small_firm_share: Mapped[float | None] = mapped_column(sa.Double)
    employment: Mapped[float] = mapped_column(sa.Double)
    employment_unknown_sites: Mapped[int] = mapped_column(sa.Integer)
    largest_employer_share: Mapped[float | None] = mapped_column(sa.Double)
    diversity: Mapped[float | None] = mapped_column(sa.Double)
    width_metres: Mapped[float] = mapped_column(sa.Double)
    boundary_stability: Mapped[float | None] = mapped_column(sa.Double)
    stability_label: Mapped[str | None] = mapped_column(TEXT)
    location_quotient: Mapped[float | None] = mapped_column(sa.Double)
    location_quotient_low: Mapped[float | None] = mapped_column(sa.Double)
    location_quotient_high: Mapped[float | None] = mapped_column(sa.Double)
    audiences_engaged: Mapped[float | None] = mapped_column(sa.Double)
    one_voice_share: Mapped[float | None] = mapped_column(sa.Double)
    one_voice_body: Mapped[str | None] = mapped_column(TEXT)
    footprint: Mapped[Any] = mapped_column(PortableGeometry("POLYGON", 4326), nullable=False)

    __table_args__ = (sa.UniqueConstraint("run_id", "cluster_id"),)


class RunClusterSite(Base):
    """A site that belongs to a cluster."""

    __tablename__ = "run_cluster_sites"

    run_id: Mapped[str] = _run_id()
    site_id: Mapped[str] = mapped_column(TEXT, primary_key=True)
    cluster_id: Mapped[str] = mapped_column(TEXT)
    campus_id: Mapped[str] = mapped_column(TEXT)


class RunRanking(Base):
    """One cluster's place in the ranking for a scope: a programme's code, or ``all``."""

    __tablename__ = "run_rankings"

    run_id: Mapped[str] = _run_id()
    scope: Mapped[str] = mapped_column(TEXT, primary_key=True)
    cluster_id: Mapped[str] = mapped_column(TEXT, primary_key=True)
    rank: Mapped[int] = mapped_column(sa.Integer)
    score: Mapped[float] = mapped_column(sa.Double)
    pilot_ready: Mapped[bool] = mapped_column(sa.Boolean)
    champion_site_id: Mapped[str | None] = mapped_column(TEXT)
    champion_level: Mapped[int] = mapped_column(sa.Integer)
    support_needed: Mapped[str | None] = mapped_column(TEXT)
    values: Mapped[str] = mapped_column(TEXT)
    contributions: Mapped[str] = mapped_column(TEXT)
    missing: Mapped[str] = mapped_column(TEXT)


class RunLayer(Base):
    """A large answer of a run, made once and stored compressed (gzip)."""

    __tablename__ = "run_layers"

    run_id: Mapped[str] = _run_id()
    name: Mapped[str] = mapped_column(TEXT, primary_key=True)
    media_type: Mapped[str] = mapped_column(TEXT)
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)
