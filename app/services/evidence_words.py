"""The rule by which one source's word counts before another's, for people."""

from __future__ import annotations

from app.db.precedence import Strength

RULE = (
    "Where sources say different things of a field, the word of the stronger source counts; of "
    "equally strong ones, what holds for the later day, no day counting as the oldest; then what "
    "was retrieved later; then what was loaded later. Fields that only mean something together, "
    "such as a grade and its day, come from the same source. What does not count stays beside it."
)

STRENGTHS: dict[Strength, str] = {
    Strength.OWN: "A list that users of the register keep or have checked themselves.",
    Strength.REGISTER: "A register kept by law.",
    Strength.STATISTICS: "Official statistics, and results of inspections.",
    Strength.LISTED: "What an organisation says of itself in a listing that nobody checks.",
    Strength.SUGGESTED: "Derived by us, such as from the industry codes of a company.",
}
"""What each strength means, the strongest first."""

ASSUMPTION = (
    "The order of strengths is an assumption of ours: no published order of these sources exists."
)

OPEN_GOVERNMENT = ("OGL", "Open Government Licence")
"""How the names of that licence begin, in the words of the sources."""

OPEN_GOVERNMENT_WORDS = (
    "Contains public sector information licensed under the Open Government Licence v3.0."
)


def strength_name(strength: int | None) -> str:
    """Return a strength as a word; that of a load of an earlier release is not known."""
    return "unknown" if strength is None else Strength(strength).name.lower()
