"""GeoJSON and GeoPackage files of polygons: their attributes as a raw table, and their shapes."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataSourceError

from etl.errors import SourceError
from etl.rejects import join_rejects, make_rejects
from etl.sources.tabular import RawTable, read_content

_WGS84 = "EPSG:4326"
_GEOPACKAGE = b"SQLite format 3\x00"
_BROKEN = (DataSourceError, shapely.errors.GEOSException, ValueError, RuntimeError, KeyError)


@dataclass(frozen=True, slots=True, eq=False)
class RawAreas:
    """A file of polygons as it was read.

    Attributes
    ----------
    table
        The attributes as text; ``line`` is the number of the feature, from 1. Features without a
        sound polygon are among its rejects.
    geometry
        Multipolygons in EPSG:4326, on the table's index.
    """

    table: RawTable
    geometry: gpd.GeoSeries


def read_areas(path: Path) -> RawAreas:
    """Read polygons from a GeoJSON file or the first layer of a GeoPackage.

    Raises
    ------
    SourceError
        If the file is missing, empty, damaged or of another kind, holds no feature, or does not
        say its coordinate reference system.
    """
    content = read_content(path)
    # What the file holds decides, lest a driver be lured into opening something else.
    if (
        not content.startswith(_GEOPACKAGE)
        and not content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"
    ):
        raise SourceError(f"{path.name} is neither GeoJSON nor GeoPackage: save it as one of them.")
    frame = _read(path)
    frame = frame.set_axis(pd.RangeIndex(1, len(frame) + 1, name="line"))
    rejects = _refuse(frame.geometry)
    kept = frame[~frame.index.isin(rejects["line"])]
    cells = pd.DataFrame(kept.drop(columns=kept.geometry.name))
    texts = cells.astype("object").map(_text).astype("str")
    texts.columns = texts.columns.astype("str")
    shapes = [
        shape if shape.geom_type == "MultiPolygon" else shapely.MultiPolygon([shape])
        for shape in shapely.force_2d(kept.geometry.to_numpy())
    ]
    return RawAreas(
        table=RawTable(
            name=path.name,
            sha256=hashlib.sha256(content).hexdigest(),
            cells=texts,
            rejects=rejects,
        ),
        geometry=gpd.GeoSeries(shapes, index=kept.index, crs=_WGS84),
    )


def _read(path: Path) -> gpd.GeoDataFrame:
    try:
        with warnings.catch_warnings():
            # GDAL warns of optional parts that it does not know; the polygons are checked below.
            warnings.simplefilter("ignore", RuntimeWarning)
            warnings.simplefilter("ignore", UserWarning)
            layer = str(pyogrio.list_layers(path)[0][0])
            frame = gpd.read_file(path, layer=layer)
    except (*_BROKEN, IndexError):
        raise SourceError(
            f"{path.name} is damaged or has no layer: export it again as GeoJSON or GeoPackage."
        ) from None
    if not isinstance(frame, gpd.GeoDataFrame) or frame.empty:
        raise SourceError(f"{path.name} holds no polygon: there is nothing to load.")
    if frame.crs is None:
        raise SourceError(
            f"{path.name} does not say its coordinate reference system: set it and export it again."
        )
    return frame.to_crs(_WGS84)


def _refuse(shapes: gpd.GeoSeries) -> pd.DataFrame:
    kinds = shapes.geom_type.fillna("no shape")
    areal = kinds.isin(["Polygon", "MultiPolygon"]) & ~shapes.is_empty.astype(bool)
    sound = shapes.is_valid
    west, south, east, north = (shapes.bounds[side] for side in ("minx", "miny", "maxx", "maxy"))
    on_earth = (west >= -180) & (south >= -90) & (east <= 180) & (north <= 90)
    found = []
    for rule, broken, values, advice in (
        ("polygon", ~areal, kinds, "give a polygon, or leave the feature out"),
        ("bounds", areal & ~on_earth, kinds, "correct the coordinate reference system"),
        (
            "sound polygon",
            areal & on_earth & ~sound,
            _reasons(shapes, areal & ~sound),
            "repair the polygon: its outline crosses itself or its rings overlap",
        ),
    ):
        if broken.any():
            found.append(
                make_rejects(
                    shapes.index[broken],
                    field="geometry",
                    rule=rule,
                    values=values[broken],
                    suggestions=advice,
                )
            )
    return join_rejects(found)


def _reasons(shapes: gpd.GeoSeries, broken: pd.Series) -> pd.Series:
    reasons = pd.Series("", index=shapes.index, dtype="str")
    reasons[broken] = shapely.is_valid_reason(shapes[broken].to_numpy())
    return reasons


def _text(cell: object) -> str:
    missing = cell is None or cell is pd.NA or cell is pd.NaT or cell != cell  # noqa: PLR0124
    return "" if missing else str(cell).strip()
