"""How firmly a ranking stands, and what a meeting decides by, as the page shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.services.rankings import StoredRanking
from app.web.words import CHAMPION_LEVELS, criterion_words
from geo.robustness import Verdict
from geo.shortlist import CHAMPION, PLACES, STARTERS

_MOST_INFLUENCE = 6
_MOST_SHOWN = 12
_NO_WEIGHTS = "no weights do it"


@dataclass(frozen=True, slots=True)
class ShortlistLine:
    """What decides a meeting about one cluster."""

    cluster_id: str
    name: str
    rank: int
    champion: str
    support_needed: str
    starters: str
    pooling: str
    places_delivered: float | None
    places_could_be: float | None
    lacks: str
    p_rank_1: float
    rank_low: int
    rank_high: int
    flip: str
    next_if: str
    tied: bool


@dataclass(frozen=True, slots=True)
class FactLine:
    """A fact that could change the leader."""

    cluster: str
    criterion: str
    known: bool
    changes_leader: float


@dataclass(frozen=True, slots=True)
class InfluenceLine:
    """The ranking without one criterion."""

    criterion: str
    leader: str
    leader_changes: bool
    largest_shift: float


@dataclass(frozen=True, slots=True)
class RankingPage:
    """Everything that the page says beside the scores."""

    verdict: str
    shortlist: tuple[ShortlistLine, ...]
    facts: tuple[FactLine, ...]
    influence: tuple[InfluenceLine, ...]
    draws: int
    clusters: int


def ranking_page(stored: StoredRanking, answer: Mapping[str, Any]) -> RankingPage | None:
    """Return what the page shows of a ranking that was put to the test; None if it was not.

    Parameters
    ----------
    answer
        The ranking as the API sends it.
    """
    if not stored.tested:
        return None
    names = {row["cluster_id"]: row["name"] for row in answer["clusters"]}
    return RankingPage(
        verdict=verdict_sentence(answer, names),
        shortlist=tuple(
            _line(row, answer, names)
            for row in answer["clusters"]
            if row["rank"] <= _MOST_SHOWN or row["cluster_id"] in answer["tied"]
        ),
        clusters=len(answer["clusters"]),
        facts=tuple(
            FactLine(
                names[fact["cluster_id"]],
                criterion_words(fact["criterion"]),
                bool(fact["known"]),
                float(fact["changes_leader"]),
            )
            for fact in stored.tested["unchecked"]
            if fact["changes_leader"] > 0
        ),
        influence=_influence(stored.tested["influence"], names),
        draws=int(stored.tested["draws"]),
    )


def verdict_sentence(answer: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Return in a sentence whether the leader leads."""
    leader = answer["leader"]
    if leader is None:
        return "No cluster is pilot-ready yet, so none can lead."
    if answer["verdict"] == Verdict.LEADS:
        return f"{names[leader]} leads: it beats every other pilot-ready cluster in most draws."
    others = [names[one] for one in answer["tied"] if one != leader]
    listed = ", ".join(others[:-1]) + (" and " if len(others) > 1 else "") + "".join(others[-1:])
    return (
        f"{names[leader]} has the best score of the pilot-ready clusters, but weights and data do "
        f"not tell it apart from {listed or 'its rivals'}: a tied set."
    )


def _line(
    row: Mapping[str, Any], answer: Mapping[str, Any], names: Mapping[str, str]
) -> ShortlistLine:
    short, level = row["shortlist"], int(row["champion_level"])
    return ShortlistLine(
        cluster_id=row["cluster_id"],
        name=row["name"],
        rank=row["rank"],
        champion=f"{level}: {CHAMPION_LEVELS[level]}",
        support_needed=row["support_needed"] or "",
        starters=f"{short['starters_expected']:.1f} of {short['minimum_cohort']:.0f}",
        pooling=_pooling(short, names),
        places_delivered=short["places_delivered"],
        places_could_be=short["places_could_be"],
        lacks=", ".join(_lack(name, short) for name in short["lacks"]) or "nothing",
        p_rank_1=row["p_rank_1"],
        rank_low=row["rank_low"],
        rank_high=row["rank_high"],
        flip=_flip(row.get("flip"), names),
        next_if=row.get("next_if", ""),
        tied=row["cluster_id"] in answer["tied"],
    )


def _pooling(short: Mapping[str, Any], names: Mapping[str, str]) -> str:
    if not short["starters_short"]:
        return "enough by itself"
    more = f"needs {short['starters_short']} more"
    partners = ", ".join(names[one] for one in short["pool_with"])
    if not partners:
        return f"{more}; no neighbour shares a venue"
    return f"{more}: with {partners}" + ("" if short["pooling_suffices"] else ", still too few")


def _lack(name: str, short: Mapping[str, Any]) -> str:
    words = {
        CHAMPION: "a champion",
        STARTERS: f"{short['starters_short']} starter{'s' * (short['starters_short'] != 1)}",
        PLACES: "any place within reach",
    }
    return words[name]


def _flip(flip: Mapping[str, Any] | None, names: Mapping[str, str]) -> str:
    if flip is None:
        return "not pilot-ready"
    change = flip["weight_change"]
    return _NO_WEIGHTS if change is None else f"{change:.1%} of weight, {names[flip['rival']]}"


def _influence(
    rows: Mapping[str, Mapping[str, Any]], names: Mapping[str, str]
) -> tuple[InfluenceLine, ...]:
    """Return the criteria without which most changes, those that change the leader first."""
    lines: Sequence[InfluenceLine] = [
        InfluenceLine(
            criterion_words(name),
            names.get(row["leader"], "none"),
            bool(row["leader_changes"]),
            float(row["largest_shift"] or 0.0),
        )
        for name, row in rows.items()
    ]
    ordered = sorted(lines, key=lambda one: (not one.leader_changes, -one.largest_shift))
    return tuple(ordered[:_MOST_INFLUENCE])
