"""Who trains, where, for what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.geometry import PortableGeometry
from app.db.geopackage import register_attributes
from app.db.portable import TEXT

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, each after those that it refers to."""
    _create_providers()
    _create_programmes()
    _create_units()
    _create_achievements()
    _create_venues()
    _create_offers()
    for name in (
        "providers",
        "programmes",
        "units",
        "achievements",
        "offers",
    ):
        register_attributes(op.get_bind(), name)


def downgrade() -> None:
    """Refuse: a register is made new, never made older."""
    raise NotImplementedError("Go back to a copy of the register that the older release made.")


def _index_shapes(table: str, column: str) -> None:
    """Index geometries on PostGIS; on SQLite making the table made its R*Tree."""
    if op.get_bind().dialect.name == "postgresql":
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], postgresql_using="gist")


def _create_providers() -> None:
    op.create_table(
        "providers",
        sa.Column("fid", sa.Integer(), nullable=False),
        sa.Column("ukprn", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("provider_type", TEXT),
        sa.Column("nation", TEXT),
        sa.Column("register_status", TEXT),
        sa.Column("inspection_scheme", TEXT),
        sa.Column("inspection_grades", TEXT),
        sa.Column("inspection_date", sa.Date()),
        sa.Column("safeguarding_met", sa.Boolean()),
        sa.Column("employer_stars", sa.Double()),
        sa.Column("employer_reviews", sa.Integer()),
        sa.Column("learner_stars", sa.Double()),
        sa.Column("learner_reviews", sa.Integer()),
        sa.Column("website", TEXT),
        sa.Column("source", TEXT),
        sa.Column("licence", TEXT),
        sa.Column("as_at", sa.Date()),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_providers")),
        sa.CheckConstraint(
            "employer_reviews <= 2147483647", name=op.f("ck_providers_employer_reviews_high")
        ),
        sa.CheckConstraint("employer_reviews >= 0", name=op.f("ck_providers_employer_reviews_low")),
        sa.CheckConstraint("employer_stars <= 4", name=op.f("ck_providers_employer_stars_high")),
        sa.CheckConstraint("employer_stars >= 1", name=op.f("ck_providers_employer_stars_low")),
        sa.CheckConstraint(
            "learner_reviews <= 2147483647", name=op.f("ck_providers_learner_reviews_high")
        ),
        sa.CheckConstraint("learner_reviews >= 0", name=op.f("ck_providers_learner_reviews_low")),
        sa.CheckConstraint("learner_stars <= 4", name=op.f("ck_providers_learner_stars_high")),
        sa.CheckConstraint("learner_stars >= 1", name=op.f("ck_providers_learner_stars_low")),
        sa.CheckConstraint(
            "nation IN ('England', 'Scotland', 'Wales', 'Northern Ireland')",
            name=op.f("ck_providers_nation_choice"),
        ),
    )
    op.create_index(op.f("uq_providers_key"), "providers", ["ukprn"], unique=True)


def _create_programmes() -> None:
    op.create_table(
        "programmes",
        sa.Column("fid", sa.Integer(), nullable=False),
        sa.Column("programme_code", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("level_rqf", sa.Integer()),
        sa.Column("level_scqf", sa.Integer()),
        sa.Column("award", TEXT),
        sa.Column("pathway", TEXT),
        sa.Column("nation", TEXT),
        sa.Column("min_cohort", sa.Integer()),
        sa.Column("demand_share", sa.Double()),
        sa.Column("recognised_by", TEXT),
        sa.Column("registration", TEXT),
        sa.Column("progresses_to", TEXT),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_programmes")),
        sa.CheckConstraint("demand_share <= 1", name=op.f("ck_programmes_demand_share_high")),
        sa.CheckConstraint("demand_share >= 0", name=op.f("ck_programmes_demand_share_low")),
        sa.CheckConstraint("level_rqf <= 8", name=op.f("ck_programmes_level_rqf_high")),
        sa.CheckConstraint("level_rqf >= 0", name=op.f("ck_programmes_level_rqf_low")),
        sa.CheckConstraint("level_scqf <= 12", name=op.f("ck_programmes_level_scqf_high")),
        sa.CheckConstraint("level_scqf >= 0", name=op.f("ck_programmes_level_scqf_low")),
        sa.CheckConstraint("min_cohort <= 2147483647", name=op.f("ck_programmes_min_cohort_high")),
        sa.CheckConstraint("min_cohort >= 1", name=op.f("ck_programmes_min_cohort_low")),
        sa.CheckConstraint(
            "nation IN ('England', 'Scotland', 'Wales', 'Northern Ireland')",
            name=op.f("ck_programmes_nation_choice"),
        ),
    )
    op.create_index(op.f("uq_programmes_key"), "programmes", ["programme_code"], unique=True)


def _create_units() -> None:
    op.create_table(
        "units",
        sa.Column("fid", sa.Integer(), nullable=False),
        sa.Column("programme_code", TEXT, nullable=False),
        sa.Column("unit_code", TEXT, nullable=False),
        sa.Column("title", TEXT),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("place", TEXT, nullable=False),
        sa.Column("facilities", TEXT),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_units")),
        sa.ForeignKeyConstraint(
            ["programme_code"],
            ["programmes.programme_code"],
            name=op.f("fk_units_programme_code_programmes"),
        ),
        sa.CheckConstraint("kind IN ('knowledge', 'practical')", name=op.f("ck_units_kind_choice")),
        sa.CheckConstraint(
            "place IN ('provider', 'workplace', 'either')", name=op.f("ck_units_place_choice")
        ),
    )
    op.create_index(op.f("uq_units_key"), "units", ["programme_code", "unit_code"], unique=True)


def _create_achievements() -> None:
    op.create_table(
        "achievements",
        sa.Column("fid", sa.Integer(), nullable=False),
        sa.Column("ukprn", TEXT),
        sa.Column("programme_code", TEXT, nullable=False),
        sa.Column("year", TEXT, nullable=False),
        sa.Column("rate", sa.Double()),
        sa.Column("leavers", sa.Integer()),
        sa.Column("suppressed", sa.Boolean()),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_achievements")),
        sa.ForeignKeyConstraint(
            ["ukprn"], ["providers.ukprn"], name=op.f("fk_achievements_ukprn_providers")
        ),
        sa.ForeignKeyConstraint(
            ["programme_code"],
            ["programmes.programme_code"],
            name=op.f("fk_achievements_programme_code_programmes"),
        ),
        sa.CheckConstraint("leavers <= 2147483647", name=op.f("ck_achievements_leavers_high")),
        sa.CheckConstraint("leavers >= 0", name=op.f("ck_achievements_leavers_low")),
        sa.CheckConstraint("rate <= 1", name=op.f("ck_achievements_rate_high")),
        sa.CheckConstraint("rate >= 0", name=op.f("ck_achievements_rate_low")),
    )
    op.create_index(
        op.f("uq_achievements_key"),
        "achievements",
        [sa.text("coalesce(ukprn, '')"), "programme_code", "year"],
        unique=True,
    )


def _create_venues() -> None:
    op.create_table(
        "venues",
        sa.Column("fid", sa.Integer(), nullable=False),
        sa.Column("venue_id", TEXT, nullable=False),
        sa.Column("ukprn", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("postcode", TEXT),
        sa.Column("latitude", sa.Double()),
        sa.Column("longitude", sa.Double()),
        sa.Column("delivery_area", TEXT),
        sa.Column("facilities", TEXT),
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
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_venues")),
        sa.ForeignKeyConstraint(
            ["ukprn"], ["providers.ukprn"], name=op.f("fk_venues_ukprn_providers")
        ),
        sa.CheckConstraint("latitude <= 90", name=op.f("ck_venues_latitude_high")),
        sa.CheckConstraint("latitude >= -90", name=op.f("ck_venues_latitude_low")),
        sa.CheckConstraint("longitude <= 180", name=op.f("ck_venues_longitude_high")),
        sa.CheckConstraint("longitude >= -180", name=op.f("ck_venues_longitude_low")),
    )
    _index_shapes("venues", "geom")
    op.create_index(op.f("uq_venues_key"), "venues", ["venue_id"], unique=True)


def _create_offers() -> None:
    op.create_table(
        "offers",
        sa.Column("fid", sa.Integer(), nullable=False),
        sa.Column("venue_id", TEXT, nullable=False),
        sa.Column("programme_code", TEXT, nullable=False),
        sa.Column("mode", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("pool_id", TEXT),
        sa.Column("places_per_year", sa.Double()),
        sa.Column("places_low", sa.Double()),
        sa.Column("places_high", sa.Double()),
        sa.Column("places_basis", TEXT),
        sa.Column("last_starts", sa.Integer()),
        sa.Column("round_trips_per_year", sa.Double()),
        sa.Column("release_days_per_year", sa.Double()),
        sa.Column("units", TEXT),
        sa.Column("source", TEXT),
        sa.Column("as_at", sa.Date()),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_offers")),
        sa.ForeignKeyConstraint(
            ["venue_id"], ["venues.venue_id"], name=op.f("fk_offers_venue_id_venues")
        ),
        sa.ForeignKeyConstraint(
            ["programme_code"],
            ["programmes.programme_code"],
            name=op.f("fk_offers_programme_code_programmes"),
        ),
        sa.CheckConstraint("last_starts <= 2147483647", name=op.f("ck_offers_last_starts_high")),
        sa.CheckConstraint("last_starts >= 0", name=op.f("ck_offers_last_starts_low")),
        sa.CheckConstraint(
            "mode IN ('day_release', 'evening', 'block_daily', 'block_residential', "
            "'blended', 'e_learning', 'workplace', 'mentoring', 'summer_school')",
            name=op.f("ck_offers_mode_choice"),
        ),
        sa.CheckConstraint(
            "places_basis IN ('declared', 'forecast', 'leavers', 'imputed')",
            name=op.f("ck_offers_places_basis_choice"),
        ),
        sa.CheckConstraint("places_high >= 0", name=op.f("ck_offers_places_high_low")),
        sa.CheckConstraint("places_low >= 0", name=op.f("ck_offers_places_low_low")),
        sa.CheckConstraint("places_per_year >= 0", name=op.f("ck_offers_places_per_year_low")),
        sa.CheckConstraint(
            "release_days_per_year <= 366", name=op.f("ck_offers_release_days_per_year_high")
        ),
        sa.CheckConstraint(
            "release_days_per_year >= 0", name=op.f("ck_offers_release_days_per_year_low")
        ),
        sa.CheckConstraint(
            "round_trips_per_year >= 0", name=op.f("ck_offers_round_trips_per_year_low")
        ),
        sa.CheckConstraint(
            "status IN ('delivered', 'could_deliver', 'planned', 'lapsed', 'unknown')",
            name=op.f("ck_offers_status_choice"),
        ),
    )
    op.create_index(
        op.f("uq_offers_key"), "offers", ["venue_id", "programme_code", "mode"], unique=True
    )
