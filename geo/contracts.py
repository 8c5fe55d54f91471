"""What each table must look like. The only place where inputs are checked."""

from __future__ import annotations

from collections.abc import Collection

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.errors import CrsError, InputError, MissingColumnsError

TRAVEL_COLUMNS = (
    "site_id",
    "venue_id",
    "travel_minutes",
    "sigma_minutes",
    "transport",
    "source",
)
OFFER_COLUMNS = (
    "venue_id",
    "programme_code",
    "mode",
    "status",
    "pool_id",
    "places_per_year",
    "places_low",
    "places_high",
    "last_starts",
    "round_trips_per_year",
    "release_days_per_year",
    "units",
    "as_at",
)


def require_columns(frame: pd.DataFrame, columns: Collection[str], *, table: str) -> None:
    """Raise ``MissingColumnsError`` unless ``frame`` has all of ``columns``."""
    missing = set(columns) - set(frame.columns)
    if missing:
        raise MissingColumnsError(table, missing, frame.columns)


def require_complete(frame: pd.DataFrame, *, table: str) -> None:
    """Raise ``InputError`` if any value of ``frame`` is missing."""
    gaps = [str(column) for column in frame.columns[frame.isna().any()]]
    if gaps:
        raise InputError(f"{table!r} has missing values in {', '.join(gaps)}.")


def require_unique(index: pd.Index, *, table: str) -> None:
    """Raise ``InputError`` if an id of ``index`` stands there twice."""
    twice = sorted(map(str, index[index.duplicated()].unique()))
    if twice:
        raise InputError(
            f"{table!r} has {len(twice)} id(s) more than once, such as {', '.join(twice[:5])}."
        )


def require_known_ids(ids: pd.Series, known: pd.Index, *, table: str) -> None:
    """Raise ``InputError`` unless every one of ``ids`` is in ``known``."""
    unknown = sorted(map(str, set(ids) - set(known)))
    if unknown:
        raise InputError(
            f"{len(unknown)} value(s) of {ids.name!r} in {table!r} are unknown, such as "
            f"{', '.join(unknown[:5])}."
        )


def require_choices(values: pd.Series, choices: Collection[str], *, table: str) -> None:
    """Raise ``InputError`` unless every one of ``values`` is one of ``choices``."""
    wrong = sorted(map(str, set(values) - set(map(str, choices))))
    if wrong:
        raise InputError(
            f"{values.name!r} in {table!r} holds {', '.join(wrong[:5])}; "
            f"it may hold {', '.join(map(str, choices))}."
        )


def require_not_negative(values: pd.Series, *, table: str) -> None:
    """Raise ``InputError`` if a value is below 0 or infinite; missing values pass."""
    numbers = values.to_numpy(dtype=float)
    wrong = (numbers < 0) | np.isinf(numbers)
    if wrong.any():
        raise InputError(
            f"{values.name!r} in {table!r} holds {numbers[wrong][0]:g}; it may not be below 0 "
            "or infinite."
        )


def require_metres(**tables: gpd.GeoDataFrame) -> None:
    """Raise ``CrsError`` unless ``tables`` share one CRS whose unit is the metre."""
    found = {name: table.crs for name, table in tables.items()}
    crs, *others = found.values()
    metric = crs is not None and crs.axis_info[0].unit_name == "metre"
    if not metric or any(other != crs for other in others):
        raise CrsError(found)
