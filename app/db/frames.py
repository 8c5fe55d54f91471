"""Rows as tables of pandas, with the same dtypes whichever database they come from or go to.

Text is ``str`` with NaN where missing, numbers are ``float64``, whole numbers ``Int64``, flags
``boolean``, dates objects with None; a table with a geometry column is a GeoDataFrame whose
column is named ``geometry``. ``fid`` and ``valid_from`` are no part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import sqlalchemy as sa
from shapely.geometry.base import BaseGeometry

from app.db.errors import RowsRefusedError
from app.db.geometry import PortableGeometry, as_kind

GEOMETRY = "geometry"
_OURS = ("fid", "valid_from", "valid_to")
_LARGEST_INTEGER = 2**31 - 1


def columns_of(table: sa.Table) -> list[sa.Column[Any]]:
    """Return the columns of ``table`` that mean something: all but row number and validity."""
    return [column for column in table.columns if column.name not in _OURS]


def name_in_frame(column: sa.Column[Any]) -> str:
    """Return how a column is named in pandas."""
    return GEOMETRY if isinstance(column.type, PortableGeometry) else column.name


def to_frame(columns: Sequence[sa.Column[Any]], rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """Return rows that were read from ``columns`` as a table."""
    values: Sequence[Sequence[Any]] = list(zip(*rows, strict=True)) or [()] * len(columns)
    series = {
        name_in_frame(column): _read_series(column, list(found))
        for column, found in zip(columns, values, strict=True)
    }
    frame = pd.DataFrame(series, index=pd.RangeIndex(len(rows)))
    return gpd.GeoDataFrame(frame, geometry=GEOMETRY) if GEOMETRY in frame else frame


def prepare(table: sa.Table, rows: pd.DataFrame) -> pd.DataFrame:
    """Return ``rows`` with the columns of ``table`` and their dtypes, on a new RangeIndex.

    Raises
    ------
    RowsRefusedError
        If a column is missing, unknown, or holds something that the database would not return
        as it was given.
    """
    _require_same_columns(table, rows)
    prepared: dict[str, Any] = {}
    for column in columns_of(table):
        given = rows[name_in_frame(column)].reset_index(drop=True)
        try:
            series = _WRITE[_kind_of(column)](column, given)
        except (TypeError, ValueError) as error:
            raise RowsRefusedError(table.name, f"{column.name!r}: {error}") from error
        if not column.nullable and series.isna().any():
            count = int(series.isna().sum())
            raise RowsRefusedError(table.name, f"{column.name!r} is missing in {count} row(s).")
        prepared[name_in_frame(column)] = series
    return pd.DataFrame(prepared, index=pd.RangeIndex(len(rows)))


def to_values(series: pd.Series) -> list[Any]:
    """Return a column of a prepared table as plain Python values, None where missing."""
    missing = series.isna().tolist()
    return [None if gone else value for value, gone in zip(series.tolist(), missing, strict=True)]


def to_texts(series: pd.Series) -> pd.Series:
    """Return a column of a prepared table as text, missing where it is blank.

    Whole numbers have no decimal point, flags are yes or no, days are ISO, geometries WKT. Read
    again by the rule of its field, each text gives the very same value.
    """
    known = series.notna()
    texts = pd.Series(pd.NA, index=series.index, dtype="str", name=series.name)
    texts[known] = [_text(value) for value in series[known].tolist()]
    return texts


def from_texts(column: sa.Column[Any], texts: pd.Series) -> pd.Series:
    """Return the values that :func:`to_texts` turned into ``texts``, with the column's dtype."""
    read = _READ_TEXT[_kind_of(column)]
    known = texts.notna().tolist()
    values = [read(text) if there else None for text, there in zip(texts, known, strict=True)]
    series: pd.Series = _read_series(column, values)
    series.index, series.name = texts.index, texts.name
    return series


def _text(value: object) -> str:
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, BaseGeometry):
        return str(value.wkt)
    return str(value)


def _kind_of(column: sa.Column[Any]) -> type[Any]:
    return next(kind for kind in _WRITE if isinstance(column.type, kind))


def _require_same_columns(table: sa.Table, rows: pd.DataFrame) -> None:
    wanted = {name_in_frame(column) for column in columns_of(table)}
    missing = sorted(wanted - set(rows.columns))
    if missing:
        raise RowsRefusedError(table.name, f"the rows lack {', '.join(missing)}.")
    unknown = sorted(map(str, set(rows.columns) - wanted))
    if unknown:
        raise RowsRefusedError(table.name, f"it has no column {', '.join(unknown)}.")


def _read_series(column: sa.Column[Any], values: list[Any]) -> Any:  # noqa: ANN401 - of any dtype
    if isinstance(column.type, PortableGeometry):
        shapes = np.empty(len(values), dtype=object)
        shapes[:] = values
        return gpd.GeoSeries(shapes, crs=f"EPSG:{column.type.srid}")
    return pd.Series(values, dtype=cast("Any", _DTYPES[_kind_of(column)]))


def _shapes(column: sa.Column[Any], given: pd.Series) -> pd.Series:
    kind = cast("PortableGeometry", column.type)
    crs = getattr(given, "crs", None)
    if crs is not None and crs != f"EPSG:{kind.srid}":
        raise ValueError(f"the geometries are in {crs.name}, not in EPSG:{kind.srid}.")
    shapes = np.empty(len(given), dtype=object)
    shapes[:] = [None if shape is None or pd.isna(shape) else shape for shape in given]
    return pd.Series(as_kind(shapes, kind.kind), dtype=object)


def _texts(_column: sa.Column[Any], given: pd.Series) -> pd.Series:
    missing = given.isna().tolist()
    values = given.tolist()
    texts: list[Any] = [None if gone else x for x, gone in zip(values, missing, strict=True)]
    # Distinct texts are few where a column is long.
    for text in dict.fromkeys(texts):
        if text is None:
            continue
        if not isinstance(text, str):
            raise TypeError(f"{text!r} is no text.")
        if not text:
            raise ValueError("an empty text; leave what is unknown missing.")
        if "\x00" in text:
            raise ValueError(f"{text!r} holds a NUL character.")
        if not text.isascii():
            text.encode()
    return pd.Series(texts, dtype="str")


def _numbers(_column: sa.Column[Any], given: pd.Series) -> pd.Series:
    numbers = _as_floats(given)
    if np.isinf(numbers).any():
        raise ValueError("an infinite number.")
    # SQLite returns a negative zero without its sign.
    return pd.Series(numbers + 0.0, dtype="float64")


def _whole_numbers(_column: sa.Column[Any], given: pd.Series) -> pd.Series:
    numbers = _as_floats(given)
    known = numbers[~np.isnan(numbers)]
    wrong = known[(known != np.round(known)) | (np.abs(known) > _LARGEST_INTEGER)]
    if wrong.size:
        raise ValueError(f"{wrong[0]:.17g} is no whole number that a database can hold.")
    return pd.Series(numbers).astype("Int64")


def _as_floats(given: pd.Series) -> np.ndarray[Any, np.dtype[np.float64]]:
    if given.dtype == object and any(isinstance(value, (str, bool)) for value in given):
        raise TypeError("a text or a flag in a column of numbers.")
    if isinstance(given.dtype, pd.StringDtype) and given.notna().any():
        raise TypeError("a text in a column of numbers.")
    numbers: np.ndarray[Any, np.dtype[np.float64]] = pd.to_numeric(given).to_numpy(
        dtype=np.float64, na_value=np.nan
    )
    return numbers


def _flags(_column: sa.Column[Any], given: pd.Series) -> pd.Series:
    return given.astype("boolean")


def _dates(_column: sa.Column[Any], given: pd.Series) -> pd.Series:
    return pd.Series([_as_date(value) for value in given.tolist()], dtype=object)


def _as_date(value: object) -> date | None:
    if value is None or pd.isna(cast("Any", value)):
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    raise TypeError(f"{value!r} is no date.")


# Text first: SQLAlchemy's Text is none of the others. A geometry column is none of SQLAlchemy's.
_WRITE: dict[type[Any], Callable[[sa.Column[Any], pd.Series], pd.Series]] = {
    PortableGeometry: _shapes,
    sa.Text: _texts,
    sa.Boolean: _flags,
    sa.Date: _dates,
    sa.Integer: _whole_numbers,
    sa.Double: _numbers,
}
_READ_TEXT: dict[type[Any], Callable[[str], Any]] = {
    sa.Text: str,
    sa.Boolean: {"yes": True, "no": False}.__getitem__,
    sa.Date: date.fromisoformat,
    sa.Integer: int,
    sa.Double: float,
}
_DTYPES: dict[type[Any], object] = {
    sa.Text: "str",
    sa.Boolean: "boolean",
    sa.Date: object,
    sa.Integer: "Int64",
    sa.Double: "float64",
}
