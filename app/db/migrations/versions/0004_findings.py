"""What a run finds of a site beside its places: streams, bounds, the certain shortfall, cohorts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ADDED = (
    "demand_new_starters",
    "demand_existing_workforce",
    "places_low",
    "places_high",
    "shortfall_certain",
    "cohort_probability",
    "nearest_public_minutes",
)


def upgrade() -> None:
    """Add the columns; of a run that is stored already they are unknown."""
    for name in _ADDED:
        op.add_column("run_coverage", sa.Column(name, sa.Double()))


def downgrade() -> None:
    """Refuse: a register is made new, never made older."""
    raise NotImplementedError("Go back to a copy of the register that the older release made.")
