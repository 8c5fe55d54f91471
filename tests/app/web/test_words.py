"""Everything that a page may have to name has a name."""

from __future__ import annotations

from app.web.words import (
    CHAMPION_LEVELS,
    COMPONENTS,
    CRITERIA,
    GAP_EXPLANATIONS,
    GROUPINGS,
    LABELS,
    MODES,
    PRECISION,
    STREAMS,
    SUB_INDEXES,
    TIERS,
    criterion_words,
)
from geo.coverage import GROUPINGS as ALL_GROUPINGS
from geo.gaps import GapClass
from geo.quality import COMPONENTS as ALL_COMPONENTS
from geo.quality import QualityLabel
from geo.selection import Tier
from geo.types import Mode, PrecisionClass, Stream


def test_every_gap_class_is_explained():
    assert set(GAP_EXPLANATIONS) == set(GapClass)
    assert len(set(GAP_EXPLANATIONS.values())) == len(GapClass)


def test_every_criterion_and_sub_index_of_the_scenario_has_words(scenario):
    assert {one.name for one in scenario.ranking.criteria} == set(CRITERIA)
    assert {one.sub_index for one in scenario.ranking.criteria} == set(SUB_INDEXES)


def test_a_new_criterion_is_called_by_its_own_name():
    assert criterion_words("rail_access_minutes") == "Rail access minutes"


def test_every_level_of_a_champion_has_words():
    assert set(CHAMPION_LEVELS) == {0, 1, 2, 3, 4}


def test_everything_that_can_be_chosen_has_words():
    assert set(MODES) == set(Mode)
    assert set(TIERS) == set(Tier)
    assert set(STREAMS) == set(Stream)
    assert set(PRECISION) == set(PrecisionClass)
    assert set(LABELS) == set(QualityLabel)
    assert tuple(GROUPINGS) == ALL_GROUPINGS
    assert tuple(COMPONENTS) == ALL_COMPONENTS
