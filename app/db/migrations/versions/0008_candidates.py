"""Candidate sites: companies at their registered offices, which count nowhere."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.db.geometry import PortableGeometry
from app.db.portable import TEXT, Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


_FIELDS = (
    "site_id:text employer:text company_number:text name:text postcode:text sic_codes:text "
    "segment:text segment_weight:number segment_reason:text company_status:text "
    "accounts_category:text incorporated_on:day companies_at_address:whole standing:text "
    "standing_reason:text matched_site_ids:text source:text licence:text as_at:day "
    "geocode_method:text precision_class:text radius_metres:number gazetteer:text "
    "authority_code:text authority:text region:text nation:text postcodes_within_3km:whole "
    "geom:point"
)
_TYPES = {
    "text": TEXT,
    "number": sa.Double(),
    "whole": sa.Integer(),
    "day": sa.Date(),
    "point": PortableGeometry("POINT", 4326),
}
_REQUIRED = ("site_id", "employer", "company_number")


def upgrade() -> None:
    """Add the table, and that of its replaced rows."""
    op.create_table(
        "candidate_sites",
        sa.Column("fid", sa.Integer(), nullable=False),
        *_columns(required=_REQUIRED),
        sa.Column("valid_from", Moment()),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_candidate_sites")),
        sa.CheckConstraint(
            "segment_weight >= 0", name=op.f("ck_candidate_sites_segment_weight_low")
        ),
        sa.CheckConstraint(
            "segment_weight <= 1", name=op.f("ck_candidate_sites_segment_weight_high")
        ),
        sa.CheckConstraint(
            "companies_at_address >= 0", name=op.f("ck_candidate_sites_companies_at_address_low")
        ),
        sa.CheckConstraint(
            "companies_at_address <= 2147483647",
            name=op.f("ck_candidate_sites_companies_at_address_high"),
        ),
        sa.CheckConstraint(
            "standing IN ('open', 'confirmed', 'dismissed')",
            name=op.f("ck_candidate_sites_standing_choice"),
        ),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_index(
            op.f("ix_candidate_sites_geom"), "candidate_sites", ["geom"], postgresql_using="gist"
        )
    op.create_index(op.f("uq_candidate_sites_key"), "candidate_sites", ["site_id"], unique=True)
    op.create_table(
        "candidate_sites_history",
        sa.Column("fid", sa.Integer(), nullable=False),
        *_columns(required=()),
        sa.Column("valid_from", Moment()),
        sa.Column("valid_to", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_candidate_sites_history")),
    )


def _columns(*, required: tuple[str, ...]) -> list[sa.Column[Any]]:
    named = (column.split(":") for column in _FIELDS.split())
    return [sa.Column(name, _TYPES[kind], nullable=name not in required) for name, kind in named]


def downgrade() -> None:
    """Refuse: a register is made new, never made older."""
    raise NotImplementedError("Go back to a copy of the register that the older release made.")
