"""Plans of pilots, judged by live runs of the illustrative register."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path

import orjson
import pytest

from app.db.engine import reading, writing
from app.db.errors import NotFoundError
from app.services.plans import plan_answer, plan_item, record_plan
from app.services.ranking_answer import ranked_clusters
from app.services.rankings import read_stored
from etl.plan_file import read_plan_file
from geo.errors import InputError

NOW = datetime(2026, 11, 24, tzinfo=UTC)
SHIPPED = Path(__file__).parents[3] / "data" / "plans" / "pilot.toml"


@pytest.fixture
def plan():
    return asdict(read_plan_file(SHIPPED))


@pytest.fixture
def judged(demo_copy, plan):
    """Record the plan that ships, and return how it stands on some day."""
    with writing(demo_copy.engine) as connection:
        record = record_plan(connection, demo_copy.run, plan, now=NOW)

    def on(day):
        with reading(demo_copy.engine) as connection:
            return plan_answer(connection, replace(demo_copy.run, as_of=day), record)

    return on


def standings(parts):
    return [one["standing"] for one in parts]


def test_values_are_those_of_the_ranking(demo, judged):
    found = judged(demo.run.as_of)
    with reading(demo.engine) as connection:
        rows = ranked_clusters(read_stored(connection, demo.run, programme="HLA-ENG"))
        whole = ranked_clusters(read_stored(connection, demo.run, programme=None))
    of_programme, of_all = (
        next(one for one in some if one["cluster_id"] == found["cluster_id"])
        for some in (rows, whole)
    )

    assert found["outputs"][0]["value"] == of_programme["shortlist"]["places_delivered"]
    assert found["kpis"][0]["value"] == of_all["champion_level"] == 2
    assert found["kpis"][1]["value"] == of_all["values"]["gap_places_per_year"]
    assert found["run_id"] == demo.run.run_id


def test_it_stands_on_track_late_or_not_measurable(demo, judged):
    today, later = judged(demo.run.as_of), judged(date(2027, 9, 7))

    assert standings(today["milestones"]) == ["done", "late", "on_track"]
    assert standings(today["outputs"]) == ["on_track"] * 4
    assert standings(today["kpis"]) == ["on_track", "on_track", "not_measurable"]
    assert standings(later["milestones"]) == ["done", "late", "late"]
    assert standings(later["outputs"]) == ["late"] * 4
    assert later["kpis"][2]["value"] is None


def test_recorded_again_it_keeps_its_baselines(demo_copy, plan):
    with writing(demo_copy.engine) as connection:
        first = record_plan(connection, demo_copy.run, plan, now=NOW)
        plan["milestones"][1]["done_on"] = date(2026, 11, 20)
        later = replace(demo_copy.run, as_of=date(2027, 1, 1))
        second = record_plan(connection, later, plan, now=NOW)

    before, after = orjson.loads(first.document), orjson.loads(second.document)
    assert after["outputs"] == before["outputs"]
    assert after["kpis"][1] == before["kpis"][1]
    assert after["milestones"] != before["milestones"]
    assert plan_item(second) == plan_item(first)
    assert after["kpis"][2]["baseline_on"] == "2027-01-01"


def test_recorded_for_another_cluster_it_starts_anew(demo_copy, plan):
    with writing(demo_copy.engine) as connection:
        first = record_plan(connection, demo_copy.run, plan, now=NOW)
        other = plan | {"cluster_id": "cl-EX-S0107"}
        moved = replace(demo_copy.run, as_of=date(2026, 12, 1))
        second = record_plan(connection, moved, other, now=NOW)

    before, after = orjson.loads(first.document), orjson.loads(second.document)
    assert {one["baseline_on"] for one in after["outputs"]} == {"2026-12-01"}
    assert after["outputs"][0]["baseline"] != before["outputs"][0]["baseline"]


def test_a_target_that_was_due_before_its_kept_baseline_is_refused(demo_copy, plan):
    with writing(demo_copy.engine) as connection:
        record_plan(connection, demo_copy.run, plan, now=NOW)
        plan["outputs"][0]["due"] = date(2026, 10, 15)
        with pytest.raises(InputError, match="state its 'baseline'"):
            record_plan(connection, demo_copy.run, plan, now=NOW)


def test_a_run_without_the_cluster_can_measure_nothing(demo_copy, plan):
    with writing(demo_copy.engine) as connection:
        record = record_plan(connection, demo_copy.run, plan, now=NOW)
        moved = orjson.loads(record.document) | {"cluster_id": "cl-none"}
        record = replace(record, document=orjson.dumps(moved))
        found = plan_answer(connection, demo_copy.run, record)

    assert standings(found["outputs"] + found["kpis"]) == ["not_measurable"] * 7


def test_what_cannot_be_recorded_is_refused(demo_copy, plan):
    with writing(demo_copy.engine) as connection:
        for change, error, said in (
            ({"cluster_id": "cl-none"}, NotFoundError, "cl-none"),
            ({"name": "!"}, InputError, "no letter"),
            ({"kpis": [plan["kpis"][0] | {"measure": "joy"}]}, InputError, "no measure 'joy'"),
            ({"kpis": [plan["kpis"][0] | {"programme_code": "X"}]}, NotFoundError, "X"),
        ):
            with pytest.raises(error, match=said):
                record_plan(connection, demo_copy.run, plan | change, now=NOW)
        late = replace(demo_copy.run, as_of=date(2030, 1, 1))
        with pytest.raises(InputError, match="state its 'baseline'"):
            record_plan(connection, late, plan, now=NOW)
