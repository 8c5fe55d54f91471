"""Scenarios: complete, checked, and the same content the same id."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import ScenarioError
from geo.scenario import Criterion, make_scenario


def test_the_default_scenario_holds_the_published_defaults(scenario):
    # B = 60 h, detour 1.3 and 5 minutes, technicians 0.25, A4 at 0.8.
    assert scenario.tolerance.budget_hours == 60
    assert (scenario.travel.detour_factor, scenario.travel.fixed_minutes) == (1.3, 5)
    assert (scenario.demand.technician_share, scenario.demand.recruitment_rate) == (0.25, 0.047)
    assert scenario.gaps.enough_places_ratio == 0.8


def test_the_weights_of_the_ranking_sum_to_one_in_four_sub_indices(scenario):
    # Sub-indices: strength .35, need .20, feasibility .25, readiness .20.
    sums = {}
    for criterion in scenario.ranking.criteria:
        sums[criterion.sub_index] = sums.get(criterion.sub_index, 0) + criterion.weight

    assert sums == pytest.approx(
        {"strength": 0.35, "need": 0.20, "feasibility": 0.25, "readiness": 0.20}
    )


def test_weights_and_goalposts_are_shown_as_assumptions(scenario):
    shown = {one.name: one for one in scenario.assumptions}

    for criterion in scenario.ranking.criteria:
        for part in ("weight", "worst", "best"):
            one = shown[f"ranking.criteria.{criterion.name}.{part}"]
            assert one.value == getattr(criterion, part)
        assert criterion.scaling in one.unit


def test_a_change_is_an_assumption_unless_it_names_its_source(default_content):
    silent = make_scenario(default_content, {"travel": {"sigma_minutes": {"value": 9}}})
    sourced = make_scenario(
        default_content, {"travel": {"sigma_minutes": {"value": 9, "source": "a survey"}}}
    )

    def sources(scenario):
        return {p.name: p.source for p in scenario.parameters}["travel.sigma_minutes"]

    assert (sources(silent), sources(sourced)) == ("assumption", "a survey")
    assert silent.travel.sigma_minutes == 9
    assert "travel.sigma_minutes" in {p.name for p in silent.assumptions}
    assert "travel.sigma_minutes" not in {p.name for p in sourced.assumptions}


def test_the_id_depends_on_the_content_and_on_nothing_else(default_content):
    def backwards(table):
        return {
            key: backwards(value) if isinstance(value, dict) else value
            for key, value in reversed(list(table.items()))
        }

    first = make_scenario(default_content)
    changed = make_scenario(default_content, {"tolerance": {"budget_hours": {"value": 61}}})

    assert make_scenario(backwards(default_content)).scenario_id == first.scenario_id
    assert changed.scenario_id != first.scenario_id
    assert len(first.scenario_id) == 16
    assert int(first.scenario_id, 16) >= 0


def test_making_a_scenario_leaves_its_inputs_alone(default_content):
    before = copy.deepcopy(default_content)
    changes = {"tolerance": {"budget_hours": {"value": 30}}}

    make_scenario(default_content, changes)

    assert default_content == before
    assert changes == {"tolerance": {"budget_hours": {"value": 30}}}


@given(hours=st.floats(0, 1e6))
def test_any_budget_from_zero_is_taken_as_it_is(default_content, hours):
    changes = {"tolerance": {"budget_hours": {"value": hours}}}

    assert make_scenario(default_content, changes).tolerance.budget_hours == hours


def value(number):
    return {"value": number}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tolerence": {}}, "no parameter 'tolerence'; here it may name changes"),
        ({"tolerance": {"budget": value(1)}}, "no parameter 'tolerance.budget'"),
        ({"tolerance": {"budget_hours": 30}}, "'tolerance.budget_hours' must be a table"),
        ({"tolerance": {"budget_hours": value("30")}}, "is '30'; give a number"),
        ({"tolerance": {"budget_hours": {"value": True}}}, "is True; give a number"),
        ({"tolerance": {"budget_hours": value(-1)}}, "is -1; give a number from 0"),
        ({"tolerance": {"budget_hours": value(float("nan"))}}, "give a number from 0"),
        ({"tolerance": {"budget_hours": value(float("inf"))}}, "give a number from 0"),
        ({"travel": {"detour_factor": value(0.9)}}, "is 0.9; give a number from 1"),
        ({"travel": {"detour_factor": {"value": 0.9, "low": 0}}}, "is fixed by the default"),
        ({"travel": {"dense_postcodes": value(499)}}, "below 'travel.medium_postcodes' at 500"),
        ({"demand": {"technician_share": value(0.5)}}, "0.5, outside its own range 0.15 to 0.35"),
        ({"seed": 1.5}, "'seed' of a scenario is 1.5"),
        ({"seed": "x"}, "'seed' of a scenario is 'x'"),
        ({"name": " "}, "'name' of a scenario is ' '"),
        ({"ranking": {"criteria": {"lq": {"weight": 1}}}}, "no parameter 'ranking.criteria.lq'"),
        ({"ranking": {"criteria": {"employers": {"weight": -1}}}}, "weight of 'employers' is -1"),
        ({"ranking": {"criteria": {"employers": {"weight": "1"}}}}, "'employers' is '1'"),
        (
            {"ranking": {"criteria": {"employers": {"weight": float("inf")}}}},
            "weight of 'employers' is inf",
        ),
        ({"ranking": {"criteria": {"employers": {"best": 5}}}}, "'employers' coincide at 5"),
        ({"ranking": {"criteria": {"employers": {"worst": 0}}}}, "must be above 0 to scale by log"),
        ({"ranking": {"criteria": {"employers": {"scaling": "ln"}}}}, "give 'linear' or 'log'"),
    ],
)
def test_a_wrong_change_is_refused_by_name(default_content, changes, words):
    with pytest.raises(ScenarioError, match=words):
        make_scenario(default_content, changes)


SOUND = {
    "name": "k",
    "sub_index": "test",
    "weight": 0.5,
    "worst": 1,
    "best": 2,
    "scaling": "log",
    "source": "assumption",
}


@pytest.mark.parametrize(
    ("part", "wrong", "words"),
    [
        ("weight", -0.01, "weight of 'k' is -0.01; give 0 or more"),
        ("weight", float("nan"), "weight of 'k' is nan; give a number"),
        ("weight", True, "weight of 'k' is True; give a number"),
        ("weight", None, "weight of 'k' is None; give a number"),
        ("worst", 2, "goalposts of 'k' coincide at 2; set them apart"),
        ("worst", float("-inf"), "worst of 'k' is -inf; give a number"),
        ("best", float("nan"), "best of 'k' is nan; give a number"),
        ("best", "2", "best of 'k' is '2'; give a number"),
        ("best", -2, "goalposts of 'k' must be above 0 to scale by log"),
        ("scaling", "", "scaling of 'k' is ''; give 'linear' or 'log'"),
    ],
)
def test_a_criterion_that_cannot_be_scaled_or_weighed_is_refused(part, wrong, words):
    assert Criterion(**SOUND).weight == 0.5
    with pytest.raises(ScenarioError, match=words):
        Criterion(**{**SOUND, part: wrong})


def test_weights_need_not_sum_to_one_and_may_be_zero(default_content):
    changes = {"ranking": {"criteria": {"employers": {"weight": 7}, "employment": {"weight": 0}}}}

    criteria = {c.name: c for c in make_scenario(default_content, changes).ranking.criteria}

    assert (criteria["employers"].weight, criteria["employment"].weight) == (7, 0)


def test_weights_that_are_all_zero_rank_nothing(default_content):
    criteria = {name: {"weight": 0} for name in default_content["ranking"]["criteria"]}

    with pytest.raises(ScenarioError, match="All weights of the ranking are 0"):
        make_scenario(default_content, {"ranking": {"criteria": criteria}})


@pytest.mark.parametrize("section", ["name", "seed", "travel", "gaps", "ranking"])
def test_a_default_that_lacks_a_section_is_refused(default_content, section):
    short = {name: part for name, part in default_content.items() if name != section}

    with pytest.raises(ScenarioError, match=f"lacks the section '{section}'"):
        make_scenario(short)


def test_a_default_that_lacks_a_parameter_or_has_another_is_refused(default_content):
    gaps = {"enough_places_ratio": default_content["gaps"]["enough_places_ratio"], "x": value(1)}

    with pytest.raises(ScenarioError, match="'gaps': unknown x; missing unknown_offer_minutes"):
        make_scenario({**default_content, "gaps": gaps})
    with pytest.raises(ScenarioError, match="has no section 'extra'"):
        make_scenario({**default_content, "extra": {}})


def test_every_parameter_has_a_unit_and_a_source(scenario):
    names = [parameter.name for parameter in scenario.parameters]

    assert names == sorted(set(names))
    assert "tolerance.budget_hours" in names
    assert "ranking.criteria.employment.weight" in names
    assert all(parameter.unit and parameter.source for parameter in scenario.parameters)
    # Haynes et al. (2006) measured it: no assumption of ours.
    assert "travel.sigma_minutes" not in {p.name for p in scenario.assumptions}


def test_weights_that_are_changed_are_no_longer_those_that_were_agreed(default_content):
    changed = {"ranking": {"criteria": {"employers": {"weight": 7}}}}
    named = {"name": "group", "owner": "the group", "dated": "2026-11-24", "version": "2"}

    silent = make_scenario(default_content, changed).ranking.weight_set
    own = make_scenario(
        default_content, {"ranking": changed["ranking"] | {"weight_set": named}}
    ).ranking.weight_set

    assert make_scenario(default_content).ranking.weight_set.name == "default"
    assert (silent.name, silent.owner) == ("unnamed", "nobody named")
    assert own.entry() == named
    with pytest.raises(ScenarioError, match="see to 'owner'"):
        make_scenario(default_content, {"ranking": {"weight_set": {"owner": 3}}})
