"""Tables of geography: areas are polygons, travel times tie a site to a venue."""

from __future__ import annotations

import pytest
import shapely
import sqlalchemy as sa

from app.db.base import Base
from app.db.engine import writing
from app.db.fields import fields_of
from app.db.models import Area


def test_travel_times_have_the_published_columns():
    fields = fields_of(Base.metadata.tables["travel_times"])

    assert " ".join(f"{n}*" if f.required else n for n, f in fields.items()) == (
        "from_id* to_id* travel_minutes* sigma_minutes transport source"
    )


def test_an_area_has_its_polygon(engine):
    area = {"code": "a", "name": "A", "kind": "region"}
    with writing(engine) as connection:
        connection.execute(sa.insert(Area), area | {"geom": shapely.box(0, 0, 1, 1)})
        [stored] = connection.scalars(sa.select(Area.geom))
        assert stored.equals_exact(shapely.MultiPolygon([shapely.box(0, 0, 1, 1)]), 0)
        with pytest.raises(sa.exc.IntegrityError):
            connection.execute(sa.insert(Area), area | {"code": "b", "geom": None})
