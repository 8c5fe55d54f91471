"""Tables of provision, as the published list of columns has them."""

from __future__ import annotations

import pytest

from app.db.base import Base
from app.db.fields import fields_of

# The file formats that we publish; * there is required here.
COLUMNS = {
    "providers": "ukprn* name* provider_type nation register_status inspection_scheme "
    "inspection_grades inspection_date safeguarding_met employer_stars employer_reviews "
    "learner_stars learner_reviews website source licence as_at",
    "achievements": "ukprn programme_code* year* rate leavers suppressed",
    "venues": "venue_id* ukprn* name* postcode latitude longitude delivery_area facilities "
    "source as_at",
    "programmes": "programme_code* title* level_rqf level_scqf award pathway nation min_cohort "
    "demand_share recognised_by registration progresses_to",
    "units": "programme_code* unit_code* title kind* place* facilities",
    "offers": "venue_id* programme_code* mode* status* pool_id places_per_year places_low "
    "places_high places_basis last_starts round_trips_per_year release_days_per_year units "
    "source as_at",
}


@pytest.mark.parametrize("table", COLUMNS)
def test_a_table_has_the_published_columns(table):
    fields = fields_of(Base.metadata.tables[table])

    assert " ".join(f"{n}*" if f.required else n for n, f in fields.items()) == COLUMNS[table]
