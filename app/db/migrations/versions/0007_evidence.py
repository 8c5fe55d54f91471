"""Evidence and history: claims, matches, replaced rows, and since when each row stands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.geometry import PortableGeometry
from app.db.geopackage import register_attributes
from app.db.portable import TEXT, Moment

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TYPES = {
    "text": TEXT,
    "number": sa.Double(),
    "whole": sa.Integer(),
    "flag": sa.Boolean(),
    "day": sa.Date(),
    "point": PortableGeometry("POINT", 4326),
    "multipolygon": PortableGeometry("MULTIPOLYGON", 4326),
}
_COLUMNS = {
    "providers": (
        "ukprn:text name:text provider_type:text nation:text register_status:text "
        "inspection_scheme:text inspection_grades:text inspection_date:day "
        "safeguarding_met:flag employer_stars:number employer_reviews:whole "
        "learner_stars:number learner_reviews:whole website:text source:text licence:text "
        "as_at:day"
    ),
    "programmes": (
        "programme_code:text title:text level_rqf:whole level_scqf:whole award:text "
        "pathway:text nation:text min_cohort:whole demand_share:number recognised_by:text "
        "registration:text progresses_to:text"
    ),
    "units": ("programme_code:text unit_code:text title:text kind:text place:text facilities:text"),
    "achievements": (
        "ukprn:text programme_code:text year:text rate:number leavers:whole suppressed:flag"
    ),
    "venues": (
        "venue_id:text ukprn:text name:text postcode:text latitude:number longitude:number "
        "delivery_area:text facilities:text source:text as_at:day geocode_method:text "
        "precision_class:text radius_metres:number gazetteer:text authority_code:text "
        "authority:text region:text nation:text postcodes_within_3km:whole geom:point"
    ),
    "offers": (
        "venue_id:text programme_code:text mode:text status:text pool_id:text "
        "places_per_year:number places_low:number places_high:number places_basis:text "
        "last_starts:whole round_trips_per_year:number release_days_per_year:number "
        "units:text source:text as_at:day"
    ),
    "sites": (
        "site_id:text employer:text company_number:text name:text postcode:text "
        "latitude:number longitude:number segment:text sic_codes:text employees:number "
        "employees_low:number employees_high:number employer_employees:number "
        "technicians:number release_days_limit:number units_hosted:text sensitive:flag "
        "source:text as_at:day geocode_method:text precision_class:text radius_metres:number "
        "gazetteer:text authority_code:text authority:text region:text nation:text "
        "postcodes_within_3km:whole geom:point"
    ),
    "demand": (
        "site_id:text programme_code:text stream:text places:number places_low:number "
        "places_high:number basis:text"
    ),
    "champions": (
        "site_id:text level:whole support_needed:text places_stated:number evidence:text "
        "as_at:day expires:day"
    ),
    "stakeholders": (
        "organisation:text audience:text route:text stance:text evidence:text as_at:day"
    ),
    "memberships": ("organisation:text body:text"),
    "schools": (
        "school_id:text name:text postcode:text leavers_per_year:number "
        "science_leavers_per_year:number stage:text geocode_method:text precision_class:text "
        "radius_metres:number gazetteer:text authority_code:text authority:text region:text "
        "nation:text postcodes_within_3km:whole geom:point"
    ),
    "areas": ("code:text name:text kind:text geom:multipolygon"),
    "travel_times": (
        "from_id:text to_id:text travel_minutes:number sigma_minutes:number transport:text "
        "source:text"
    ),
    "area_employment": ("area_code:text employees:number source:text as_at:day"),
}


def upgrade() -> None:
    """Add tables and columns; since when the rows that are there stand is unknown."""
    for table in _COLUMNS:
        op.add_column(table, sa.Column("valid_from", Moment()))
        _create_history(table)
    _extend_loads()
    op.add_column("runs", sa.Column("register_moment", Moment()))
    _create_claims()
    _create_load_rows()
    _create_matches()
    for table in ("claims", "load_rows", "matches"):
        register_attributes(op.get_bind(), table)


def downgrade() -> None:
    """Refuse: a register is made new, never made older."""
    raise NotImplementedError("Go back to a copy of the register that the older release made.")


def _create_history(table: str) -> None:
    named = (column.split(":") for column in _COLUMNS[table].split())
    columns = [sa.Column(name, _TYPES[kind]) for name, kind in named]
    name = f"{table}_history"
    op.create_table(
        name,
        sa.Column("fid", sa.Integer(), nullable=False),
        *columns,
        sa.Column("valid_from", Moment()),
        sa.Column("valid_to", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("fid", name=op.f(f"pk_{name}")),
    )
    if not any(isinstance(column.type, PortableGeometry) for column in columns):
        register_attributes(op.get_bind(), name)


def _extend_loads() -> None:
    for name, kind in (
        ("speaker", TEXT),
        ("title", TEXT),
        ("licence", TEXT),
        ("strength", sa.Integer()),
        ("retrieved_on", sa.Date()),
        ("as_at", sa.Date()),
        ("fingerprint", TEXT),
        ("spoken", TEXT),
        ("report", TEXT),
        ("undone_at", Moment()),
    ):
        op.add_column("loads", sa.Column(name, kind))


def _create_claims() -> None:
    op.create_table(
        "claims",
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("table_name", TEXT, nullable=False),
        sa.Column("row_id", TEXT, nullable=False),
        sa.Column("field", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("source_row", TEXT, nullable=False),
        sa.Column("as_at", sa.Date()),
        sa.Column("load_id", sa.Integer(), nullable=False),
        sa.Column("ended_by", sa.Integer()),
        sa.PrimaryKeyConstraint("claim_id", name=op.f("pk_claims")),
        sa.ForeignKeyConstraint(
            ["load_id"], ["loads.load_id"], name=op.f("fk_claims_load_id_loads")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by"], ["loads.load_id"], name=op.f("fk_claims_ended_by_loads")
        ),
    )
    op.create_index(op.f("ix_claims_load_id"), "claims", ["load_id"])
    op.create_index(op.f("ix_claims_ended_by"), "claims", ["ended_by"])
    op.create_index(op.f("ix_claims_table_name_row_id"), "claims", ["table_name", "row_id"])


def _create_load_rows() -> None:
    op.create_table(
        "load_rows",
        sa.Column("load_id", sa.Integer(), nullable=False),
        sa.Column("table_name", TEXT, nullable=False),
        sa.Column("source_row", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("load_id", "table_name", "source_row", name=op.f("pk_load_rows")),
        sa.ForeignKeyConstraint(
            ["load_id"], ["loads.load_id"], name=op.f("fk_load_rows_load_id_loads")
        ),
    )


def _create_matches() -> None:
    op.create_table(
        "matches",
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("table_name", TEXT, nullable=False),
        sa.Column("speaker", TEXT, nullable=False),
        sa.Column("source_row", TEXT, nullable=False),
        sa.Column("row_id", TEXT, nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("evidence", TEXT, nullable=False),
        sa.Column("standing", TEXT, nullable=False),
        sa.Column("decided_by", TEXT),
        sa.Column("decided_at", Moment()),
        sa.Column("load_id", sa.Integer()),
        sa.PrimaryKeyConstraint("match_id", name=op.f("pk_matches")),
        sa.UniqueConstraint(
            "table_name",
            "speaker",
            "source_row",
            "row_id",
            name=op.f("uq_matches_table_name_speaker_source_row_row_id"),
        ),
        sa.ForeignKeyConstraint(
            ["load_id"], ["loads.load_id"], name=op.f("fk_matches_load_id_loads")
        ),
    )
