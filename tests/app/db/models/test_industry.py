"""Tables of industry, as the published list of columns has them."""

from __future__ import annotations

import pytest

from app.db.base import Base
from app.db.fields import fields_of

COLUMNS = {
    "sites": "site_id* employer* company_number name postcode latitude longitude segment "
    "sic_codes employees employees_low employees_high employer_employees technicians "
    "release_days_limit units_hosted sensitive source as_at",
    "demand": "site_id* programme_code* stream* places* places_low places_high basis",
    "champions": "site_id* level* support_needed places_stated evidence as_at expires",
    "stakeholders": "organisation* audience* route stance evidence as_at",
    "memberships": "organisation* body*",
    "schools": "school_id* name* postcode leavers_per_year science_leavers_per_year stage",
}


@pytest.mark.parametrize("table", COLUMNS)
def test_a_table_has_the_published_columns(table):
    fields = fields_of(Base.metadata.tables[table])

    assert " ".join(f"{n}*" if f.required else n for n, f in fields.items()) == COLUMNS[table]
