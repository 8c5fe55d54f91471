"""Candidate sites: companies at their registered offices, which count nowhere."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.geometry import PortableGeometry
from app.db.portable import TEXT

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "candidate_sites",
        sa.Column("fid", sa.Integer(), nullable=False),
        sa.Column("site_id", TEXT, nullable=False),
        sa.Column("employer", TEXT, nullable=False),
        sa.Column("company_number", TEXT, nullable=False),
        sa.Column("name", TEXT),
        sa.Column("postcode", TEXT),
        sa.Column("sic_codes", TEXT),
        sa.Column("segment", TEXT),
        sa.Column("segment_weight", sa.Double()),
        sa.Column("segment_reason", TEXT),
        sa.Column("company_status", TEXT),
        sa.Column("accounts_category", TEXT),
        sa.Column("incorporated_on", sa.Date()),
        sa.Column("companies_at_address", sa.Integer()),
        sa.Column("standing", TEXT),
        sa.Column("standing_reason", TEXT),
        sa.Column("matched_site_ids", TEXT),
        sa.Column("fields_given", TEXT),
        sa.Column("source", TEXT),
        sa.Column("licence", TEXT),
        sa.Column("as_at", sa.Date()),
        sa.Column("geocode_method", TEXT),
        sa.Column("precision_class", TEXT),
        sa.Column("radius_metres", sa.Double()),
        sa.Column("gazetteer", TEXT),
        sa.Column("authority_code", TEXT),
        sa.Column("authority", TEXT),
        sa.Column("region", TEXT),
        sa.Column("nation", TEXT),
        sa.Column("postcodes_within_3km", sa.Integer()),
        sa.Column("geom", PortableGeometry("POINT", 4326)),
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


def downgrade() -> None:
    """Refuse: a register is made new, never made older."""
    raise NotImplementedError("Go back to a copy of the register that the older release made.")
