"""Who needs technicians, and how far it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.geometry import PortableGeometry
from app.db.geopackage import register_attributes
from app.db.portable import TEXT

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, each after those that it refers to."""
    _create_sites()
    _create_demand()
    _create_champions()
    _create_stakeholders()
    _create_memberships()
    _create_schools()
    _create_areas()
    _create_travel_times()
    for name in (
        "demand",
        "champions",
        "stakeholders",
        "memberships",
        "travel_times",
    ):
        register_attributes(op.get_bind(), name)


def downgrade() -> None:
    """Refuse: a register is made new, never made older."""
    raise NotImplementedError("Go back to a copy of the register that the older release made.")


def _index_shapes(table: str, column: str) -> None:
    """Index geometries on PostGIS; on SQLite making the table made its R*Tree."""
    if op.get_bind().dialect.name == "postgresql":
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], postgresql_using="gist")


def _create_sites() -> None:
    op.create_table(
        "sites",
        sa.Column("fid", sa.Integer(), nullable=False),
        sa.Column("site_id", TEXT, nullable=False),
        sa.Column("employer", TEXT, nullable=False),
        sa.Column("company_number", TEXT),
        sa.Column("name", TEXT),
        sa.Column("postcode", TEXT),
        sa.Column("latitude", sa.Double()),
        sa.Column("longitude", sa.Double()),
        sa.Column("segment", TEXT),
        sa.Column("sic_codes", TEXT),
        sa.Column("employees", sa.Double()),
        sa.Column("employees_low", sa.Double()),
        sa.Column("employees_high", sa.Double()),
        sa.Column("employer_employees", sa.Double()),
        sa.Column("technicians", sa.Double()),
        sa.Column("release_days_limit", sa.Double()),
        sa.Column("units_hosted", TEXT),
        sa.Column("sensitive", sa.Boolean()),
        sa.Column("source", TEXT),
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
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_sites")),
        sa.CheckConstraint("employees_high >= 0", name=op.f("ck_sites_employees_high_low")),
        sa.CheckConstraint("employees >= 0", name=op.f("ck_sites_employees_low")),
        sa.CheckConstraint("employees_low >= 0", name=op.f("ck_sites_employees_low_low")),
        sa.CheckConstraint("employer_employees >= 0", name=op.f("ck_sites_employer_employees_low")),
        sa.CheckConstraint("latitude <= 90", name=op.f("ck_sites_latitude_high")),
        sa.CheckConstraint("latitude >= -90", name=op.f("ck_sites_latitude_low")),
        sa.CheckConstraint("longitude <= 180", name=op.f("ck_sites_longitude_high")),
        sa.CheckConstraint("longitude >= -180", name=op.f("ck_sites_longitude_low")),
        sa.CheckConstraint(
            "release_days_limit <= 366", name=op.f("ck_sites_release_days_limit_high")
        ),
        sa.CheckConstraint("release_days_limit >= 0", name=op.f("ck_sites_release_days_limit_low")),
        sa.CheckConstraint("technicians >= 0", name=op.f("ck_sites_technicians_low")),
    )
    _index_shapes("sites", "geom")
    op.create_index(op.f("uq_sites_key"), "sites", ["site_id"], unique=True)


def _create_demand() -> None:
    op.create_table(
        "demand",
        sa.Column("fid", sa.Integer(), nullable=False),
        sa.Column("site_id", TEXT, nullable=False),
        sa.Column("programme_code", TEXT, nullable=False),
        sa.Column("stream", TEXT, nullable=False),
        sa.Column("places", sa.Double(), nullable=False),
        sa.Column("places_low", sa.Double()),
        sa.Column("places_high", sa.Double()),
        sa.Column("basis", TEXT),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_demand")),
        sa.ForeignKeyConstraint(
            ["site_id"], ["sites.site_id"], name=op.f("fk_demand_site_id_sites")
        ),
        sa.ForeignKeyConstraint(
            ["programme_code"],
            ["programmes.programme_code"],
            name=op.f("fk_demand_programme_code_programmes"),
        ),
        sa.CheckConstraint("places_high >= 0", name=op.f("ck_demand_places_high_low")),
        sa.CheckConstraint("places >= 0", name=op.f("ck_demand_places_low")),
        sa.CheckConstraint("places_low >= 0", name=op.f("ck_demand_places_low_low")),
        sa.CheckConstraint(
            "stream IN ('new_starters', 'existing_workforce')", name=op.f("ck_demand_stream_choice")
        ),
    )
    op.create_index(
        op.f("uq_demand_key"), "demand", ["site_id", "programme_code", "stream"], unique=True
    )


def _create_champions() -> None:
    op.create_table(
        "champions",
        sa.Column("fid", sa.Integer(), nullable=False),
        sa.Column("site_id", TEXT, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("support_needed", TEXT),
        sa.Column("places_stated", sa.Double()),
        sa.Column("evidence", TEXT),
        sa.Column("as_at", sa.Date()),
        sa.Column("expires", sa.Date()),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_champions")),
        sa.ForeignKeyConstraint(
            ["site_id"], ["sites.site_id"], name=op.f("fk_champions_site_id_sites")
        ),
        sa.CheckConstraint("level <= 4", name=op.f("ck_champions_level_high")),
        sa.CheckConstraint("level >= 0", name=op.f("ck_champions_level_low")),
        sa.CheckConstraint("places_stated >= 0", name=op.f("ck_champions_places_stated_low")),
    )
    op.create_index(op.f("uq_champions_key"), "champions", ["site_id"], unique=True)


def _create_stakeholders() -> None:
    op.create_table(
        "stakeholders",
        sa.Column("fid", sa.Integer(), nullable=False),
        sa.Column("organisation", TEXT, nullable=False),
        sa.Column("audience", TEXT, nullable=False),
        sa.Column("route", TEXT),
        sa.Column("stance", TEXT),
        sa.Column("evidence", TEXT),
        sa.Column("as_at", sa.Date()),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_stakeholders")),
    )
    op.create_index(
        op.f("uq_stakeholders_key"), "stakeholders", ["organisation", "audience"], unique=True
    )


def _create_memberships() -> None:
    op.create_table(
        "memberships",
        sa.Column("fid", sa.Integer(), nullable=False),
        sa.Column("organisation", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_memberships")),
    )
    op.create_index(
        op.f("uq_memberships_key"), "memberships", ["organisation", "body"], unique=True
    )


def _create_schools() -> None:
    op.create_table(
        "schools",
        sa.Column("fid", sa.Integer(), nullable=False),
        sa.Column("school_id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("postcode", TEXT),
        sa.Column("leavers_per_year", sa.Double()),
        sa.Column("science_leavers_per_year", sa.Double()),
        sa.Column("stage", TEXT),
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
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_schools")),
        sa.CheckConstraint("leavers_per_year >= 0", name=op.f("ck_schools_leavers_per_year_low")),
        sa.CheckConstraint(
            "science_leavers_per_year >= 0", name=op.f("ck_schools_science_leavers_per_year_low")
        ),
    )
    _index_shapes("schools", "geom")
    op.create_index(op.f("uq_schools_key"), "schools", ["school_id"], unique=True)


def _create_areas() -> None:
    op.create_table(
        "areas",
        sa.Column("fid", sa.Integer(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("geom", PortableGeometry("MULTIPOLYGON", 4326), nullable=False),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_areas")),
    )
    _index_shapes("areas", "geom")
    op.create_index(op.f("uq_areas_key"), "areas", ["kind", "code"], unique=True)


def _create_travel_times() -> None:
    op.create_table(
        "travel_times",
        sa.Column("fid", sa.Integer(), nullable=False),
        sa.Column("from_id", TEXT, nullable=False),
        sa.Column("to_id", TEXT, nullable=False),
        sa.Column("travel_minutes", sa.Double(), nullable=False),
        sa.Column("sigma_minutes", sa.Double()),
        sa.Column("transport", TEXT),
        sa.Column("source", TEXT),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_travel_times")),
        sa.ForeignKeyConstraint(
            ["from_id"], ["sites.site_id"], name=op.f("fk_travel_times_from_id_sites")
        ),
        sa.ForeignKeyConstraint(
            ["to_id"], ["venues.venue_id"], name=op.f("fk_travel_times_to_id_venues")
        ),
        sa.CheckConstraint("sigma_minutes >= 0", name=op.f("ck_travel_times_sigma_minutes_low")),
        sa.CheckConstraint("travel_minutes >= 0", name=op.f("ck_travel_times_travel_minutes_low")),
    )
    op.create_index(
        op.f("uq_travel_times_key"),
        "travel_times",
        ["from_id", "to_id", sa.text("coalesce(transport, '')")],
        unique=True,
    )
