"""What the pages call things, for people who know the sector and not the method."""

from __future__ import annotations

from geo.gaps import GapClass
from geo.quality import QualityLabel
from geo.selection import Tier
from geo.types import Mode, Stream

GAP_EXPLANATIONS: dict[GapClass, str] = {
    GapClass.COVERED: "A venue within travel time delivers the programme, every part of it can be "
    "learnt, and there are enough places after sharing them with everyone else in reach.",
    GapClass.DELIVERED_NOT_GOOD: "It is delivered with enough places, but not well enough.",
    GapClass.DELIVERED_TOO_FEW_PLACES: "A venue within travel time delivers the programme, but "
    "its places do not go round. More places close the gap.",
    GapClass.DELIVERED_NO_VIABLE_COHORT: "It is delivered, but too few would start together.",
    GapClass.DELIVERED_SKILL_MISSING: "The programme is delivered within travel time, but a part "
    "of it can be learnt neither there nor at the site.",
    GapClass.COULD_BE_DELIVERED: "No venue within travel time delivers the programme, but one "
    "could, or plans to. Starting it there closes the gap.",
    GapClass.WRONG_PROGRAMME: "Venues within travel time deliver other programmes, not this one.",
    GapClass.NO_REACH: "Nothing that is known to be delivered lies within travel time.",
    GapClass.UNKNOWN: "Not covered by what is known, but it might be: an offer, a journey, the "
    "places or the demand is unknown. The first thing to find out.",
}

SUB_INDEXES: dict[str, str] = {
    "strength": "Strength of industry",
    "need": "Need for training",
    "feasibility": "Feasibility",
    "readiness": "Readiness",
}

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


MODES: dict[Mode, str] = {
    Mode.DAY_RELEASE: "Day release",
    Mode.EVENING: "Evening",
    Mode.BLOCK_DAILY: "Block, home each night",
    Mode.BLOCK_RESIDENTIAL: "Block, residential",
    Mode.BLENDED: "Blended, a campus day a month",
    Mode.E_LEARNING: "E-learning",
    Mode.WORKPLACE: "At the workplace",
    Mode.MENTORING: "Mentoring, remote",
    Mode.SUMMER_SCHOOL: "Summer school, residential",
}

TIERS: dict[Tier, str] = {
    Tier.ANY: "Delivered",
    Tier.VERIFIED: "Delivered, verified lately",
    Tier.GOOD: "Verified, and labelled good",
}

STREAMS: dict[Stream, str] = {
    Stream.NEW_STARTERS: "New starters",
    Stream.EXISTING_WORKFORCE: "Existing workforce",
}

LABELS: dict[QualityLabel, str] = {
    QualityLabel.GOOD: "Good",
    QualityLabel.NOT_GOOD: "Not good",
    QualityLabel.INSUFFICIENT_EVIDENCE: "Too little evidence",
}

GROUPINGS: dict[str, str] = {
    "nation": "Nation",
    "region": "Region",
    "authority": "Local authority",
    "cluster": "Cluster",
    "size": "Size of the employer",
    "segment": "Segment",
    "programme": "Programme",
    "stream": "Stream",
}

COMPONENTS: dict[str, str] = {
    "inspection": "Inspection",
    "achievement": "Achievement",
    "practical": "Practical units",
    "employer_view": "View of employers",
    "learner_view": "View of learners",
    "flexibility": "Flexibility",
}


def criterion_words(name: str) -> str:
    """Return a criterion in words; one that is new to the pages by its own name."""
    return CRITERIA.get(name, name.replace("_", " ").capitalize())
