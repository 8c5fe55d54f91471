"""The pilot's ranking: what could be delivered near a cluster, and the table that is stored."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from geo.analysis import coverage_table
from geo.assessment import assess
from geo.cluster_provision import unit_provision
from geo.clusters import ClusterClass, find_clusters
from geo.model import build_model
from geo.pilot import contenders_of, could_be_places, rank_scopes, ranking_of
from geo.scenario import make_scenario

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def parts(tables, register, scenario):
    """One anchor site of 4,000 employees, and pools that could be delivered near it."""
    offers = tables.offers(
        [
            {"venue_id": "v1", "programme_code": "P", "places_per_year": 10.0},
            {"venue_id": "v1", "programme_code": "Q", "status": "planned", "places_per_year": 6.0},
            {"venue_id": "v2", "programme_code": "Q", "status": "could_deliver"},
        ]
    )
    model = build_model(replace(register, offers=offers), scenario, as_of=TODAY)
    assessment = assess(model, model.select())
    clusters = find_clusters(model.register.sites, model.register.places, scenario.clusters)
    return model, assessment, clusters


def test_a_pool_counts_once_for_a_cluster(parts):
    found = could_be_places(*parts[1:])

    assert found["programme_code"].unique().tolist() == ["Q"]
    assert found["places"].dropna().tolist() == [6.0]
    assert not found.duplicated(["cluster_id", "programme_code", "pool"]).any()


def test_a_pool_that_delivers_already_could_not_deliver_more(tables, register, scenario, parts):
    _, _, clusters = parts
    shared = {"venue_id": "v1", "pool_id": "one"}
    offers = tables.offers(
        [
            {**shared, "programme_code": "P", "places_per_year": 10.0},
            {**shared, "programme_code": "Q", "status": "planned", "places_per_year": 10.0},
        ]
    )
    model = build_model(replace(register, offers=offers), scenario, as_of=TODAY)

    assert could_be_places(assess(model, model.select()), clusters).empty


def units_of(assessment):
    return pd.concat([coverage_table(assessment), unit_provision(assessment)], axis=1)


def test_the_ranking_has_a_row_a_cluster_with_what_explains_it(parts):
    model, assessment, clusters = parts
    contenders = contenders_of(assessment, clusters)

    _, _, table = ranking_of(units_of(assessment), could_be_places(*parts[1:]), contenders, model)

    assert table["cluster_id"].tolist() == clusters.table.index.tolist()
    assert table["rank"].tolist() == [1]
    [values] = table["values"]
    assert values["employment"] == pytest.approx(4400)
    assert values["boundary_stability"] > 0
    assert not any(pd.isna(value) for value in values.values())
    assert set(table["contributions"].iloc[0]) == {
        criterion.name for criterion in model.scenario.ranking.criteria
    }


def test_without_clusters_nothing_is_ranked(parts):
    model, assessment, _ = parts
    nowhere = find_clusters(
        model.register.sites.iloc[:0], model.register.places, model.scenario.clusters
    )
    contenders = contenders_of(assessment, nowhere)

    ranked = rank_scopes(
        assessment,
        units_of(assessment),
        could_be_places(assessment, nowhere),
        contenders,
        {"all": None},
    )

    assert ranked["all"].table.empty
    assert ranked["all"].robustness.verdict is None
    assert ranked["all"].shortlist == ()


def with_manual(register, scenario, *entries):
    """Return the small world assessed, with clusters of a user's own."""
    content = json.loads(scenario.content)
    model = build_model(
        register, make_scenario(content, {"manual_clusters": list(entries)}), as_of=TODAY
    )
    return assess(model, model.select())


def test_a_users_own_cluster_ranks_beside_those_found(register, scenario):
    assessment = with_manual(
        register,
        scenario,
        {"name": "North", "sites": ["s3", "s8", "s6"]},
        {"name": "All of it", "sites": ["s1", "s2", "s3"]},
    )
    sites, places = assessment.model.register.sites, assessment.model.register.places
    found = find_clusters(sites, places, assessment.model.scenario.clusters)
    contenders = contenders_of(assessment, found)
    could = pd.concat([could_be_places(assessment, one) for one in contenders.sets])

    ranked = rank_scopes(
        assessment, units_of(assessment), could, contenders, {"all": None, "P": "P"}
    )

    table = contenders.table
    assert table.loc["manual-north", "cluster_class"] == ClusterClass.MANUAL
    assert table.loc["manual-north", "employment"] == 250.0
    assert pd.isna(table.loc["manual-north", "boundary_stability"])
    assert table.loc["manual-all-of-it", "employment"] == 4500.0
    assert set(ranked["all"].table["cluster_id"]) == {
        "manual-north",
        "manual-all-of-it",
        *found.table.index,
    }
    # Those that were found stand as they would without the others.
    alone = contenders_of(with_manual(register, scenario), found)
    kept, _, _ = ranking_of(units_of(assessment), could, alone, assessment.model)
    scores = ranked["all"].table.set_index("cluster_id")["score"]
    assert scores[list(found.table.index)].to_dict() == kept.score.to_dict()
    assert contenders.manual_members["site_id"].tolist() == ["s1", "s2", "s3", "s3", "s6", "s8"]


def test_choosing_programmes_changes_no_draw(parts):
    _, assessment, clusters = parts
    contenders = contenders_of(assessment, clusters)
    arguments = (assessment, units_of(assessment), could_be_places(*parts[1:]), contenders)

    both = rank_scopes(*arguments, {"all": None, "P": "P", "Q": "Q"})
    one = rank_scopes(*arguments, {"Q": "Q"})

    pd.testing.assert_frame_equal(both["Q"].robustness.shares, one["Q"].robustness.shares)
    assert both["Q"].robustness.unchecked.equals(one["Q"].robustness.unchecked)
    assert not np.isinf(both["P"].worlds).any()
