"""Sites by gap class: a layer a programme, over one table of sites and one of texts.

Programmes share their sites, and sites share their reasons, so each stands in the page once and
the layers refer to it by its position. That keeps the page of 8,000 sites below 5 MB.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import geopandas as gpd
import numpy as np
import pandas as pd
from folium.map import Layer
from folium.template import Template

from geo.gaps import GapClass
from geo.maps.layers import COORDINATE_DECIMALS, has_place
from geo.maps.script import script_json

SITE_PROPERTIES = (
    "site_id",
    "employer",
    "name",
    "demand",
    "reachable_venues",
    "nearest_minutes",
    "places_available",
    "unmet",
    "gap_class",
    "reason",
    "fix",
)
PLACES_DECIMALS, MINUTES_DECIMALS = 2, 1
_TEXTS = ("gap_class", "reason", "fix")

SiteRow = list[str | float | int | None]
CoverageRow = list[float | int | None]


@dataclass(frozen=True, slots=True, eq=False)
class SiteTables:
    """Sites and their coverage, ready for the page.

    Attributes
    ----------
    sites
        One row per site that has a point, in the order of ids: id, employer, name, latitude,
        longitude, and its number among the venues and then the sites of the same point, by
        which the page sets them apart.
    texts
        Every gap class, reason and fix once.
    coverage
        By programme, one row per site drawn: position of the site; demand, places available and
        unmet (places a year); venues within reach; nearest (minutes one way); positions of the
        gap class, the reason and the fix among the texts. Unknown is None. Better served sites
        come first: what is drawn later lies on top, and no gap is to be hidden.
    """

    sites: list[SiteRow]
    texts: list[str]
    coverage: dict[str, list[CoverageRow]]


class SiteLayer(Layer):
    """The sites of one programme, as circles on the map's canvas.

    Leaflet's control writes ``title`` as HTML, hence it is escaped there, braces included: what
    folium writes for the control is compiled as a template once more.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        const {{ this.get_name() }} = skillshed.siteLayer(
            {{ this.title }}, {{ this.rows }});
        {% endmacro %}
        """
    )

    def __init__(self, title: str, rows: Sequence[CoverageRow], *, show: bool) -> None:
        super().__init__(name=_escaped(title), overlay=False, show=show)
        self._name = "SiteLayer"
        self.title = script_json(title)
        self.rows = script_json(rows)


def site_tables(
    sites: gpd.GeoDataFrame, venues: gpd.GeoDataFrame, programmes: Sequence[str]
) -> SiteTables:
    """Return ``sites``, one row per site and programme, as the tables of the page.

    Coordinates have 6 decimals, minutes 1, places 2; sites without a point are left out.
    """
    placed = sites[has_place(sites)]
    once = placed.drop_duplicates("site_id").sort_values("site_id")
    position = pd.Series(np.arange(len(once)), index=once["site_id"].to_numpy())
    codes, texts = pd.factorize(placed[list(_TEXTS)].fillna("").to_numpy().ravel(), sort=True)
    depth = {kind.value: order for order, kind in enumerate(GapClass)}
    table = pd.DataFrame(
        {
            "site": placed["site_id"].map(position).to_numpy(),
            "demand": placed["demand"].to_numpy(dtype=float, na_value=np.nan),
            "places_available": placed["places_available"].to_numpy(dtype=float, na_value=np.nan),
            "unmet": placed["unmet"].to_numpy(dtype=float, na_value=np.nan),
            "reachable_venues": placed["reachable_venues"].to_numpy(dtype=float, na_value=np.nan),
            "nearest_minutes": placed["nearest_minutes"].to_numpy(dtype=float, na_value=np.nan),
            **dict(zip(_TEXTS, codes.reshape(-1, len(_TEXTS)).T, strict=True)),
            "depth": placed["gap_class"].map(depth).to_numpy(),
            "programme": placed["programme_code"].to_numpy(),
        }
    ).sort_values(["depth", "site"])
    return SiteTables(
        sites=_site_rows(once, venues.geometry.to_wkb().value_counts()),
        texts=[str(text) for text in texts],
        coverage={code: _coverage_rows(table[table["programme"] == code]) for code in programmes},
    )


def _site_rows(once: gpd.GeoDataFrame, venues_at: pd.Series) -> list[SiteRow]:
    places = once.geometry.to_wkb()
    fan = once.groupby(places).cumcount() + places.map(venues_at).fillna(0).astype(int)
    return [
        [
            str(site_id),
            _text(employer),
            _text(name),
            round(point.y, COORDINATE_DECIMALS),
            round(point.x, COORDINATE_DECIMALS),
            int(number),
        ]
        for site_id, employer, name, point, number in zip(
            once["site_id"],
            once["employer"],
            once["name"],
            once.geometry,
            fan,
            strict=True,
        )
    ]


def _coverage_rows(table: pd.DataFrame) -> list[CoverageRow]:
    columns: list[list[float | int | None]] = [
        table["site"].tolist(),
        *(
            _rounded(table[name], PLACES_DECIMALS)
            for name in ("demand", "places_available", "unmet")
        ),
        _rounded(table["reachable_venues"], 0),
        _rounded(table["nearest_minutes"], MINUTES_DECIMALS),
        *(table[name].tolist() for name in _TEXTS),
    ]
    return [list(row) for row in zip(*columns, strict=True)]


def _rounded(values: pd.Series, decimals: int) -> list[float | int | None]:
    # Adding 0.0 turns -0.0 into 0.0; a whole number is written without ".0", which is shorter.
    return [
        None if np.isnan(value) else int(value) if value.is_integer() else value
        for value in (round(value, decimals) + 0.0 for value in values.tolist())
    ]


def _escaped(title: str) -> str:
    return escape(title).replace("{", "&#123;").replace("}", "&#125;")


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
