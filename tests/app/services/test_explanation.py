"""Explanations of sites: what the run stored of them, and of which may be shown."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import sqlalchemy as sa

from app.db.engine import reading, writing
from app.db.errors import NotFoundError
from app.db.runs import read_coverage
from app.services.explanation import (
    REGISTER_CHANGED,
    RELEASE_CHANGED,
    explain_site,
    find_remedy,
)


@pytest.fixture
def unit(demo):
    """Return a site and programme that has too few places and may be shown."""
    with reading(demo.engine) as connection:
        rows = read_coverage(connection, demo.run.run_id, programme_code=None)
        hidden = set(connection.scalars(sa.text("SELECT site_id FROM sites WHERE sensitive")))
    short = rows[(rows["gap_class"] == "could_be_delivered") & ~rows["site_id"].isin(hidden)]
    return {"site_id": short["site_id"].iloc[0], "programme": short["programme_code"].iloc[0]}


@pytest.mark.slow
def test_a_site_is_explained_by_what_the_run_stored(demo, unit):
    with reading(demo.engine) as connection:
        found = explain_site(connection, demo.run, **unit)
    assert found.site_id == unit["site_id"]
    assert found.coverage["gap_class"] == "could_be_delivered"


@pytest.mark.slow
def test_sites_that_may_not_be_shown_or_are_not_there_are_no_sites(demo, unit):
    with reading(demo.engine) as connection:
        [hidden, *_] = connection.scalars(sa.text("SELECT site_id FROM sites WHERE sensitive"))
        for site_id in (hidden, "nowhere"):
            with pytest.raises(NotFoundError, match="No site has the id"):
                explain_site(
                    connection,
                    demo.run,
                    **unit | {"site_id": site_id},
                )


@pytest.mark.slow
def test_unmet_is_what_is_short_and_unknown_where_something_is(demo, unit):
    with reading(demo.engine) as connection:
        found = explain_site(connection, demo.run, **unit)
    short = replace(found, coverage={"demand": 5.0, "places_available": 2.0})
    assert short.unmet == 3.0
    assert replace(found, coverage={"demand": 1.0, "places_available": 2.0}).unmet == 0.0
    assert math.isnan(replace(found, coverage={"demand": math.nan, "places_available": 2.0}).unmet)


@pytest.mark.slow
def test_what_would_close_a_gap_is_recomputed(demo, unit):
    with reading(demo.engine) as connection:
        found = find_remedy(connection, demo.run, demo.reference, **unit)

    assert found.note is None
    assert found.counterfactual.gap_class == "could_be_delivered"
    assert found.counterfactual.closed


@pytest.mark.slow
def test_of_another_release_nothing_is_recomputed(demo, unit):
    with reading(demo.engine) as connection:
        older = replace(demo.run, code_version="another")
        found = find_remedy(connection, older, demo.reference, **unit)

    assert (found.counterfactual, found.note) == (None, RELEASE_CHANGED)


@pytest.mark.slow
def test_of_a_register_that_has_changed_nothing_is_recomputed(demo_copy, unit):
    with writing(demo_copy.engine) as connection:
        connection.execute(sa.text("UPDATE offers SET places_per_year = 1"))
    with reading(demo_copy.engine) as connection:
        found = find_remedy(connection, demo_copy.run, demo_copy.reference, **unit)

    assert (found.counterfactual, found.note) == (None, REGISTER_CHANGED)


@pytest.mark.slow
def test_no_remedy_tells_of_a_site_that_may_not_be_shown(demo, unit):
    with reading(demo.engine) as connection:
        [hidden, *_] = connection.scalars(sa.text("SELECT site_id FROM sites WHERE sensitive"))
        with pytest.raises(NotFoundError, match="No site has the id"):
            find_remedy(connection, demo.run, demo.reference, **unit | {"site_id": hidden})


@pytest.mark.slow
def test_where_the_first_class_is_not_the_stored_one_nothing_is_said(demo_copy, unit):
    with writing(demo_copy.engine) as connection:
        connection.execute(
            sa.text(
                "UPDATE run_coverage SET gap_class = 'no_reach' "
                "WHERE site_id = :site_id AND programme_code = :programme"
            ),
            unit,
        )
    with reading(demo_copy.engine) as connection:
        found = find_remedy(connection, demo_copy.run, demo_copy.reference, **unit)

    assert (found.counterfactual, found.note) == (None, RELEASE_CHANGED)


@pytest.mark.slow
def test_a_covered_site_needs_nothing(demo):
    with reading(demo.engine) as connection:
        rows = read_coverage(connection, demo.run.run_id, programme_code=None)
        hidden = set(connection.scalars(sa.text("SELECT site_id FROM sites WHERE sensitive")))
        covered = rows[(rows["gap_class"] == "covered") & ~rows["site_id"].isin(hidden)].iloc[0]
        found = find_remedy(
            connection,
            demo.run,
            demo.reference,
            site_id=covered["site_id"],
            programme=covered["programme_code"],
        )

    assert found.counterfactual.closed
    assert found.counterfactual.steps == ()
