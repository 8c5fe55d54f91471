"""What was loaded and what was computed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.geometry import PortableGeometry
from app.db.portable import TEXT, Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, each after those that it refers to."""
    _create_loads()
    _create_runs()
    _create_run_coverage()
    _create_run_clusters()
    _create_run_cluster_sites()
    _create_run_rankings()
    _create_run_layers()


def downgrade() -> None:
    """Refuse: a register is made new, never made older."""
    raise NotImplementedError("Go back to a copy of the register that the older release made.")


def _index_shapes(table: str, column: str) -> None:
    """Index geometries on PostGIS; on SQLite making the table made its R*Tree."""
    if op.get_bind().dialect.name == "postgresql":
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], postgresql_using="gist")


def _create_loads() -> None:
    op.create_table(
        "loads",
        sa.Column("load_id", sa.Integer(), nullable=False),
        sa.Column("table_name", TEXT, nullable=False),
        sa.Column("file_name", TEXT, nullable=False),
        sa.Column("file_sha256", TEXT, nullable=False),
        sa.Column("loaded_at", Moment(), nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("rows_inserted", sa.Integer(), nullable=False),
        sa.Column("rows_updated", sa.Integer(), nullable=False),
        sa.Column("rows_unchanged", sa.Integer(), nullable=False),
        sa.Column("rows_rejected", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("load_id", name=op.f("pk_loads")),
    )


def _create_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("snapshot", TEXT, nullable=False),
        sa.Column("scenario", TEXT, nullable=False),
        sa.Column("scenario_name", TEXT, nullable=False),
        sa.Column("scenario_content", TEXT, nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("code_version", TEXT, nullable=False),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("summary", TEXT, nullable=False),
        sa.Column("finished_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_runs")),
    )


def _create_run_coverage() -> None:
    op.create_table(
        "run_coverage",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("site_id", TEXT, nullable=False),
        sa.Column("programme_code", TEXT, nullable=False),
        sa.Column("demand", sa.Double()),
        sa.Column("demand_low", sa.Double()),
        sa.Column("demand_high", sa.Double()),
        sa.Column("demand_basis", TEXT, nullable=False),
        sa.Column("reachable_venues", sa.Integer(), nullable=False),
        sa.Column("nearest_venue_id", TEXT),
        sa.Column("nearest_minutes", sa.Double()),
        sa.Column("places_available", sa.Double()),
        sa.Column("gap_class", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("fix", TEXT, nullable=False),
        sa.PrimaryKeyConstraint(
            "run_id", "site_id", "programme_code", name=op.f("pk_run_coverage")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["runs.run_id"],
            name=op.f("fk_run_coverage_run_id_runs"),
            ondelete="CASCADE",
        ),
    )


def _create_run_clusters() -> None:
    op.create_table(
        "run_clusters",
        sa.Column("fid", sa.Integer(), nullable=False),
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("cluster_id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("cluster_class", TEXT, nullable=False),
        sa.Column("sites", sa.Integer(), nullable=False),
        sa.Column("campuses", sa.Integer(), nullable=False),
        sa.Column("employers", sa.Integer(), nullable=False),
        sa.Column("small_firm_share", sa.Double()),
        sa.Column("employment", sa.Double(), nullable=False),
        sa.Column("employment_unknown_sites", sa.Integer(), nullable=False),
        sa.Column("largest_employer_share", sa.Double()),
        sa.Column("diversity", sa.Double()),
        sa.Column("width_metres", sa.Double(), nullable=False),
        sa.Column("footprint", PortableGeometry("POLYGON", 4326), nullable=False),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_run_clusters")),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["runs.run_id"],
            name=op.f("fk_run_clusters_run_id_runs"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("run_id", "cluster_id", name=op.f("uq_run_clusters_run_id_cluster_id")),
    )
    _index_shapes("run_clusters", "footprint")
    op.create_index(op.f("ix_run_clusters_run_id"), "run_clusters", ["run_id"], unique=False)


def _create_run_cluster_sites() -> None:
    op.create_table(
        "run_cluster_sites",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("site_id", TEXT, nullable=False),
        sa.Column("cluster_id", TEXT, nullable=False),
        sa.Column("campus_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "site_id", name=op.f("pk_run_cluster_sites")),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["runs.run_id"],
            name=op.f("fk_run_cluster_sites_run_id_runs"),
            ondelete="CASCADE",
        ),
    )


def _create_run_rankings() -> None:
    op.create_table(
        "run_rankings",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("scope", TEXT, nullable=False),
        sa.Column("cluster_id", TEXT, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("pilot_ready", sa.Boolean(), nullable=False),
        sa.Column("champion_site_id", TEXT),
        sa.Column("champion_level", sa.Integer(), nullable=False),
        sa.Column("support_needed", TEXT),
        sa.Column("values", TEXT, nullable=False),
        sa.Column("contributions", TEXT, nullable=False),
        sa.Column("missing", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "scope", "cluster_id", name=op.f("pk_run_rankings")),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["runs.run_id"],
            name=op.f("fk_run_rankings_run_id_runs"),
            ondelete="CASCADE",
        ),
    )


def _create_run_layers() -> None:
    op.create_table(
        "run_layers",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("media_type", TEXT, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "name", name=op.f("pk_run_layers")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["runs.run_id"], name=op.f("fk_run_layers_run_id_runs"), ondelete="CASCADE"
        ),
    )
