"""The legend: symbols with words and numbers, so that nothing rests on colour alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from geo.gaps import GapClass
from geo.maps.palette import CLUSTER_SYMBOLS, GAP_SYMBOLS, VENUE_SYMBOLS, Symbol

CIRCLE, SQUARE, AREA = "circle", "square", "area"
_SHAPES = {
    CIRCLE: '<circle cx="10" cy="10" r="6.5" {}/>',
    SQUARE: '<rect x="3.5" y="3.5" width="13" height="13" {}/>',
    AREA: '<rect x="1" y="4" width="18" height="12" rx="5" {}/>',
}


def gap_legend(sites: pd.DataFrame, programmes: Mapping[str, str]) -> str:
    """Return one section a programme: sites and demand by gap class.

    The page shows the section of the programme whose layer is shown. ``sites`` has one row per
    site and programme, with ``programme_code``, ``gap_class`` and ``demand`` (NaN is unknown).
    """
    sections = []
    for position, (code, title) in enumerate(programmes.items()):
        chosen = sites[sites["programme_code"] == code]
        rows = "".join(_gap_row(kind, chosen[chosen["gap_class"] == kind]) for kind in GapClass)
        hidden = " hidden" if position else ""
        sections.append(
            f'<section data-programme="{position}"{hidden}>'
            f"<table><caption>{escape(title)}: sites by gap class</caption>"
            '<thead><tr><td></td><th scope="col">Gap class</th><th scope="col">Sites</th>'
            '<th scope="col">Demand, places a year</th></tr></thead>'
            f"<tbody>{rows}</tbody></table>{_unknown_demand(chosen['demand'])}</section>"
        )
    return "<h2>Sites</h2>" + "".join(sections)


def venue_legend(statuses: pd.Series) -> str:
    """Return how many venues have which best status."""
    return _count_table("Training venues", "Best status of its offers", VENUE_SYMBOLS, statuses)


def cluster_legend(classes: pd.Series) -> str:
    """Return how many clusters are of which class."""
    return _count_table("Clusters", "Class", CLUSTER_SYMBOLS, classes)


def notes(texts: Sequence[str], *, heading: str) -> str:
    """Return ``texts`` as a list under a heading; nothing if there is none."""
    if not texts:
        return ""
    items = "".join(f"<li>{escape(text)}</li>" for text in texts)
    return f"<h2>{escape(heading)}</h2><ul>{items}</ul>"


def key(symbol: Symbol, shape: str) -> str:
    """Return a symbol as a small drawing; the words beside it say the same."""
    paint = (
        f'fill="{symbol.fill or "none"}" fill-opacity="{symbol.fill_opacity:g}" '
        f'stroke="{symbol.stroke}" stroke-width="{symbol.weight:g}" '
        f'stroke-dasharray="{symbol.dash or "none"}"'
    )
    drawn = _SHAPES[shape].format(paint)
    return f'<svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">{drawn}</svg>'


def _gap_row(kind: GapClass, sites: pd.DataFrame) -> str:
    symbol = GAP_SYMBOLS[kind]
    return (
        f'<tr><td>{key(symbol, CIRCLE)}</td><th scope="row">{escape(symbol.label)}</th>'
        f"<td>{len(sites):,}</td><td>{_demand(sites['demand'])}</td></tr>"
    )


def _demand(demand: pd.Series) -> str:
    known = demand.dropna()
    return "unknown" if len(demand) and known.empty else f"{known.sum():,.2f}"


def _unknown_demand(demand: pd.Series) -> str:
    missing = int(demand.isna().sum())
    return f"<p>Sites whose demand is unknown, not in the sums: {missing:,}.</p>" if missing else ""


def _count_table(
    heading: str, column: str, symbols: Mapping[Any, Symbol], values: pd.Series
) -> str:
    counts = values.value_counts()
    shape = SQUARE if symbols is VENUE_SYMBOLS else AREA
    rows = "".join(
        f'<tr><td>{key(symbol, shape)}</td><th scope="row">{escape(symbol.label)}</th>'
        f"<td>{int(counts.get(str(kind), 0)):,}</td></tr>"
        for kind, symbol in symbols.items()
    )
    return (
        f"<h2>{heading}</h2><table><thead><tr><td></td>"
        f'<th scope="col">{column}</th><th scope="col">Number</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )
