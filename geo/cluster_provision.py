"""Provision as clusters find it: how good, how complete, and whether a cohort would start."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.assessment import Assessment
from geo.clusters import Clusters
from geo.cohort import cohort_probability, minimum_cohorts
from geo.contracts import require_columns
from geo.model import Model
from geo.quality import QualityLabel
from geo.skills import Known
from geo.stages import FloatArray, IntArray, units_of_unlimited
from geo.types import UnitKind

PROVISION_CRITERIA = (
    "share_without_good_provision",
    "best_provision_score",
    "viable_cohort_probability",
    "practical_skill_cover",
)
"""Criteria of the ranking that are computed here."""

_WORD = 64
_UNIT_COLUMNS = ("good_in_reach", "best_score", "practical_cover")


def unit_provision(assessment: Assessment) -> pd.DataFrame:
    """Return what each demand unit finds within reach, in the order of the model's units.

    Returns
    -------
    ``good_in_reach``: whether a delivered offer is labelled good among those in time with every
    unit of the programme covered. ``best_score``: the best quality score, 0 to 1, among these;
    NaN where there is none or none is scored. ``practical_cover``: the share of the programme's
    practical units, 0 to 1, that a delivered offer in time teaches or the site hosts, for
    certain; NaN where the programme lists none, or no offer of it is recorded anywhere.
    """
    model = assessment.model
    unit, offer = _valid_pairs(assessment)
    good = np.zeros(len(model.units), dtype=np.bool_)
    good[unit[model.label[offer] == QualityLabel.GOOD]] = True
    score = scores_of_offers(model)[offer]
    best = np.full(len(model.units), -np.inf)
    scored = ~np.isnan(score)
    np.maximum.at(best, unit[scored], score[scored])
    return pd.DataFrame(
        {
            "good_in_reach": good,
            "best_score": np.where(np.isinf(best), np.nan, best),
            "practical_cover": _practical_cover(assessment),
        }
    )


def provision_values(clusters: Clusters, units: pd.DataFrame, model: Model) -> pd.DataFrame:
    """Return the criteria of provision for every cluster.

    - ``share_without_good_provision`` of the known demand, 0 to 1: that finds no delivered offer
      labelled good within reach. Too little evidence for a label is not good.
    - ``best_provision_score`` within reach of any member site, 0 to 1.
    - ``viable_cohort_probability``: that the cluster's own starters of a year reach the minimum
      cohort of the programme, their number being Poisson; over several programmes the best.
    - ``practical_skill_cover``: the mean over the known demand, 0 to 1.

    Parameters
    ----------
    units
        Demand units of the scope: ``site_id``, ``programme_code``, ``demand`` (places a year, NaN
        unknown) and the columns of :func:`unit_provision`.

    Returns
    -------
    Indexed like ``clusters.table``; NaN where nothing is known.
    """
    require_columns(units, ("site_id", "programme_code", "demand", *_UNIT_COLUMNS), table="units")
    cluster_of_site = clusters.members.set_index("site_id")["cluster_id"]
    inside = units.assign(cluster_id=units["site_id"].map(cluster_of_site))
    inside = inside[inside["cluster_id"].notna()]
    known = inside[inside["demand"] > 0].sort_values(["cluster_id", "site_id", "programme_code"])
    without = known["demand"].where(~known["good_in_reach"].astype(bool), 0.0)
    learnt = known[known["practical_cover"].notna()]
    found = {
        "share_without_good_provision": _ratio(without, known["demand"], known),
        "best_provision_score": inside.groupby("cluster_id")["best_score"].max(),
        "viable_cohort_probability": cohort_chances(known, model).groupby("cluster_id").max(),
        "practical_skill_cover": _ratio(
            learnt["demand"] * learnt["practical_cover"], learnt["demand"], learnt
        ),
    }
    ids = clusters.table.index
    return pd.DataFrame({name: found[name].reindex(ids) for name in PROVISION_CRITERIA}, index=ids)


def cohort_chances(units: pd.DataFrame, model: Model) -> pd.Series:
    """Return the probability of a viable cohort by ``cluster_id`` and ``programme_code``.

    Parameters
    ----------
    units
        ``cluster_id``, ``programme_code`` and ``demand`` in places a year, all known.
    """
    register, policy = model.register, model.scenario.cohort
    stated = register.programmes["min_cohort"].to_numpy(dtype=float, na_value=np.nan)
    minimum = minimum_cohorts(stated, default=policy.default_minimum)
    starters = policy.take_up * units.groupby(["cluster_id", "programme_code"])["demand"].sum()
    codes = starters.index.get_level_values("programme_code")
    needed = minimum[register.programmes.index.get_indexer(codes)]
    chance = cohort_probability(starters.to_numpy(dtype=float)[None, :], needed)[0]
    return pd.Series(chance, index=starters.index, dtype=float)


def _ratio(part: pd.Series, whole: pd.Series, units: pd.DataFrame) -> pd.Series:
    return part.groupby(units["cluster_id"]).sum() / whole.groupby(units["cluster_id"]).sum()


def _valid_pairs(assessment: Assessment) -> tuple[IntArray, IntArray]:
    """Return unit and offer of the pairs in time with every unit covered, for certain."""
    model = assessment.model
    counted = assessment.selection.counted
    pairs = model.pairs
    sure = np.minimum(pairs.in_time, pairs.cover) == Known.YES
    sure &= counted[pairs.offer]
    unit, offer = [pairs.unit[sure]], [pairs.offer[sure]]
    everywhere = units_of_unlimited(model.units, model.provision, counted, Known.YES)
    for position, reached in everywhere.items():
        here = np.flatnonzero(reached)
        unit.append(here)
        offer.append(np.full(len(here), position, dtype=np.int64))
    return np.concatenate(unit), np.concatenate(offer)


def scores_of_offers(model: Model) -> FloatArray:
    """Return the score of each offer's provider for its programme; NaN where there is none."""
    keys = ["ukprn", "programme_code"]
    offers = pd.MultiIndex.from_frame(model.provision.offers[keys])
    return model.quality.set_index(keys)["score"].reindex(offers).to_numpy(dtype=float)


@dataclass(frozen=True, slots=True, eq=False)
class PracticalParts:
    """The practical units of every programme as bits, 64 to a word, so that "any" is one "or".

    Attributes
    ----------
    at_venue
        Offers × words: the units that an offer teaches for certain.
    at_site
        Demand units × words: the units that the site hosts for certain.
    total
        How many practical units the programme of each demand unit has; 0 where it lists none, or
        no offer of it is recorded anywhere.
    """

    at_venue: npt.NDArray[np.uint64]
    at_site: npt.NDArray[np.uint64]
    total: IntArray

    def share(self, had: npt.NDArray[np.uint64]) -> FloatArray:
        """Return the share of the units that stand in ``had``, 0 to 1; NaN where there is none."""
        count = np.bitwise_count(had).sum(axis=1).astype(float)
        nothing = np.full(len(count), np.nan)
        return np.asarray(np.divide(count, self.total, out=nothing, where=self.total > 0))


def practical_parts(model: Model) -> PracticalParts:
    """Return the practical units that offers teach and sites host, for certain."""
    skills, units = model.provision.skills, model.units
    listed = model.register.units
    practical = listed[listed["kind"] == UnitKind.PRACTICAL]
    codes_of = practical.groupby("programme_code")["unit_code"].agg(set).to_dict()
    names = model.register.programmes.index.get_indexer(pd.Index(list(codes_of)))
    by_position = dict(zip(names.tolist(), codes_of.values(), strict=True))
    most = max((len(codes) for codes in codes_of.values()), default=0)
    words = max(1, -(-most // _WORD))
    at_venue = np.zeros((len(model.provision.offers), words), dtype=np.uint64)
    at_site = np.zeros((len(units), words), dtype=np.uint64)
    total = np.zeros(len(units), dtype=np.int64)
    for detail in skills.details:
        programme = int(model.provision.programme[detail.offers[0]])
        wanted = np.array([code in by_position.get(programme, ()) for code in detail.codes])
        mine = np.flatnonzero(units.programme == programme)
        total[mine] = wanted.sum()
        at_venue[detail.offers] = _bits(detail.at_venue[:, wanted], words)
        hosted = _bits(detail.at_site[:, wanted], words)
        at_site[mine] = hosted[skills.group_of_site[units.site[mine]]]
    return PracticalParts(at_venue, at_site, total)


def _bits(states: npt.NDArray[np.int8], words: int) -> npt.NDArray[np.uint64]:
    """Return rows of states as bits, one where a state is certain."""
    found = np.zeros((len(states), words), dtype=np.uint64)
    for column in range(states.shape[1]):
        bit = np.uint64(1) << np.uint64(column % _WORD)
        found[states[:, column] == Known.YES, column // _WORD] |= bit
    return found


def _practical_cover(assessment: Assessment) -> FloatArray:
    """Return the share of practical units that are taught in time or hosted, by demand unit."""
    model = assessment.model
    counted, pairs = assessment.selection.counted, model.pairs
    parts = practical_parts(model)
    had = parts.at_site.copy()
    near = np.flatnonzero(counted[pairs.offer] & (pairs.in_time == Known.YES))
    np.bitwise_or.at(had, pairs.unit[near], parts.at_venue[pairs.offer[near]])
    # An offer without a limit is in time for all whose release fits, whatever it covers.
    for offer, reached in units_of_unlimited(
        model.units, model.provision, counted, Known.NO
    ).items():
        had[reached] |= parts.at_venue[offer]
    return parts.share(had)
