"""The pilot's ranking: what could be delivered near a cluster, and the table that is stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from geo.analysis import coverage_table
from geo.assessment import assess
from geo.cluster_provision import unit_provision
from geo.clusters import find_clusters
from geo.model import build_model
from geo.pilot import could_be_places, ranking_of

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


def test_the_ranking_has_a_row_a_cluster_with_what_explains_it(parts):
    model, assessment, clusters = parts
    coverage = pd.concat([coverage_table(assessment), unit_provision(assessment)], axis=1)

    table = ranking_of(coverage, could_be_places(*parts[1:]), clusters, model)

    assert table["cluster_id"].tolist() == clusters.table.index.tolist()
    assert table["rank"].tolist() == [1]
    [values] = table["values"]
    assert values["employment"] == pytest.approx(4400)
    assert not any(pd.isna(value) for value in values.values())
    assert set(table["contributions"].iloc[0]) == {
        criterion.name for criterion in model.scenario.ranking.criteria
    }


def test_without_clusters_nothing_is_ranked(parts):
    model, assessment, _ = parts
    nowhere = find_clusters(
        model.register.sites.iloc[:0], model.register.places, model.scenario.clusters
    )
    coverage = pd.concat([coverage_table(assessment), unit_provision(assessment)], axis=1)

    table = ranking_of(coverage, could_be_places(assessment, nowhere), nowhere, model)

    assert table.empty
