"""What a pilot is chosen by, and what was agreed: areas' employment, decisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.geopackage import register_attributes
from app.db.portable import TEXT, Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_NUMBERS_OF_CLUSTERS = (
    "boundary_stability",
    "location_quotient",
    "location_quotient_low",
    "location_quotient_high",
    "audiences_engaged",
    "one_voice_share",
)
_TEXTS_OF_CLUSTERS = ("stability_label", "one_voice_body")


def upgrade() -> None:
    """Add tables and columns; of a run that is stored already the columns are unknown."""
    for name in _NUMBERS_OF_CLUSTERS:
        op.add_column("run_clusters", sa.Column(name, sa.Double()))
    for name in _TEXTS_OF_CLUSTERS:
        op.add_column("run_clusters", sa.Column(name, TEXT))
    _create_area_employment()
    _create_decisions()
    register_attributes(op.get_bind(), "area_employment")


def downgrade() -> None:
    """Refuse: a register is made new, never made older."""
    raise NotImplementedError("Go back to a copy of the register that the older release made.")


def _create_area_employment() -> None:
    op.create_table(
        "area_employment",
        sa.Column("fid", sa.Integer(), nullable=False),
        sa.Column("area_code", TEXT, nullable=False),
        sa.Column("employees", sa.Double(), nullable=False),
        sa.Column("source", TEXT),
        sa.Column("as_at", sa.Date()),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_area_employment")),
        sa.CheckConstraint("employees >= 0", name=op.f("ck_area_employment_employees_low")),
    )
    op.create_index(op.f("uq_area_employment_key"), "area_employment", ["area_code"], unique=True)


def _create_decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("decision_id", TEXT, nullable=False),
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("withdrawn_at", Moment()),
        sa.Column("withdrawn_reason", TEXT),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_decisions")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"], name=op.f("fk_decisions_run_id_runs")),
    )
