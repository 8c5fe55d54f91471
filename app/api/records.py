"""From tables to what is sent: rounding, blanks as null, lists as arrays, points as GeoJSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd

from app.db.base import RegisterBase
from app.db.fields import Kind, fields_of

MINUTES_DECIMALS = 1
PLACES_DECIMALS = 2
SCORE_DECIMALS = 4
COORDINATE_DECIMALS = 6
GEOMETRY = "geometry"


def plain(value: object) -> object:
    """Return a value of a table as JSON knows it: missing and infinite values are null."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def rounded(value: object, decimals: int) -> float | None:
    """Return a number as it is sent; missing stays null, and -0.0 is 0."""
    number = plain(value)
    return None if number is None else round(float(cast("float", number)), decimals) + 0.0


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of ``frame`` as plain values, by column name."""
    columns = {str(name): [plain(value) for value in frame[name]] for name in frame.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def register_items(rows: pd.DataFrame, model: type[RegisterBase]) -> list[dict[str, Any]]:
    """Return rows of the register as items: lists as arrays, and the point as coordinates."""
    lists = [
        name
        for name, field in fields_of(model.metadata.tables[model.__tablename__]).items()
        if field.kind is Kind.LIST
    ]
    if GEOMETRY in rows.columns:
        points = _coordinates(rows)
        rows = pd.DataFrame(rows.drop(columns=GEOMETRY)).assign(
            longitude=points[:, 0], latitude=points[:, 1]
        )
    items = records(rows)
    for item in items:
        for name in lists:
            item[name] = _parts(item[name])
    return items


def point_features(
    rows: gpd.GeoDataFrame, model: type[RegisterBase], *, key: str
) -> list[dict[str, Any]]:
    """Return located rows of the register as GeoJSON features; a place may be unknown."""
    features = []
    for item in register_items(rows, model):
        point = [item.pop("longitude"), item.pop("latitude")]
        known = point[0] is not None
        features.append(
            {
                "type": "Feature",
                "id": item[key],
                "geometry": {"type": "Point", "coordinates": point} if known else None,
                "properties": item,
            }
        )
    return features


def without_sensitive(sites: pd.DataFrame) -> pd.DataFrame:
    """Return the sites whose place may be shown; one of which nothing is said may be."""
    return sites[~sites["sensitive"].fillna(value=False).astype(bool)]


def rounded_values(values: Mapping[str, object], decimals: int) -> dict[str, float | None]:
    """Return the numbers of ``values`` as they are sent."""
    return {str(name): rounded(value, decimals) for name, value in values.items()}


def _coordinates(rows: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.float64]]:
    geometry = gpd.GeoSeries(rows[GEOMETRY])
    return np.column_stack([geometry.x, geometry.y]).round(COORDINATE_DECIMALS)


def _parts(text: str | None) -> list[str] | None:
    return None if text is None else [part.strip() for part in text.split(";") if part.strip()]
