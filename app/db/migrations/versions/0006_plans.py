"""Plans of pilots."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.portable import TEXT, Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "plans",
        sa.Column("plan_id", TEXT, nullable=False),
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("plan_id", name=op.f("pk_plans")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"], name=op.f("fk_plans_run_id_runs")),
    )


def downgrade() -> None:
    """Refuse: a register is made new, never made older."""
    raise NotImplementedError("Go back to a copy of the register that the older release made.")
