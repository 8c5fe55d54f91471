"""Delivery: which practical units and modes of a programme a provider is known to deliver."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.types import Mode, OfferStatus, UnitKind, UnitPlace

FloatArray = npt.NDArray[np.float64]

RELEVANT_MODES = (
    Mode.DAY_RELEASE,
    Mode.EVENING,
    Mode.BLOCK_DAILY,
    Mode.BLOCK_RESIDENTIAL,
    Mode.BLENDED,
    Mode.WORKPLACE,
)
"""Modes that can carry a whole programme; ``e_learning`` joins them where nothing is practical.

Mentoring and summer schools add to a programme, and carry none.
"""
WEEKLY_RELEASE = (Mode.DAY_RELEASE,)
"""Modes that take a learner from work every week, which small firms can spare least."""

_PAIR = ["ukprn", "programme_code"]


def practical_share(pairs: pd.DataFrame, offers: pd.DataFrame, units: pd.DataFrame) -> FloatArray:
    """Return the share of a programme's practical units that delivered offers state they cover.

    The units are those that a provider may teach. What is only assumed is not verified: where a
    delivered offer states no units, the share is unknown unless the others state them all.
    ``e_learning`` teaches no practical unit, whatever it states.

    Parameters
    ----------
    pairs
        ``ukprn``, ``programme_code``, each pair once.
    offers
        ``ukprn``, ``programme_code``, ``mode``, ``status``, ``units``.
    units
        ``programme_code``, ``unit_code``, ``kind``, ``place``.

    Returns
    -------
    One value a pair, 0 to 1; NaN unknown, also where nothing is delivered or the programme has no
    such unit.
    """
    practical = _practical(units)
    due = practical.groupby("programme_code")["unit_code"].nunique()
    total = pairs["programme_code"].map(due).to_numpy(dtype=float)
    delivered = _delivered(offers)
    teaching = delivered[delivered["mode"] != Mode.E_LEARNING]
    codes = teaching["units"].astype("str").str.split(";").explode().astype("str").str.strip()
    codes = codes[codes.notna() & (codes != "")].rename("unit_code")
    stated = teaching[_PAIR].join(codes, how="inner").drop_duplicates()
    count = _count(stated.merge(practical, on=["programme_code", "unit_code"]), pairs)
    silent = _count(teaching[~teaching.index.isin(codes.index)], pairs) > 0
    unknown = (_count(delivered, pairs) == 0) | (silent & (count < total))
    return np.where(unknown, np.nan, count / total)


def flexibility(pairs: pd.DataFrame, offers: pd.DataFrame, units: pd.DataFrame) -> FloatArray:
    """Return delivered modes ÷ relevant modes; 0 if every one of them is weekly release.

    Parameters
    ----------
    pairs, offers, units
        As :func:`practical_share` takes them. A programme is taken to have practical units unless
        its units are stated and none of them is one that a provider may teach.

    Returns
    -------
    One value a pair, 0 to 1; NaN where nothing is delivered.
    """
    practical = _practical(units)["programme_code"]
    knowledge_only = units["programme_code"][~units["programme_code"].isin(practical)]
    delivered = _delivered(offers)
    modes = delivered[[*_PAIR, "mode"]].drop_duplicates()
    relevant = modes["mode"].isin(RELEVANT_MODES) | (
        (modes["mode"] == Mode.E_LEARNING) & modes["programme_code"].isin(knowledge_only)
    )
    offered = modes[relevant]
    friendly = _count(offered[~offered["mode"].isin(WEEKLY_RELEASE)], pairs) > 0
    total = len(RELEVANT_MODES) + pairs["programme_code"].isin(knowledge_only).to_numpy(dtype=int)
    share = np.where(friendly, _count(offered, pairs) / total, 0.0)
    return np.where(_count(delivered, pairs) > 0, share, np.nan)


def _delivered(offers: pd.DataFrame) -> pd.DataFrame:
    return offers[offers["status"] == OfferStatus.DELIVERED].reset_index(drop=True)


def _practical(units: pd.DataFrame) -> pd.DataFrame:
    """Return programme and code of the practical units that a provider may teach, each once."""
    is_practical = (units["kind"] == UnitKind.PRACTICAL) & (units["place"] != UnitPlace.WORKPLACE)
    return units.loc[is_practical, ["programme_code", "unit_code"]].drop_duplicates()


def _count(rows: pd.DataFrame, pairs: pd.DataFrame) -> FloatArray:
    """Return how many rows each pair has."""
    wanted = pd.MultiIndex.from_frame(pairs[_PAIR])
    found = rows.groupby(_PAIR).size().reindex(wanted, fill_value=0)
    return found.to_numpy().astype(float)
