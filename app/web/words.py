"""What the pages call things, for people who know the sector and not the method."""

from __future__ import annotations

from app.services.criterion_words import CHAMPION_LEVELS, CRITERIA, criterion_words
from geo.gaps import GapClass
from geo.quality import QualityLabel
from geo.selection import Tier
from geo.types import Mode, PrecisionClass, Stream

__all__ = [
    "CHAMPION_LEVELS",
    "COMPONENTS",
    "CRITERIA",
    "GAP_EXPLANATIONS",
    "GROUPINGS",
    "LABELS",
    "MODES",
    "PRECISION",
    "STREAMS",
    "SUB_INDEXES",
    "TIERS",
    "criterion_words",
]

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

PRECISION: dict[PrecisionClass, str] = {
    PrecisionClass.EXACT: "Exact",
    PrecisionClass.POSTCODE_UNIT: "Postcode",
    PrecisionClass.POSTCODE_SHARED: "Postcode that others share",
    PrecisionClass.POSTCODE_SECTOR: "Postcode sector",
    PrecisionClass.TOWN: "Town",
    PrecisionClass.REGISTERED_OFFICE: "Registered office",
    PrecisionClass.UNKNOWN: "Unknown",
}

MEASURES: dict[str, str] = {
    "places_delivered": "Places delivered a year within reach",
    "places_could_be": "Places that could be delivered",
    "starters_expected": "Starters expected a year",
    "starters_short": "Starters lacking for a cohort",
}

STANDINGS: dict[str, str] = {
    "done": "Done",
    "on_track": "On track",
    "late": "Late",
    "not_measurable": "Not measurable",
}

SPECIALISATIONS: dict[str | None, str] = {
    "highly_specialised": "highly specialised",
    "specialised": "specialised",
    "not_specialised": "not specialised",
    None: "not known",
}
