"""What the criteria of the ranking are called, and what would have to change, in sentences."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

CRITERIA: dict[str, str] = {
    "employment": "People employed",
    "location_quotient": "Specialisation (location quotient)",
    "employers": "Employers",
    "small_firm_share": "Share of small firms",
    "boundary_stability": "Stability of the boundary",
    "gap_places_per_year": "Places missing a year",
    "gap_depth": "Depth of the gap",
    "share_without_good_provision": "Share without good provision",
    "could_be_places_per_gap": "Places that could be delivered, per place missing",
    "best_provision_score": "Best provision within reach",
    "viable_cohort_probability": "Likelihood of a viable cohort",
    "practical_skill_cover": "Cover of practical skills",
    "champion_level": "Level of the champion",
    "audiences_engaged": "Audiences engaged",
    "one_voice_share": "Share that speaks with one voice",
}

CHAMPION_LEVELS: dict[int, str] = {
    0: "no champion",
    1: "a champion is named",
    2: "early indication",
    3: "written, with places stated",
    4: "resourced, with a mentor",
}

_SHARES = (
    "small_firm_share",
    "boundary_stability",
    "gap_depth",
    "share_without_good_provision",
    "could_be_places_per_gap",
    "best_provision_score",
    "viable_cohort_probability",
    "practical_skill_cover",
    "one_voice_share",
)


def criterion_words(name: str) -> str:
    """Return a criterion in words; one that is new here by its own name."""
    return CRITERIA.get(name, name.replace("_", " ").capitalize())


def quantity(criterion: str, value: float) -> str:
    """Return a value of a criterion as it is read out."""
    if criterion in _SHARES:
        return f"{value:.2f}"
    return f"{value:,.1f}" if value < 10 and value != math.floor(value) else f"{value:,.0f}"


def next_if_sentence(change: Mapping[str, Any], leader: str | None) -> str:
    """Return what would make a cluster lead, in a sentence.

    Parameters
    ----------
    change
        The fields of :class:`geo.next_if.NextIf`.
    leader
        Name of the leader; None if there is none.
    """
    parts = []
    if change["champion_level"] is not None:
        level = int(change["champion_level"])
        parts.append(f"it had a champion of level {level} ({CHAMPION_LEVELS[level]})")
    if change["criterion"] is not None:
        parts.append(_turned_out(change["criterion"], change["value"], change["needed"]))
    if change["short_of"] > 1e-12 and change["criterion"] is None:
        first = f"Even if {parts[0]}, no" if parts else "No"
        return (
            f"{first} single change that can be worked on lifts it to {leader}: it lacks "
            f"{change['short_of']:.3f} of score."
        )
    verb = "lead instead of" if change["short_of"] < 0 else "draw level with"
    whose = f"it would {verb} {leader}" if leader else "it could lead"
    return f"Next, if {' and '.join(parts)}: {whose}." if parts else f"It ties with {leader}."


def _turned_out(criterion: str, value: float | None, needed: float) -> str:
    name = criterion_words(criterion)
    name = name[0].lower() + name[1:]
    target = quantity(criterion, needed)
    if value is None:
        return f"{name}, not known yet, turned out to be {target}"
    return f"{name} became {target} (now {quantity(criterion, value)})"
