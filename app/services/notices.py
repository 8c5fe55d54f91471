"""What every page, map and file made from the register must say."""

from __future__ import annotations

ILLUSTRATIVE_PREFIX = "Illustrative"
"""A row whose source begins so was invented, and so is all that is computed from it."""

ILLUSTRATIVE = "Illustrative data"

ATTRIBUTION = (
    "Contains OS data © Crown copyright and database right 2025. "
    "Contains Royal Mail data © Royal Mail copyright and database right 2025. "
    "Contains National Statistics data © Crown copyright and database right 2025. "
    "Basemap: Natural Earth. Drawn with Leaflet."
)
