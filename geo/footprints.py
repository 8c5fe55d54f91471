"""Footprints: the outline by which a group of sites is drawn on a map."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.campuses import point_metres
from geo.contracts import require_columns, require_metres, require_unique
from geo.errors import InputError

MARGIN_METRES = 1500.0
"""Width of the rim around the outermost sites. Assumption, for drawing only."""

WITHHELD_CELL_METRES = 10_000.0
"""Side of the square drawn for a group whose sites are all sensitive. Assumption."""

_SEGMENTS_PER_QUARTER = 8


def footprints(sites: gpd.GeoDataFrame, group_of_site: pd.Series) -> gpd.GeoSeries:
    """Outline of each group: the convex hull of its sites' points, with a rim.

    For drawing only: no measure is taken from a footprint, and land inside it need not belong to
    the group. A sensitive site does not shape it, so that it cannot be read back from the outline.
    A group with none but sensitive sites is drawn as the 10 km square of the grid in which the
    mean of its points lies.

    Parameters
    ----------
    sites
        Points in one projected CRS in metres, indexed by unique ``site_id``, with ``sensitive``.
    group_of_site
        The group of each site to draw, indexed by ``site_id``; each of these sites has a point.

    Returns
    -------
    One valid polygon a group, never empty, indexed and sorted by group, in the CRS of ``sites``.

    Raises
    ------
    InputError
        If a site of ``group_of_site`` is not in ``sites`` or has no point, or as the contracts.
    """
    require_columns(sites, ("sensitive",), table="sites")
    require_unique(sites.index, table="sites")
    require_metres(sites=sites)
    absent = group_of_site.index.difference(sites.index)
    if len(absent):
        raise InputError(f"'sites' lacks {len(absent)} grouped site(s), such as {absent[0]}.")
    members = sites.loc[group_of_site.index]
    metres = point_metres(members)
    table = pd.DataFrame(
        {
            "group": group_of_site.to_numpy(),
            "x": metres[:, 0],
            "y": metres[:, 1],
            "sensitive": members["sensitive"].astype("boolean").fillna(value=False).to_numpy(bool),
        },
        index=group_of_site.index,
    )
    lost = table.index[table[["x", "y"]].isna().any(axis=1)]
    if len(lost):
        raise InputError(
            f"{len(lost)} grouped site(s) have no point, such as {lost[0]}; leave them out."
        )
    shown = _hulls(table[~table["sensitive"]].sort_values(["group", "x", "y"]))
    hidden = _squares(table[~table["group"].isin(shown.index)])
    outlines = pd.concat([shown, hidden]).sort_index()
    return gpd.GeoSeries(outlines, crs=sites.crs, name="geometry")


def _hulls(table: pd.DataFrame) -> pd.Series:
    groups, group_of_row = np.unique(table["group"].to_numpy(), return_inverse=True)
    points = shapely.points(table[["x", "y"]].to_numpy())
    hulls = shapely.convex_hull(shapely.multipoints(points, indices=group_of_row))
    rims = shapely.buffer(hulls, MARGIN_METRES, quad_segs=_SEGMENTS_PER_QUARTER)
    return pd.Series(rims, index=pd.Index(groups, name="group"), dtype=object)


def _squares(table: pd.DataFrame) -> pd.Series:
    # Sorted first, so that the mean cannot differ by rounding with the order of rows.
    middles = table.sort_values(["group", "x", "y"]).groupby("group")[["x", "y"]].mean()
    corner = np.floor(middles.to_numpy() / WITHHELD_CELL_METRES) * WITHHELD_CELL_METRES
    west, south = corner[:, 0], corner[:, 1]
    squares = shapely.box(west, south, west + WITHHELD_CELL_METRES, south + WITHHELD_CELL_METRES)
    return pd.Series(squares, index=middles.index, dtype=object)
