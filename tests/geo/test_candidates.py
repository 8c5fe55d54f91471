"""Which sites of lists confirm which candidates."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from geo.candidates import SAME_NAME, SAME_NUMBER, ConfirmRules, match_candidates, name_key
from geo.errors import MissingColumnsError

RULES = ConfirmRules(
    same_company_number=True,
    same_name_and_postcode=True,
    most_companies_at_address=50,
    accounts_of_inactive=("DORMANT",),
)


def candidates(*rows):
    plain = {
        "employer": "Example Labs Limited",
        "company_number": "01234567",
        "postcode": "SG1 2NY",
        "accounts_category": "MICRO ENTITY",
        "companies_at_address": 3,
        "source": "Companies House",
    }
    table = pd.DataFrame([{"site_id": f"ch-{at}", **plain, **row} for at, row in enumerate(rows)])
    return table.astype({"companies_at_address": "Int64"})


def sites(*rows):
    plain = {"employer": "Other", "company_number": None, "postcode": None, "source": "A list"}
    return pd.DataFrame([{"site_id": f"S{at}", **plain, **row} for at, row in enumerate(rows)])


def match(some, listed, rules=RULES):
    found = match_candidates(some, listed, rules)
    return list(found.itertuples(index=False, name=None))


def test_a_site_with_the_company_number_confirms_wherever_it_stands():
    listed = sites({"company_number": "01234567", "postcode": "EH25 9RG"})

    assert match(candidates({}), listed) == [("ch-0", "S0", SAME_NUMBER, "")]


def test_a_formation_agents_address_does_not_keep_a_company_number_from_confirming():
    listed = sites({"company_number": "01234567"})

    assert match(candidates({"companies_at_address": 900}), listed)[0][3] == ""


def test_the_same_name_and_postcode_confirm_whatever_the_legal_form():
    listed = sites({"employer": "EXAMPLE LABS LTD.", "postcode": "SG1 2NY"})

    assert match(candidates({}), listed) == [("ch-0", "S0", SAME_NAME, "")]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"companies_at_address": 51}, "more than 50 companies at the postcode"),
        ({"companies_at_address": 50}, ""),
        ({"companies_at_address": pd.NA}, ""),
        ({"accounts_category": "DORMANT"}, "accounts: dormant"),
        ({"accounts_category": None}, ""),
    ],
)
def test_the_registered_office_alone_confirms_only_within_the_limits(row, why):
    listed = sites({"employer": "Example Labs", "postcode": "SG1 2NY"})

    assert match(candidates(row), listed) == [("ch-0", "S0", SAME_NAME, why)]


def test_two_companies_of_one_name_at_one_postcode_confirm_neither():
    listed = sites({"employer": "Example Labs", "postcode": "SG1 2NY"})

    found = match(candidates({}, {"company_number": "09999999"}), listed)

    assert [row[3] for row in found] == ["two companies of that name at that postcode"] * 2


def test_a_site_of_the_same_source_or_of_the_candidate_itself_confirms_nothing():
    own = {"company_number": "01234567"}

    assert match(candidates({}), sites(own | {"source": "Companies House"})) == []
    assert match(candidates({}), sites(own | {"site_id": "ch-0"})) == []


def test_blanks_are_no_agreement():
    listed = sites({"employer": "Example Labs"}, {"employer": None, "postcode": "SG1 2NY"})

    assert match(candidates({"postcode": None, "company_number": None}), listed) == []
    assert match(candidates({"employer": "Limited"}), sites({"employer": "Ltd"})) == []


def test_several_sites_of_one_company_each_confirm_it_and_each_pair_stands_once():
    same = {"company_number": "01234567", "employer": "Example Labs", "postcode": "SG1 2NY"}

    found = match(candidates({}), sites(same, same))

    assert found == [("ch-0", "S0", SAME_NUMBER, ""), ("ch-0", "S1", SAME_NUMBER, "")]


def test_rules_can_be_switched_off():
    listed = sites(
        {"company_number": "01234567", "employer": "Example Labs", "postcode": "SG1 2NY"}
    )

    assert (
        match(candidates({}), listed, replace(RULES, same_company_number=False))[0][2] == SAME_NAME
    )
    neither = replace(RULES, same_company_number=False, same_name_and_postcode=False)
    assert match(candidates({}), listed, neither) == []


def test_without_candidates_or_sites_nothing_matches():
    assert match(candidates({}).iloc[:0], sites({})) == []
    assert match(candidates({}), sites({}).iloc[:0]) == []


def test_a_missing_column_is_named():
    with pytest.raises(MissingColumnsError, match="source"):
        match_candidates(candidates({}).drop(columns="source"), sites({}), RULES)


def test_the_input_is_unchanged():
    some, listed = candidates({}), sites({"employer": "Example Labs", "postcode": "SG1 2NY"})
    before = some.copy(), listed.copy()

    match_candidates(some, listed, RULES)

    pd.testing.assert_frame_equal(some, before[0])
    pd.testing.assert_frame_equal(listed, before[1])


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Example (Holdings) P.L.C.", "EXAMPLE HOLDINGS"),
        ("The Example & Sons Company Limited", "EXAMPLE AND SONS"),
        ("O\u2019Example", "OEXAMPLE"),
        ("Limited Edition Labs Ltd", "EDITION LABS"),
        (None, ""),
    ],
)
def test_names_without_what_does_not_tell_them_apart(name, key):
    assert list(name_key(pd.Series([name], dtype="str"))) == [key]
