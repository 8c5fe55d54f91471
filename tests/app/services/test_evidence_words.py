"""The words for whose word counts."""

from __future__ import annotations

from app.db.precedence import Strength
from app.services.evidence_words import ASSUMPTION, RULE, STRENGTHS, strength_name


def test_every_strength_has_words_the_strongest_first():
    assert list(STRENGTHS) == sorted(Strength, reverse=True)
    assert len(set(STRENGTHS.values())) == len(Strength)


def test_the_rule_names_what_decides_in_its_order():
    decides = ("stronger source", "later day", "retrieved later", "loaded later")

    assert [RULE.index(words) for words in decides] == sorted(map(RULE.index, decides))
    assert "assumption" in ASSUMPTION


def test_a_strength_has_a_name_and_that_of_an_earlier_release_is_unknown():
    assert [strength_name(5), strength_name(None)] == ["own", "unknown"]
