"""What the values of a column are: whether they fit a field, and how they would become its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd
from rapidfuzz import fuzz, process

from app.db.fields import Field, Kind
from etl.clean.days import DAY_FORMATS, ISO, readings
from etl.clean.personal import EMAIL, PHONE
from etl.clean.postcodes import parse_postcodes
from etl.clean.values import BLANK_WORDS, NO, YES, read_values
from etl.mapping_names import Synonyms, tidy

MAX_LOOKED_AT = 20_000
"""So many distinct values of a column are looked at, the commonest; a date's are all."""

MIN_CLOSE = 85.0
MAX_WORDS = 60
"""A column with more distinct values is no choice."""


def distinct(texts: pd.Series) -> pd.Series:
    """Return how often each text occurs, the commonest first; blanks and words for it left out."""
    filled = texts[(texts != "") & ~texts.str.casefold().isin(BLANK_WORDS)]
    return filled.value_counts()


def fit(counts: pd.Series, name: str, field: Field) -> float:
    """Return the share of the values (0 to 1) that a field would take, by what they look like.

    Parameters
    ----------
    counts
        How often each value occurs; see :func:`distinct`.
    name
        The field.
    """
    looked_at = counts.head(MAX_LOOKED_AT)
    if looked_at.empty:
        return 0.0
    values = pd.Series(looked_at.index, dtype="str")
    good = _fitting(values, name, field)
    return float((good.to_numpy() * looked_at.to_numpy()).sum() / looked_at.sum())


def _fitting(values: pd.Series, name: str, field: Field) -> pd.Series:
    if name in _LOOKS:
        return _LOOKS[name](values)
    if field.kind is Kind.DATE:
        return values.map(lambda text: bool(readings(text, (ISO, *DAY_FORMATS)))).astype(bool)
    if field.kind in (Kind.CHOICE, Kind.FLAG):
        return pd.Series(len(values) <= MAX_WORDS, index=values.index)
    return read_values(values, field).rule == ""


def _like(pattern: str, *, named: bool = True) -> Callable[[pd.Series], pd.Series]:
    return lambda values: values.str.fullmatch(pattern) == named


def _within(low: float, high: float) -> Callable[[pd.Series], pd.Series]:
    return lambda values: pd.to_numeric(values, errors="coerce").between(low, high)


_LOOKS: dict[str, Callable[[pd.Series], pd.Series]] = {
    "postcode": lambda values: parse_postcodes(values)["postcode"].notna(),
    "company_number": _like(r"([A-Za-z]{2}|\d{2})\d{5,6}"),
    "website": _like(r"(https?://\S*|www\.\S+|[\w-]+(\.[\w-]+)+(/\S*)?)"),
    "sic_codes": _like(r"\d{4,5}\b.*"),
    # In degrees: where the United Kingdom is.
    "latitude": _within(49.0, 61.0),
    "longitude": _within(-9.0, 3.0),
    # A name is neither a number nor an address of pages.
    **{
        name: _like(r"[\d.,%£ -]+|https?://.*", named=False)
        for name in ("name", "employer", "organisation", "title", "body")
    },
}
"""What the values of fields look like, beyond what the field's rule says."""


def is_personal(counts: pd.Series) -> bool:
    """Whether a fifth of the values hold an e-mail address or a telephone number."""
    values = pd.Series(counts.head(MAX_LOOKED_AT).index, dtype="str")
    held = values.str.contains(EMAIL, regex=True) | values.str.contains(PHONE, regex=True)
    return bool(len(values)) and float(held.mean()) > 0.2


def blank_words(texts: pd.Series, field: Field) -> list[str]:
    """Return the words of a column that seem to stand for a blank, as they are written."""
    words = sorted(set(texts[texts.str.casefold().isin(BLANK_WORDS)]))
    return [word for word in words if word not in field.choices]


@dataclass(frozen=True, slots=True)
class Dates:
    """How the days of a file are written.

    Attributes
    ----------
    formats
        Formats by which every day can be read in one way; empty if all are ISO, or none is found.
    proof
        What shows it, or why there is none, in words.
    sound
        Whether ``formats``, with ISO, read every day.
    """

    formats: tuple[str, ...]
    proof: str
    sound: bool


def date_formats(values: Iterable[str]) -> Dates:
    """Find how days are written, from all of them; two ways that both fit are never chosen from."""
    found = {text: readings(text) for text in values if not readings(text, (ISO,))}
    if not found:
        return Dates((), "every day is ISO", sound=True)
    unread = [text for text, ways in found.items() if not ways]
    readable = {text: ways for text, ways in found.items() if ways}
    chosen: list[str] = []
    left = dict(readable)
    while left:
        most = max(DAY_FORMATS, key=lambda way: sum(way in ways for ways in left.values()))
        chosen.append(most)
        left = {text: ways for text, ways in left.items() if most not in ways}
    doubtful = _doubtful(readable, chosen)
    if doubtful:
        text, ways = doubtful
        shown = " or ".join(f"{day.isoformat()} ({way})" for way, day in ways.items())
        return Dates((), f"ambiguous: {text!r} can be {shown}, and no other day settles it", False)  # noqa: FBT003
    if unread:
        return Dates(tuple(chosen), f"{len(unread)} of the values are no days", sound=False)
    return Dates(tuple(chosen), f"all {len(found)} distinct days fit, and in one way", sound=True)


def _doubtful(
    found: Mapping[str, Mapping[str, date]], chosen: list[str]
) -> tuple[str, dict[str, date]] | None:
    """Return a text that a rival of the chosen formats reads as another day, with no proof."""
    rivals = [way for way in DAY_FORMATS if way not in chosen]
    for way in chosen:
        own = {text: ways for text, ways in found.items() if way in ways}
        for rival in rivals:
            if all(rival in ways for ways in own.values()):
                for text, ways in own.items():
                    if ways[rival] != ways[way]:
                        return text, {way: ways[way], rival: ways[rival]}
    for text, ways in found.items():
        days = {ways[way]: way for way in chosen if way in ways}
        if len(days) > 1:
            return text, {way: day for day, way in days.items()}
    return None


def value_table(counts: pd.Series, field: Field, synonyms: Synonyms) -> dict[str, tuple[str, str]]:
    """Return what the register would hold for each value of a choice or flag, with the reason.

    Values that the field takes as they are need no entry. One that is not known becomes blank.
    """
    words = _words(field, synonyms)
    table = {}
    for value in map(str, counts.index):
        if value in field.choices or (field.kind is Kind.FLAG and value.casefold() in (*YES, *NO)):
            continue
        key = tidy(value)
        close = process.extractOne(key, list(words), scorer=fuzz.ratio, score_cutoff=MIN_CLOSE)
        if key in words:
            table[value] = (words[key], "a known word for it")
        elif close:
            table[value] = (words[close[0]], f"like {close[0]!r} ({close[1]:.0f} of 100); check it")
        else:
            table[value] = ("", f"not known ({counts[value]} rows): left blank; fill it in")
    return table


def _words(field: Field, synonyms: Synonyms) -> dict[str, str]:
    if field.kind is Kind.FLAG:
        known = {tidy(word): "no" for word in (*NO, *synonyms.no)}
        return known | {tidy(word): "yes" for word in (*YES, *synonyms.yes)}
    return {
        tidy(word): choice
        for choice in field.choices
        for word in (choice, *synonyms.words.get(choice, ()))
    }
