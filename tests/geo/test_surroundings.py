"""Surroundings: specialisation and voices of the clusters of a register."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from geo.assessment import assess
from geo.clusters import find_clusters
from geo.model import build_model
from geo.stability import Stability
from geo.surroundings import surroundings_of, with_stability

TODAY = date(2026, 11, 24)


def surroundings(register, scenario):
    model = build_model(register, scenario, as_of=TODAY)
    found = find_clusters(model.register.sites, model.register.places, scenario.clusters)
    assessment = assess(model, model.select())
    return surroundings_of(assessment, found, np.random.default_rng(1))


def test_nothing_recorded_is_not_known(register, scenario):
    found = surroundings(register, scenario)

    assert len(found) > 0
    for name in ("location_quotient", "audiences_engaged", "one_voice_share"):
        assert found[name].isna().all()


def test_a_provider_within_reach_is_heard(register, scenario):
    named = register.venues.assign(provider="A College")
    spoken = pd.DataFrame(
        [("a college", "providers", "supports")], columns=["organisation", "audience", "stance"]
    )

    found = surroundings(replace(register, venues=named, stakeholders=spoken), scenario)

    assert found["audiences_engaged"].tolist() == [1.0]


def test_a_cluster_that_was_not_shaken_has_no_stability(register, scenario):
    found = surroundings(register, scenario)
    nobody = pd.DataFrame(
        {"boundary_stability": [], "stability_label": []},
        index=pd.Index([], name="cluster_id", dtype="str"),
    )

    table = with_stability(found, Stability(nobody, np.zeros((0, 0), dtype=np.int32)))

    assert table["boundary_stability"].isna().all()
    assert list(table.index) == list(found.index)
