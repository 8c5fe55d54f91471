"""Plans as they are written down: read whole, or refused with what to correct."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from etl.errors import SourceError
from etl.plan_file import PLACES_DELIVERED, PlanMilestone, PlanTarget, read_plan_file

SHIPPED = Path(__file__).parents[2] / "data" / "plans" / "pilot.toml"
TEXT = """
name = "A pilot"
cluster_id = "cl-1"
starts_on = 2026-09-01
[[milestones]]
name = "A mentor is named"
due = 2026-10-30
[[outputs]]
programme_code = "P"
places_per_year = 12
due = 2027-09-01
[[kpis]]
measure = "champion_level"
target = 4
due = 2027-06-30
baseline = 1
"""


@pytest.fixture
def read(tmp_path):
    def write_and_read(text):
        path = tmp_path / "plan.toml"
        path.write_text(text, encoding="utf-8")
        return read_plan_file(path)

    return write_and_read


def test_a_plan_is_read(read):
    found = read(TEXT)

    assert (found.name, found.cluster_id, found.starts_on) == (
        "A pilot",
        "cl-1",
        date(2026, 9, 1),
    )
    assert found.milestones == (PlanMilestone("A mentor is named", date(2026, 10, 30), None),)
    assert found.outputs == (PlanTarget(PLACES_DELIVERED, "P", 12.0, date(2027, 9, 1), None),)
    assert found.kpis == (PlanTarget("champion_level", None, 4.0, date(2027, 6, 30), 1.0),)


def test_the_one_that_ships_has_the_four_programmes():
    assert [one.programme_code for one in read_plan_file(SHIPPED).outputs] == [
        "HLA-ENG",
        "ALA-ENG",
        "FDG-UK",
        "BIO-UK",
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("due = 2027-06-30", "due = 2026-09-01", "not after the start"),
        ("target = 4", 'target = "four"', "give a number"),
        ("target = 4", "target = inf", "give a number"),
        ("target = 4", "target = true", "give a number"),
        ("baseline = 1", "base = 1", "names 'base'"),
        ("[[kpis]]", "[kpis]", r"under \[\[kpis\]\]"),
        ('measure = "champion_level"', "", "lacks 'measure'"),
        ('"A mentor is named"', '"Ask jo@example.org"', "e-mail address"),
        (
            'measure = "champion_level"',
            'measure = "places_delivered"\nprogramme_code = "P"',
            "'places_delivered of P' twice",
        ),
        (
            "[[outputs]]",
            '[[milestones]]\nname = "A mentor is named"\ndue = 2027-01-01\n[[outputs]]',
            "twice",
        ),
    ],
)
def test_what_cannot_be_used_is_refused(read, old, new, said):
    with pytest.raises(SourceError, match=said):
        read(TEXT.replace(old, new))
