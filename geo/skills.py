"""Skills cover: whether every unit of a programme can be learnt at the venue or at the site."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.contracts import require_columns
from geo.types import Mode, UnitKind, UnitPlace

StateArray = npt.NDArray[np.int8]
NONE_HOSTED = "none"
"""What ``units_hosted`` says of a site that hosts no unit; blank is not stated."""


class Known(IntEnum):
    """Yes, no or unknown; ordered, so that "or" is the larger and "and" the smaller."""

    NO = 0
    UNKNOWN = 1
    YES = 2


@dataclass(frozen=True, slots=True, eq=False)
class ProgrammeCover:
    """Which units of one programme its offers and the kinds of site cover.

    ``offers`` are positions, ascending; ``at_venue`` is offers × units and ``at_site`` groups of
    sites × units, :class:`Known` as integers.
    """

    codes: tuple[str, ...]
    offers: npt.NDArray[np.int64]
    at_venue: StateArray
    at_site: StateArray


@dataclass(frozen=True, slots=True, eq=False)
class SkillsCover:
    """Whether the units of each offer's programme are covered at each kind of site.

    Sites that host the same units are one group, so that this stays small.

    Attributes
    ----------
    group_of_site
        Position of each site's group, in the order of the sites.
    states
        Offers × groups: :class:`Known` as integers.
    details
        What the states rest on, one entry a programme that has both units and offers.
    """

    group_of_site: npt.NDArray[np.int64]
    states: StateArray
    details: tuple[ProgrammeCover, ...]

    def lacking(self, offer: int, site: int) -> list[str]:
        """Return the units that neither covers; if there is none, those that are unknown."""
        for detail in self.details:
            for row in np.flatnonzero(detail.offers == offer):
                state = np.maximum(detail.at_venue[row], detail.at_site[self.group_of_site[site]])
                return [detail.codes[unit] for unit in np.flatnonzero(state == state.min())]
        return []


def skills_cover(offers: pd.DataFrame, units: pd.DataFrame, units_hosted: pd.Series) -> SkillsCover:
    """Say for every offer and kind of site whether each unit can be learnt.

    A pair is covered if each unit of the programme is covered by the offer or by the site. A unit
    whose place is ``provider`` cannot be covered by the site, one whose place is ``workplace``
    only by the site. An offer that states no units is assumed to cover all that a provider can,
    if it meets learners face to face; of ``e_learning`` and ``mentoring`` it is unknown, and
    ``e_learning`` never covers a practical unit. A site that states no units is assumed to host
    those that can only be learnt at work; of the others it is unknown.

    Parameters
    ----------
    offers
        ``programme_code``, ``mode``, ``units``.
    units
        ``programme_code``, ``unit_code``, ``kind``, ``place``.
    units_hosted
        One text a site: codes separated by ``;``, missing where not stated, or ``none``.
    """
    require_columns(offers, ("programme_code", "mode", "units"), table="offers")
    require_columns(units, ("programme_code", "unit_code", "kind", "place"), table="units")
    hosted = units_hosted.astype(object).where(units_hosted.notna(), None)
    group_of_site, groups = pd.factorize(hosted, use_na_sentinel=False)
    states = np.full((len(offers), len(groups)), Known.YES, dtype=np.int8)
    details = []
    remote = offers["mode"].isin([Mode.E_LEARNING, Mode.MENTORING]).to_numpy()
    has_units = offers["programme_code"].isin(units["programme_code"]).to_numpy()
    states[remote & ~has_units] = Known.UNKNOWN

    for programme, parts in units.groupby("programme_code", sort=True):
        rows = np.flatnonzero((offers["programme_code"] == programme).to_numpy())
        if len(rows):
            at_venue = _at_venue(offers.iloc[rows], parts)
            at_site = _at_site(list(groups), parts)
            states[rows] = np.maximum(at_venue[:, None, :], at_site[None, :, :]).min(axis=2)
            details.append(ProgrammeCover(tuple(parts["unit_code"]), rows, at_venue, at_site))
    return SkillsCover(group_of_site.astype(np.int64), states, tuple(details))


def _at_venue(offers: pd.DataFrame, parts: pd.DataFrame) -> StateArray:
    """Return offers × units: whether the offer itself covers the unit."""
    stated = [_codes(text) for text in offers["units"]]
    codes = parts["unit_code"].tolist()
    listed = _listed(stated, codes)
    blank = np.array([have is None for have in stated], dtype=bool)[:, None]
    modes = offers["mode"].to_numpy(dtype=object)[:, None]
    remote = (modes == Mode.E_LEARNING) | (modes == Mode.MENTORING)
    state = np.select(
        [listed, blank & remote, blank], [Known.YES, Known.UNKNOWN, Known.YES], default=Known.NO
    )
    practical = (parts["kind"] == UnitKind.PRACTICAL).to_numpy()[None, :]
    at_work_only = (parts["place"] == UnitPlace.WORKPLACE).to_numpy()[None, :]
    never = at_work_only | (practical & (modes == Mode.E_LEARNING))
    return np.where(never, Known.NO, state).astype(np.int8)


def _at_site(groups: list[object], parts: pd.DataFrame) -> StateArray:
    """Return groups of sites × units: whether such a site hosts the unit."""
    hosted = [_codes(text) for text in groups]
    codes = parts["unit_code"].tolist()
    listed = _listed(hosted, codes)
    blank = np.array([have is None for have in hosted], dtype=bool)[:, None]
    place = parts["place"].to_numpy(dtype=object)[None, :]
    state = np.select(
        [place == UnitPlace.PROVIDER, listed, blank & (place == UnitPlace.WORKPLACE), blank],
        [Known.NO, Known.YES, Known.YES, Known.UNKNOWN],
        default=Known.NO,
    )
    return state.astype(np.int8)


def _codes(text: object) -> frozenset[str] | None:
    """Return the codes of a list cell; None where it is blank."""
    if text is None or (isinstance(text, float) and np.isnan(text)):
        return None
    parts = frozenset(part.strip() for part in str(text).split(";")) - {""}
    return parts - {NONE_HOSTED} if parts else None


def _listed(lists: list[frozenset[str] | None], codes: list[str]) -> npt.NDArray[np.bool_]:
    """Return lists × codes: whether the list holds the code."""
    found = [[code in (have or ()) for code in codes] for have in lists]
    return np.array(found, dtype=np.bool_).reshape(len(lists), len(codes))
