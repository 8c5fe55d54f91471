"""What the columns of Ofsted's tables are."""

from __future__ import annotations

import pytest
from public_samples import ofsted as samples

from etl.sources.ofsted_columns import (
    FOUR_POINT_AREAS,
    SCHEMES,
    WHOLE_PROVIDER_AREAS,
    TableKind,
    find_roles,
)
from geo.inspection import WHOLE_PROVIDER


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        (samples.UNDERLYING, TableKind.FOUR_POINT),
        (samples.MONTHLY, TableKind.FOUR_POINT),
        (samples.CARDS, TableKind.REPORT_CARDS),
        (samples.VISITS, TableKind.MONITORING),
        (samples.THEMES, TableKind.MONITORING),
        (samples.LIST, TableKind.LAST_FOUR_POINT),
        (["Provider UKPRN", "Overall effectiveness"], TableKind.FOUR_POINT),
        (["Provider UKPRN", "Adult learning - achievement"], TableKind.REPORT_CARDS),
    ],
)
def test_the_columns_tell_the_kind_of_table(columns, kind):
    assert find_roles(columns).kind is kind


@pytest.mark.parametrize(
    "columns",
    [
        ["Provider UKPRN", "Provider name"],
        ["Overall effectiveness"],
        ["provider_ukprn", "Achievement rate"],
        ["Provider UKPRN", "Contribution to meeting skills needs"],
        [],
    ],
)
def test_other_tables_tell_nothing_of_inspections(columns):
    assert find_roles(columns) is None


def test_a_colleges_contribution_is_a_grade_on_report_cards_only():
    assert "contribution to meeting skills needs" in find_roles(samples.CARDS).areas
    for columns in (samples.MONTHLY, samples.LIST):
        assert "contribution to meeting skills needs" not in find_roles(columns).areas


def test_twelve_areas_of_provision_and_three_of_the_whole_are_on_a_report_card():
    assert len(find_roles(samples.CARDS).areas) == 15


def test_earlier_inspections_and_copies_are_no_areas():
    roles = find_roles(samples.MONTHLY)

    assert dict(roles.areas) == {
        "apprenticeships": "Apprenticeships",
        "behaviour and attitudes": "Behaviour and attitudes",
        "leadership and management": "Effectiveness of leadership and management",
        "overall effectiveness": "Overall effectiveness",
        "personal development": "Personal development",
        "quality of education": "Quality of education",
    }
    assert roles.safeguarding == "Is safeguarding effective?"
    assert roles.day == "Last day of Inspection"


def test_the_list_of_providers_says_what_came_before_the_report_cards():
    roles = find_roles(samples.LIST)

    assert roles.areas["overall effectiveness"] == "Latest overall effectiveness before renewed EIF"
    assert roles.safeguarding == "Latest safeguarding before renewed EIF"
    assert roles.day == "First day of inspection of latest inspection before renewed EIF"
    assert roles.renewed.startswith("Has the provider received a full inspection")


def test_areas_stand_in_the_same_order_whatever_that_of_the_columns():
    assert list(find_roles(samples.CARDS).areas) == list(find_roles(samples.CARDS[::-1]).areas)


def test_the_areas_of_the_whole_provider_are_those_that_the_analysis_uses():
    assert set(WHOLE_PROVIDER_AREAS) <= set(WHOLE_PROVIDER)
    assert "overall effectiveness" in set(FOUR_POINT_AREAS.values()) & set(WHOLE_PROVIDER)


def test_every_table_with_grades_has_one_scheme():
    assert set(SCHEMES) == set(TableKind) - {TableKind.MONITORING}
