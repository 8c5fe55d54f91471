"""Which rows of one source may be rows that the register has from another under another id.

Pure: tables in, scored pairs out. Pairs are sought only where something is shared (blocking), and
scored from 0 to 1 by what is known of both: the names without legal forms, the place, and a key
such as a UKPRN or a company number. Nothing depends on the order of the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from rapidfuzz import fuzz
from rapidfuzz.process import cpdist

COLUMNS = ("name", "detail", "postcode", "key", "x", "y")
"""What is compared: ``detail`` is a second name, ``x`` and ``y`` are metres in EPSG:27700."""

ACCEPTED, PROPOSED = "accepted", "proposed"


@dataclass(frozen=True, slots=True)
class Rules:
    """How much each kind of evidence counts, and from which score on something is done.

    All numbers are assumptions of ours; tests/etl/test_matching.py says how they do on a small set
    of invented pairs.

    Attributes
    ----------
    name, place, key
        Weights; those of which nothing is known of a pair do not count, but an unknown place does.
    needs_key
        Whether rows with different keys are never one.
    accept, queue
        Scores: from ``accept`` on a pair is taken, from ``queue`` on it is for a human to judge.
    margin
        So much better than the next must the best be to be taken.
    """

    name: float
    place: float
    key: float = 0.0
    needs_key: bool = False
    accept: float = 0.9
    queue: float = 0.7
    margin: float = 0.05


RULES: Mapping[str, Rules] = {
    "venues": Rules(name=0.3, place=0.45, key=0.25),
    "sites": Rules(name=0.55, place=0.45, key=0.2, needs_key=True),
    "schools": Rules(name=0.55, place=0.45),
    "providers": Rules(name=1.0, place=0.0),
}
"""The assumptions by table. A company number or a UKPRN that differs tells two rows apart."""

NEAR_METRES = 1_000
"""From here on two points say nothing for one place; an assumption."""

OTHER_POSTCODE = 0.75
"""What two points at one place count at most where the postcodes differ: too little to be taken
without a human's look, since an organisation may have two sites side by side; an assumption."""

SAME_DISTRICT = 0.35
"""What two postcodes of one outward code count where the points are not known; an assumption."""

UNKNOWN_PLACE = 0.5
"""What an unknown place counts; an assumption."""

OTHER_KEY = 0.75
"""What is left of a score where the keys differ: less than any ``accept``; an assumption."""

OTHER_DETAIL = 0.85
"""What is left of a score where both name a part of the organisation, and not the same."""

OTHER_NUMBERS = 0.7
"""What is left of names that differ in a number, such as Building 1 and Building 2."""

TYPING_ERROR = 0.88
"""Names that are this alike letter by letter may be one name with a typing error."""

SAME_DETAIL = 0.6
MOST_PROPOSED = 3
"""So many rows are proposed for one at most; an assumption."""

NEXT_BEST = 0.1
"""What is so much worse than the best is not proposed beside it; an assumption."""

_COMMONEST = 50
"""Words that more rows of an outward code have bring no rows together."""

_LEGAL = (
    r"limited|ltd|plc|llp|lp|llc|inc|incorporated|cic|cio|gmbh|uk|"
    r"public limited company|community interest company"
)
_SMALL = r"the|of|and|at|for|in|on|a"
_PAIR = ["fresh_id", "known_id"]


def normalise(names: pd.Series) -> pd.Series:
    """Return names in small letters without legal forms, punctuation, accents and small words.

    A name of nothing else keeps its words.

    Examples
    --------
    >>> normalise(pd.Series(["The Bloggs & Co. (UK) Ltd", "St. Ann's Sixth-Form"])).tolist()
    ['bloggs', 'st anns sixth form']
    """
    plain = names.fillna("").astype("str").str.normalize("NFKD")
    plain = plain.str.replace(r"[\u0300-\u036f'\u2019`]", "", regex=True).str.casefold()
    plain = plain.str.replace("&", " and ").str.replace(r"[^a-z0-9]+", " ", regex=True).str.strip()
    short = plain.str.replace(r"\band (?:co|company)\b", " ", regex=True)
    short = short.str.replace(rf"\b(?:{_LEGAL}|{_SMALL})\b", " ", regex=True)
    short = short.str.replace(r"\bsaint\b", "st", regex=True)
    short = short.str.replace(r"\s+", " ", regex=True).str.strip()
    return short.where(short != "", plain)


def match_rows(fresh: pd.DataFrame, known: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Find which ``fresh`` rows are, or may be, ``known`` ones.

    Parameters
    ----------
    fresh, known
        Rows of two sources, each indexed by its ids, with :data:`COLUMNS`; blanks are missing.
    rules
        How they are compared.

    Returns
    -------
    ``fresh_id``, ``known_id``, ``score``, ``evidence`` and ``standing``: ``accepted`` or
    ``proposed``, sorted. No row is accepted twice, on either side.
    """
    pairs = _candidates(fresh, known)
    return _choose(_scored(fresh, known, pairs, rules), rules)


def _candidates(fresh: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Return pairs that share a postcode, a key, or an outward code and a word that few have."""
    new, old = _blocks(fresh), _blocks(known)
    found = [
        _joined(new, old, ["postcode"]),
        _joined(new, old, ["key"]),
        _joined(_words(new), _words(old), ["outward", "word"]),
    ]
    placeless = new["postcode"].isna().all() and old["postcode"].isna().all()
    if placeless:
        found.append(_joined(new, old, ["sorted_name"]))
    pairs = pd.concat(found).drop_duplicates()
    return pairs.sort_values(_PAIR, ignore_index=True)


def _blocks(rows: pd.DataFrame) -> pd.DataFrame:
    names = normalise(rows["name"])
    postcode = rows["postcode"].astype("str").str.upper().str.replace(" ", "")
    return pd.DataFrame(
        {
            "id": rows.index.astype("str"),
            "name": names.array,
            "sorted_name": [" ".join(sorted(name.split())) or None for name in names],
            "postcode": postcode.array,
            "outward": postcode.str[:-3].array,
            "key": rows["key"].astype("str").array,
        }
    )


def _words(blocks: pd.DataFrame) -> pd.DataFrame:
    """Return the words of each row's name that few rows of its outward code have."""
    told = blocks[blocks["outward"].notna()]
    words = told.assign(word=told["name"].str.split()).explode("word").dropna(subset=["word"])
    words = words[["id", "outward", "word"]].drop_duplicates()
    rows = words.groupby(["outward", "word"])["id"].transform("size")
    return words[rows <= _COMMONEST]


def _joined(new: pd.DataFrame, old: pd.DataFrame, on: list[str]) -> pd.DataFrame:
    left, right = (rows[["id", *on]].dropna() for rows in (new, old))
    both = left.merge(right, on=on, suffixes=("_fresh", "_known"))
    return both[["id_fresh", "id_known"]].set_axis(_PAIR, axis=1).drop_duplicates()


def _scored(
    fresh: pd.DataFrame, known: pd.DataFrame, pairs: pd.DataFrame, rules: Rules
) -> pd.DataFrame:
    """Return the pairs with ``score`` and ``evidence``."""
    if pairs.empty:
        return pairs.assign(score=pd.Series(dtype=float), evidence=pd.Series(dtype="str"))
    left = fresh.loc[pairs["fresh_id"]].reset_index(drop=True)
    right = known.loc[pairs["known_id"]].reset_index(drop=True)
    every = pd.concat([fresh["name"], known["name"]])
    alike = _names_alike(left["name"], right["name"], _rarity(every))
    place, said_of_place = _places_alike(left, right)
    both_keyed = left["key"].notna() & right["key"].notna()
    same_key = both_keyed & left["key"].eq(right["key"]).fillna(value=False).astype(bool)
    key_weight = rules.key * same_key
    weight = rules.name + rules.place + key_weight
    score = (rules.name * alike + rules.place * place + key_weight) / weight
    # Of one organisation and at one place: what else they are called matters less.
    other_key = both_keyed & ~same_key
    score = score.mask(other_key, 0.0 if rules.needs_key else score * OTHER_KEY)
    other_detail = _details_differ(left["detail"], right["detail"])
    score = score.mask(other_detail, score * OTHER_DETAIL)
    evidence = "names " + alike.map("{:.2f}".format) + said_of_place
    evidence += np.where(same_key, "; same key", np.where(other_key, "; different keys", ""))
    evidence += np.where(other_detail, "; parts named differently", "")
    # Rounded, so that a threshold does not depend on the last bit of a sum.
    return pairs.assign(score=score.round(6), evidence=evidence)


def _rarity(names: pd.Series) -> pd.Series:
    """Return the weight of each word: the rarer among the rows, the more it tells."""
    words = normalise(names).str.split().explode().dropna()
    rows = words.reset_index().drop_duplicates().iloc[:, 1].value_counts()
    return pd.Series(np.log1p(len(names) / rows.to_numpy(dtype=float)), index=rows.index)


def _names_alike(left: pd.Series, right: pd.Series, rarity: pd.Series) -> pd.Series:
    """Return how alike names are, 0 to 1: by letters, and by words that are weighed."""
    one, other = normalise(left), normalise(right)
    letters = _ratio(fuzz.token_sort_ratio, one, other)
    within = _ratio(fuzz.token_set_ratio, one, other)
    words = _shared_words(one, other, rarity)
    numbers = _numbers(one) != _numbers(other)
    mistyped = (letters >= TYPING_ERROR) & ~numbers
    words = words.mask(mistyped, np.maximum(words, letters))
    alike = 0.5 * words + 0.25 * letters + 0.25 * within
    blank = (one == "") | (other == "")
    return alike.mask(numbers, alike * OTHER_NUMBERS).mask(blank, 0.0).clip(0.0, 1.0)


def _ratio(scorer: Callable[..., float], one: pd.Series, other: pd.Series) -> pd.Series:
    percent = cpdist(one.tolist(), other.tolist(), scorer=scorer, dtype=np.float64)
    return pd.Series(percent / 100.0, index=one.index)


def _shared_words(one: pd.Series, other: pd.Series, rarity: pd.Series) -> pd.Series:
    """Return twice the weight of shared words as a share of the weight of all words."""
    left, right = (_weighed(names, rarity) for names in (one, other))
    shared = left.merge(right, on=["pair", "word"])
    weights = [part.groupby("pair")["weight"].sum() for part in (left, right)]
    both = shared.groupby("pair")["weight_x"].sum().reindex(one.index, fill_value=0.0)
    total = sum(weight.reindex(one.index, fill_value=0.0) for weight in weights)
    return (2 * both / total).fillna(0.0)


def _weighed(names: pd.Series, rarity: pd.Series) -> pd.DataFrame:
    words = names.str.split().explode().dropna().rename("word").rename_axis("pair")
    told = words.reset_index().drop_duplicates()
    return told.assign(weight=told["word"].map(rarity).astype(float))


def _numbers(names: pd.Series) -> pd.Series:
    return names.str.findall(r"\d+").map(sorted).str.join(" ")


def _places_alike(left: pd.DataFrame, right: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return how near two rows are, 0 to 1, and what is to be said of it."""
    postcodes = [rows["postcode"].astype("str").str.replace(" ", "") for rows in (left, right)]
    same = postcodes[0].eq(postcodes[1]).fillna(value=False).astype(bool)
    apart = np.hypot(*((left[axis] - right[axis]).to_numpy(dtype=float) for axis in ("x", "y")))
    metres = pd.Series(apart, index=left.index)
    far = (postcodes[0].notna() & postcodes[1].notna()).astype(bool)
    near = OTHER_POSTCODE * (1.0 - metres / NEAR_METRES).clip(0.0, 1.0)
    outward = [postcode.str[:-3] for postcode in postcodes]
    district = outward[0].eq(outward[1]).fillna(value=False).astype(bool)
    rough = np.select([district, far], [SAME_DISTRICT, 0.0], UNKNOWN_PLACE)
    place = near.fillna(pd.Series(rough, index=left.index))
    said = "; " + metres.round().map("{:.0f} m apart".format)
    roughly = np.select([district, far], ["same district", "other postcodes"], "place unknown")
    said = said.where(metres.notna(), "; " + pd.Series(roughly, index=left.index))
    return place.mask(same, 1.0), said.mask(same, "; same postcode")


def _details_differ(left: pd.Series, right: pd.Series) -> pd.Series:
    one, other = normalise(left), normalise(right)
    both = (one != "") & (other != "")
    return both & (_ratio(fuzz.token_set_ratio, one, other) < SAME_DETAIL)


def _choose(scored: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Take the pairs that are each other's best by a margin; queue the others that are good."""
    ranked = scored[scored["score"] >= rules.queue]
    ranked = ranked.sort_values(["score", *_PAIR], ascending=[False, True, True])
    best = pd.Series(data=True, index=ranked.index)
    for name in _PAIR:
        place = ranked.groupby(name).cumcount()
        second = ranked[place == 1].set_index(name)["score"].to_dict()
        behind = ranked["score"] - ranked[name].map(second).astype(float)
        best &= (place == 0) & ~(behind < rules.margin)
    accepted = best & (ranked["score"] >= rules.accept)
    taken = set(ranked.loc[accepted, "fresh_id"])
    grouped = ranked.groupby("fresh_id")
    few = grouped.cumcount() < MOST_PROPOSED
    good = ranked["score"] >= grouped["score"].transform("max") - NEXT_BEST
    proposed = few & good & ~ranked["fresh_id"].isin(taken)
    chosen = ranked[accepted | proposed]
    standing = np.where(accepted[accepted | proposed], ACCEPTED, PROPOSED)
    return chosen.assign(standing=standing).sort_values(_PAIR, ignore_index=True)
