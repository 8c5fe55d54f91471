"""What every class looks like on a map: colour, line and words, never colour alone.

The fills are the eight colours of Okabe and Ito, which stay apart under the common forms of
colour blindness. What is unknown has no fill and a dashed line, so that it never looks certain.

References
----------
Okabe, M. and Ito, K. (2002). Color universal design: how to make figures and presentations that
are friendly to colorblind people. University of Tokyo.
"""

from __future__ import annotations

from dataclasses import dataclass

from geo.clusters import ClusterClass
from geo.gaps import GapClass
from geo.types import OfferStatus

SEA, LAND, COAST, INK = "#dde6ea", "#f5f3ee", "#cfcabf", "#222222"
DASH = "2 2"
"""The line of what is unknown, in pixels drawn and left out."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """How one class is drawn and what it is called.

    Attributes
    ----------
    label
        The class in words, for legends, tooltips and popups.
    fill
        Colour of the inside; None leaves it hollow.
    stroke
        Colour of the line.
    weight
        Width of the line in pixels.
    dash
        Dash pattern of the line in pixels; empty is a solid line.
    fill_opacity
        0 (clear) to 1.
    """

    label: str
    fill: str | None
    stroke: str
    weight: float = 1.0
    dash: str = ""
    fill_opacity: float = 0.95

    def path_options(self) -> dict[str, object]:
        """Return the options of a Leaflet path."""
        return {
            "fill": True,
            # A hollow symbol is filled with nothing visible, so that it can still be clicked.
            "fillColor": self.fill or "#ffffff",
            "fillOpacity": self.fill_opacity if self.fill else 0.01,
            "color": self.stroke,
            "weight": self.weight,
            "dashArray": self.dash or None,
        }


GAP_SYMBOLS: dict[GapClass, Symbol] = {
    GapClass.COVERED: Symbol("Covered: enough places within reach", "#009e73", INK),
    GapClass.DELIVERED_NOT_GOOD: Symbol("Delivered, but not well enough", "#56b4e9", INK),
    GapClass.DELIVERED_TOO_FEW_PLACES: Symbol("Delivered, too few places", "#e69f00", INK),
    GapClass.DELIVERED_NO_VIABLE_COHORT: Symbol("Delivered, no viable cohort", "#f0e442", INK),
    GapClass.DELIVERED_SKILL_MISSING: Symbol("Delivered, a skill is missing", "#cc79a7", INK),
    GapClass.COULD_BE_DELIVERED: Symbol("Not delivered, but could be", "#0072b2", INK),
    GapClass.WRONG_PROGRAMME: Symbol("Only other programmes in reach", "#d55e00", INK),
    GapClass.NO_REACH: Symbol("Nothing within reach", "#000000", "#ffffff"),
    GapClass.UNKNOWN: Symbol("Unknown", None, "#6b6b6b", 1.75, DASH),
}
"""Sites, by gap class: circles."""

VENUE_SYMBOLS: dict[OfferStatus, Symbol] = {
    OfferStatus.DELIVERED: Symbol("Delivers", "#ffffff", "#00694d", 2.5),
    OfferStatus.COULD_DELIVER: Symbol("Could deliver", "#ffffff", "#0072b2", 2.5, "5 2"),
    OfferStatus.PLANNED: Symbol("Planned", "#ffffff", "#56b4e9", 2.5),
    OfferStatus.LAPSED: Symbol("No longer delivers", "#a8a8a8", "#4d4d4d", 1.0),
    OfferStatus.UNKNOWN: Symbol("Unknown", None, "#6b6b6b", 1.75, DASH),
}
"""Venues, by the best status of their offers: squares."""

CLUSTER_SYMBOLS: dict[ClusterClass, Symbol] = {
    ClusterClass.ANCHOR_SITE: Symbol(
        "Anchor site: a large employer, few others", "#882255", "#882255", 2.0, "1 4", 0.12
    ),
    ClusterClass.ANCHOR_LED: Symbol(
        "Anchor-led: one employer has most jobs", "#882255", "#882255", 2.0, "8 4", 0.12
    ),
    ClusterClass.CLUSTER: Symbol(
        "Cluster of many employers", "#332288", "#332288", 2.0, fill_opacity=0.12
    ),
    ClusterClass.EMERGING: Symbol(
        "Emerging: many employers, few jobs", "#332288", "#332288", 1.5, "2 4", 0.05
    ),
    ClusterClass.MANUAL: Symbol(
        "Your own cluster, listed or drawn", "#117733", "#117733", 2.0, "10 3 2 3", 0.08
    ),
}
"""Clusters, by class: areas."""
