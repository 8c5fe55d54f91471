"""The polygons that the user has loaded, by which a point's authority is told."""

from __future__ import annotations

import geopandas as gpd
import sqlalchemy as sa

from app.db.engine import reading
from app.db.models import Area
from app.db.register import read_table


def polygons(engine: sa.Engine) -> gpd.GeoDataFrame | None:
    """Return the register's areas (``code``, ``name``, ``kind``; EPSG:4326); None without any."""
    with reading(engine) as connection:
        areas = gpd.GeoDataFrame(read_table(connection, Area))
    return areas if len(areas) else None
