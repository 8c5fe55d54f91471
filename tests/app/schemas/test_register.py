"""The schemas of the register say what its columns say."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from app.db.base import GEOCODED_COLUMNS
from app.db.fields import fields_of
from app.db.models import Offer, Programme, Provider, Site, Venue
from app.db.register import table_of
from app.schemas.register import (
    PLACED,
    OfferItem,
    ProgrammeItem,
    ProviderItem,
    SiteItem,
    VenueItem,
    page_schema,
)

ITEMS = [
    (Provider, ProviderItem),
    (Programme, ProgrammeItem),
    (Venue, VenueItem),
    (Offer, OfferItem),
    (Site, SiteItem),
]


@pytest.mark.parametrize(("model", "item"), ITEMS)
def test_an_item_has_every_column_and_no_other(model, item):
    columns = {column.name for column in table_of(model).columns} - {"fid", "geom", "valid_from"}
    assert set(item.model_fields) == columns
    assert all(field.description for field in item.model_fields.values())


@pytest.mark.parametrize(("model", "item"), ITEMS)
def test_only_what_is_required_may_not_be_null(model, item):
    required = {name for name, field in fields_of(table_of(model)).items() if field.required}
    blank = dict.fromkeys(item.model_fields)
    with pytest.raises(ValidationError) as caught:
        item.model_validate(blank)
    assert {error["loc"][0] for error in caught.value.errors()} == required


def test_all_that_geocoding_adds_is_sent():
    assert set(PLACED) | {"geom"} == set(GEOCODED_COLUMNS)


def test_only_a_list_that_withholds_says_how_many():
    assert "withheld" not in page_schema(VenueItem).model_fields
    assert "withheld" in page_schema(SiteItem, withholds=True).model_fields
