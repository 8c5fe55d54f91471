"""Questions: each is in plain words, and says where its answer goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from geo.assessment import assess
from geo.claims import ClaimKind
from geo.model import build_model
from geo.questions import ask

TODAY = date(2026, 11, 24)


@pytest.fixture
def assessment(register, scenario, tables):
    demand = tables.demand([{"site_id": "s7", "programme_code": "P"}])
    sites = register.sites.assign(name="Main site")
    sites.loc["s7", "name"] = np.nan
    sites.loc["s7", "nation"] = None
    venues = register.venues.assign(provider=pd.Series({"v1": "A College"}))
    changed = replace(register, demand=demand, sites=sites, venues=venues)
    model = build_model(changed, scenario, as_of=TODAY)
    return assess(model, model.select())


@pytest.mark.parametrize(
    ("kind", "about", "table", "field", "question"),
    [
        (
            "status",
            0,
            "offers",
            "status",
            "Does A College, Venue v1 deliver P (P) by day release now?",
        ),
        (
            "offer_units",
            0,
            "offers",
            "units",
            "Which units of P (P) does A College, Venue v1 teach by day release?",
        ),
        (
            "silent",
            1,
            "venues",
            "offers",
            "What does Venue v2 deliver? No offer of it is recorded.",
        ),
        (
            "hosted",
            0,
            "sites",
            "units_hosted",
            "Which practical units can be learnt at Employer of s1, Main site?",
        ),
        (
            "journey",
            1,
            "travel_times",
            "travel_minutes",
            (
                "How many minutes does the journey from Employer of s1, Main site to Venue v2 "
                "take by car? Water lies between."
            ),
        ),
        ("demand", 6, "sites", "employees", "How many people work at Employer of s7, s7?"),
        (
            "demand",
            0,
            "sites",
            "technicians",
            "How many technicians does Employer of s1, Main site want to train a year?",
        ),
        ("unplaced_site", 5, "sites", "postcode", "Where is Employer of s6, Main site?"),
        ("unplaced_venue", 0, "venues", "postcode", "Where is A College, Venue v1?"),
    ],
)
def test_questions(assessment, kind, about, table, field, question):
    claims = pd.DataFrame({"kind": [kind], "about": [about], "score": [1.0]})

    [asked] = ask(assessment, claims).to_dict("records")

    assert (asked["table"], asked["field"], asked["question"]) == (table, field, question)
    assert asked["score"] == 1.0
    assert claims.columns.tolist() == ["kind", "about", "score"]


def test_a_blank_row_of_demand_is_asked_by_its_key(assessment):
    demand = assessment.model.demand
    unit = np.flatnonzero((demand["site_id"] == "s7") & (demand["programme_code"] == "P"))[0]
    claims = pd.DataFrame({"kind": [ClaimKind.STATED_DEMAND.value], "about": [unit]})

    [asked] = ask(assessment, claims).to_dict("records")

    assert asked["key"] == {"site_id": "s7", "programme_code": "P", "stream": "new_starters"}
    assert asked["question"] == "How many places a year does Employer of s7, s7 need in P (P)?"


def test_every_kind_of_claim_has_its_question(assessment):
    for kind in set(ClaimKind) - {ClaimKind.PLACES}:
        claims = pd.DataFrame({"kind": [kind.value], "about": [0]})
        if kind is ClaimKind.STATED_DEMAND:
            continue
        assert (
            ask(assessment, claims)["question"]
            .str.endswith(("?", "lies between.", "recorded."))
            .all()
        )
