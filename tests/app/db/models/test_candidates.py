"""Candidate sites: a table that is loaded like others and that nothing counts."""

from __future__ import annotations

from app.db.base import Base
from app.db.fields import fields_of
from app.db.models import REGISTER_MODELS, CandidateSite

COLUMNS = (
    "site_id* employer* company_number* name postcode sic_codes segment segment_weight "
    "segment_reason company_status accounts_category incorporated_on companies_at_address standing "
    "standing_reason matched_site_ids source licence as_at"
)


def test_the_table_has_its_columns():
    fields = fields_of(Base.metadata.tables["candidate_sites"])

    assert " ".join(f"{n}*" if f.required else n for n, f in fields.items()) == COLUMNS


def test_it_is_no_part_of_a_snapshot():
    assert CandidateSite not in REGISTER_MODELS
