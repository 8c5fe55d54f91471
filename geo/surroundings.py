"""Surroundings: what the ranking knows of a cluster beside its industry and its provision."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.assessment import Assessment
from geo.clusters import Clusters
from geo.skills import Known
from geo.specialisation import location_quotients
from geo.stability import Stability
from geo.voices import audiences_engaged, one_voice_share


def surroundings_of(
    assessment: Assessment, clusters: Clusters, rng: np.random.Generator
) -> pd.DataFrame:
    """Return specialisation and voices of every cluster.

    Returns
    -------
    Indexed like ``clusters.table``: ``location_quotient`` with ``_low`` and ``_high``,
    ``audiences_engaged``, ``one_voice_share``, ``one_voice_body``. NaN is not known.
    """
    register = assessment.model.register
    quotients = location_quotients(clusters, register.sites, register.area_employment, rng)
    engaged = audiences_engaged(
        clusters,
        register.sites,
        register.stakeholders,
        providers_near=_providers_near(assessment, clusters),
        schools=register.schools,
    )
    voice = one_voice_share(clusters, register.sites, register.memberships)
    return pd.concat([quotients, engaged, voice], axis=1)


def with_stability(surroundings: pd.DataFrame, stability: Stability) -> pd.DataFrame:
    """Return the surroundings with boundary stability; a cluster drawn by hand has none."""
    return surroundings.join(stability.table)


def _providers_near(assessment: Assessment, clusters: Clusters) -> pd.DataFrame:
    """Return ``cluster_id`` and ``provider`` of offers in time that are or could be delivered."""
    model, selection = assessment.model, assessment.selection
    pairs = model.pairs
    near = (selection.counted | selection.could)[pairs.offer] & (pairs.in_time == Known.YES)
    site, offer = model.units.site[pairs.unit[near]], pairs.offer[near]
    at = pd.DataFrame({"site": site, "offer": offer}).drop_duplicates()
    provider = model.register.venues["provider"].reindex(model.provision.offers["venue_id"])
    near_site = pd.DataFrame(
        {
            "site_id": model.register.sites.index.to_numpy()[at["site"]],
            "provider": provider.to_numpy(dtype=object)[at["offer"]],
        }
    )
    found = clusters.members.merge(near_site, on="site_id")
    return found[["cluster_id", "provider"]].dropna().drop_duplicates()
