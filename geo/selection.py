"""Selections: which offers count as delivered, by tier of evidence and by mode of delivery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.policies import EvidencePolicy
from geo.quality import QualityLabel
from geo.skills import Known
from geo.types import Mode, OfferStatus

BoolArray = npt.NDArray[np.bool_]
StateArray = npt.NDArray[np.int8]


class Tier(StrEnum):
    """How good the evidence must be for an offer to count."""

    ANY = "any"
    VERIFIED = "verified"
    GOOD = "good"


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """What is known of each offer, in the order of the offers.

    Attributes
    ----------
    offered
        Whether it is delivered: a :class:`geo.skills.Known` as integer.
    could
        Whether it could be delivered or is planned.
    silent_minutes
        Within so many minutes one way a venue without any offer row may deliver.
    """

    offered: StateArray
    could: BoolArray
    silent_minutes: float

    @property
    def counted(self) -> BoolArray:
        """Which offers are delivered for certain."""
        return np.asarray(self.offered == Known.YES)

    @property
    def possible(self) -> BoolArray:
        """Which offers are delivered or may be."""
        return np.asarray(self.offered != Known.NO)


def select(
    offers: pd.DataFrame,
    label: npt.NDArray[np.object_],
    limit_minutes: pd.Series,
    *,
    tier: Tier,
    mode: Mode | None,
    silent_minutes: float,
) -> Selection:
    """Return what each offer is for a tier of evidence, and for one mode of delivery or all.

    ``any``: what is delivered counts. ``verified``: an offer counts if its claim is fresh as well;
    one whose claim is old or undated may be delivered or not. ``good``: verified, and labelled
    good; one labelled not good does not count, of the others it is unknown. Offers of another
    mode than ``mode`` are left out altogether.

    Parameters
    ----------
    offers
        ``status``, ``mode`` and ``fresh``, whether the claim is dated within the months that
        count as verified.
    label
        The :class:`geo.quality.QualityLabel` of each offer's provider for its programme.
    limit_minutes
        The limit of each mode in minutes one way, infinite where it has none.
    silent_minutes
        Within so many minutes a silent venue may deliver, in any mode.
    """
    status = offers["status"].to_numpy(dtype=object)
    state = np.select(
        [status == OfferStatus.DELIVERED, status == OfferStatus.UNKNOWN],
        [Known.YES, Known.UNKNOWN],
        default=Known.NO,
    ).astype(np.int8)
    fresh = np.where(offers["fresh"].to_numpy(dtype=bool), Known.YES, Known.UNKNOWN)
    quality = np.select(
        [label == QualityLabel.GOOD, label == QualityLabel.NOT_GOOD],
        [Known.YES, Known.NO],
        default=Known.UNKNOWN,
    )
    if tier is not Tier.ANY:
        state = np.minimum(state, fresh)
    if tier is Tier.GOOD:
        state = np.minimum(state, quality)
    could = np.isin(status, [OfferStatus.COULD_DELIVER, OfferStatus.PLANNED])
    near = silent_minutes
    if mode is not None:
        mine = (offers["mode"] == mode).to_numpy()
        state, could = np.where(mine, state, Known.NO), could & mine
        near = min(silent_minutes, float(limit_minutes[mode]))
    return Selection(state.astype(np.int8), could, near)


def is_fresh(as_at: pd.Series, *, as_of: date, policy: EvidencePolicy) -> BoolArray:
    """Say which claims are dated within the months that count as verified, their edge included.

    A claim without a date is not fresh, nor is one from the future.
    """
    when = pd.to_datetime(as_at, errors="raise")
    today = pd.Timestamp(as_of)
    oldest = today - pd.DateOffset(months=round(policy.verified_months))
    return np.asarray((when >= oldest) & (when <= today), dtype=np.bool_)
