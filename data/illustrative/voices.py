"""Invented stakeholders, memberships and schools."""

from __future__ import annotations

import numpy as np

from illustrative.names import school_name
from illustrative.plan import Area
from illustrative.table import Row, chance, pick, some_day

AUDIENCES = (
    "employers and SMEs", "providers", "employees", "learners", "trade bodies", "societies",
    "schools",
)  # fmt: skip
_BODIES = (
    "Example Life Science Trade Association",
    "Example Small Firms Alliance",
    "Example Society of Technicians",
    "Example Regional Skills Partnership",
)
_ROUTES = ("working group", "survey", "regional meeting", "written consultation")
_STANCES = ("supports", "supports with conditions", "undecided", "not heard yet")
_OF_AUDIENCE = {
    "employees": "Example Technicians' Network",
    "learners": "Example Apprentice Voice",
    "trade bodies": "Example Trade Federation",
    "societies": "Example Learned Society",
}
_SECTIONS = ("England", "Scotland", "Wales", "Northern Ireland", "Early Careers")


def make_stakeholders(
    sites: list[Row], providers: list[Row], schools: list[Row], random: np.random.Generator
) -> list[Row]:
    """Return the rows of ``stakeholders``: all seven audiences."""
    employers = sorted({str(site["employer"]) for site in sites if not site["sensitive"]})
    named = {
        "employers and SMEs": employers[::28],
        "providers": [str(provider["name"]) for provider in providers][::9],
        "schools": [str(school["name"]) for school in schools][::9],
    }
    named |= {
        audience: [f"{name}, {section}" for section in _SECTIONS]
        for audience, name in _OF_AUDIENCE.items()
    }
    return [
        {
            "organisation": organisation,
            "audience": audience,
            "route": pick(random, _ROUTES),
            "stance": pick(random, _STANCES),
            "evidence": "Notes of the working group (invented)",
            "as_at": some_day(random),
        }
        for audience in AUDIENCES
        for organisation in named[audience]
    ]


def make_memberships(
    sites: list[Row], providers: list[Row], random: np.random.Generator
) -> list[Row]:
    """Return the rows of ``memberships``: a third of the employers, a quarter of the providers."""
    employers = sorted({str(site["employer"]) for site in sites})
    training = [str(provider["name"]) for provider in providers]
    members = [name for name in employers if chance(random, 1 / 3)]
    members += [name for name in training if chance(random, 1 / 4)]
    return [{"organisation": name, "body": pick(random, _BODIES)} for name in members]


def make_schools(areas: list[Area], random: np.random.Generator) -> list[Row]:
    """Return the rows of ``schools``: one in every town of some size."""
    rows: list[Row] = []
    for area in areas:
        if area.town and area.sites >= 2:
            leavers = int(random.integers(60, 240))
            science = int(leavers * random.uniform(0.15, 0.4))
            rows.append(
                {
                    "school_id": f"EX-E{len(rows) + 1:03d}",
                    "name": school_name(len(rows)),
                    "postcode": pick(random, area.town),
                    "leavers_per_year": leavers,
                    "science_leavers_per_year": science if chance(random, 0.8) else None,
                    "stage": pick(random, ("16", "18", "18")),
                }
            )
    return rows
