"""Variants: coverage recomputed with the offers of one tier of evidence or one mode only."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from geo.assessment import Assessment, assess
from geo.bounds import bounds_of
from geo.gaps import classify
from geo.model import Model
from geo.selection import Tier
from geo.types import Mode

ALL_MODES = ""
"""Stands for every mode together."""

VARIANT_COLUMNS = ("places_available", "places_low", "places_high", "gap_class")
Variant = tuple[str, str]


def variant_keys() -> Iterator[Variant]:
    """Yield every tier and mode but the one that the coverage itself is of."""
    for tier in Tier:
        for mode in (ALL_MODES, *Mode):
            if (tier, mode) != (Tier.ANY, ALL_MODES):
                yield str(tier), str(mode)


def variant_table(model: Model, tier: Tier, mode: Mode | None) -> pd.DataFrame:
    """Return what is known of each demand unit with the offers of one tier and mode.

    A mode is a filter and no grouping: the places of its offers are shared anew over those whom
    they reach, so that modes do not add up to the whole.

    Returns
    -------
    One row a demand unit, in the order of the model's: ``places_available`` and its bounds
    ``places_low`` and ``places_high`` in places a year, and ``gap_class``.
    """
    return measured(assess(model, model.select(tier, mode)))


def measured(assessment: Assessment) -> pd.DataFrame:
    """Return places, their bounds and gap classes of an assessment, as a variant holds them."""
    bounds = bounds_of(assessment)
    return pd.DataFrame(
        {
            "places_available": assessment.places_available,
            "places_low": bounds.low,
            "places_high": bounds.high,
            "gap_class": classify(assessment.stages),
        }
    )


def all_variants(model: Model) -> dict[Variant, pd.DataFrame]:
    """Return the table of every variant by tier and mode."""
    return {
        (tier, mode): variant_table(model, Tier(tier), Mode(mode) if mode else None)
        for tier, mode in variant_keys()
    }
