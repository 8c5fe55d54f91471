"""Criteria of worlds: those of the ranking where all is as recorded, for every scope."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from geo.analysis import coverage_table
from geo.assessment import assess
from geo.cluster_provision import unit_provision
from geo.clusters import find_clusters
from geo.model import build_model
from geo.pilot import contenders_of, could_be_places, ranking_of
from geo.world_values import (
    UNCERTAIN,
    Membership,
    WorldValues,
    as_frames,
    joined,
    membership,
)
from geo.worlds import Worlds

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def parts(register, scenario):
    model = build_model(register, scenario, as_of=TODAY)
    assessment = assess(model, model.select())
    clusters = find_clusters(model.register.sites, model.register.places, scenario.clusters)
    return assessment, clusters


def members_of(assessment, clusters):
    sites = assessment.model.register.sites.index
    at = np.full(len(sites), -1)
    at[sites.get_indexer(pd.Index(clusters.members["site_id"]))] = clusters.table.index.get_indexer(
        pd.Index(clusters.members["cluster_id"])
    )
    return membership(at, len(clusters.table))


def test_the_recorded_world_has_the_values_of_the_ranking(parts):
    assessment, clusters = parts
    model = assessment.model
    contenders = contenders_of(assessment, clusters)
    coverage = pd.concat([coverage_table(assessment), unit_provision(assessment)], axis=1)
    could = could_be_places(assessment, clusters)
    values = WorldValues(model, assessment.selection)

    found = as_frames(
        values.values(Worlds(assessment).as_recorded(), members_of(assessment, clusters)),
        clusters.table.index,
    )

    assert len(clusters.table) > 0
    for scope, code in enumerate([None, *model.register.programmes.index]):
        mine = coverage if code is None else coverage[coverage["programme_code"] == code]
        pools = could if code is None else could[could["programme_code"] == code]
        _, expected, _ = ranking_of(mine, pools, contenders, model)
        pd.testing.assert_frame_equal(
            found[scope][list(UNCERTAIN)], expected[list(UNCERTAIN)], check_names=False
        )


def test_a_site_may_stand_in_several_clusters(parts):
    assessment, clusters = parts
    once = members_of(assessment, clusters)
    values = WorldValues(assessment.model, assessment.selection)
    world = Worlds(assessment).as_recorded()

    alone, twice = values.values(world, once), values.values(world, joined(once, once))

    for name in UNCERTAIN:
        np.testing.assert_allclose(twice[name], np.hstack([alone[name], alone[name]]))


def test_a_cluster_without_members_knows_nothing(parts):
    assessment, _ = parts
    nobody = Membership(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), 2)

    found = WorldValues(assessment.model, assessment.selection).values(
        Worlds(assessment).as_recorded(), nobody
    )

    assert found["employers"].max() == 0
    for name in ("employment", "gap_places_per_year", "gap_depth", "best_provision_score"):
        assert np.isnan(found[name]).all()


def test_a_pool_that_states_no_places_leaves_what_could_be_unknown(register, scenario, tables):
    offers = tables.offers(
        [
            {"venue_id": "v1", "programme_code": "Q", "places_per_year": 1.0},
            {"venue_id": "v1", "programme_code": "P", "status": "could_deliver"},
        ]
    )
    model = build_model(replace(register, offers=offers), scenario, as_of=TODAY)
    assessment = assess(model, model.select())
    clusters = find_clusters(model.register.sites, model.register.places, scenario.clusters)

    found = WorldValues(model, assessment.selection).values(
        Worlds(assessment).as_recorded(), members_of(assessment, clusters)
    )

    scope = 1 + list(model.register.programmes.index).index("P")
    assert found["gap_places_per_year"][scope, 0] > 0
    assert np.isnan(found["could_be_places_per_gap"][scope, 0])
