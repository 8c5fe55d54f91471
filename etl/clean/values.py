"""Values: text to text, numbers, days and flags, one rule per kind of field."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api.types import pandas_dtype

from app.db.fields import Field, Kind
from etl.clean.days import read_day
from etl.tables import meant

YES = ("yes", "true", "1", "y")
NO = ("no", "false", "0", "n")
BLANK_WORDS = frozenset(
    ("n/a", "na", "#n/a", "nan", "null", "none", "nil", "-", "--", "\u2013", "?", ".", "tbc", "tba")
) | frozenset(("unknown", "not known", "not available", "not applicable", "no data"))
"""Words that often stand for "not known", in lower case. They are suggested, never assumed."""

MAX_TEXT_LENGTH = 10_000
MAX_WHOLE = 2**31 - 1
"""The largest whole number that both databases take."""

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_CONTROL = r"[\x00-\x08\x0b-\x1f\x7f]"


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """One field's values, and what is wrong with those that break its rule.

    Attributes
    ----------
    typed
        The typed values; missing where the cell is blank or breaks a rule.
    rule
        The rule that is broken, empty where none is.
    suggestion
        What to do about it.
    """

    typed: pd.Series
    rule: pd.Series
    suggestion: pd.Series


def read_values(
    texts: pd.Series, field: Field, *, date_format: str | Sequence[str] | None = None
) -> Values:
    """Turn stripped texts into values of ``field``; blank is missing.

    Numbers are plain: a thousands separator, a unit or a sign of money is refused, and so is an
    infinite number. Days are ISO, or as ``date_format`` says, which may be several formats; a day
    that can be read two ways is refused. A word such as "N/A" is never taken for a blank: the
    suggestion says how a mapping declares it. Flags are yes or no, true or false,
    1 or 0. Lists are separated by ``;`` and lose their empty items.
    """
    formats = (date_format,) if isinstance(date_format, str) else tuple(date_format or ())
    return _READERS[field.kind](texts, field, formats)


def _parse(texts: pd.Series, parse: Callable[[str], tuple[object, str, str]], dtype: str) -> Values:
    """Parse each distinct text once; ``parse`` gives value, rule and suggestion."""
    known = {text: _hinted(text, *parse(text)) for text in texts.unique() if text}
    found = [known.get(text, (None, "", "")) for text in texts]
    typed = pd.Series([value for value, _, _ in found], index=texts.index, dtype="object")
    return Values(
        typed=typed.astype(pandas_dtype(dtype)),
        rule=pd.Series([rule for _, rule, _ in found], index=texts.index, dtype="str"),
        suggestion=pd.Series([advice for _, _, advice in found], index=texts.index, dtype="str"),
    )


def _hinted(text: str, value: object, rule: str, suggestion: str) -> tuple[object, str, str]:
    """Say how to declare a word that stands for a blank, where it breaks a rule."""
    if rule and text.casefold() in BLANK_WORDS:
        return None, rule, f'if it means "not known", say so in a mapping: blank = ["{text}"]'
    return value, rule, suggestion


def _read_text(texts: pd.Series, field: Field, _: tuple[str, ...]) -> Values:
    rule = pd.Series("", index=texts.index, dtype="str")
    suggestion = rule.copy()
    checks = [
        ("control character", texts.str.contains(_CONTROL, regex=True), "delete it"),
        ("too long", texts.str.len() > MAX_TEXT_LENGTH, f"shorten it to {MAX_TEXT_LENGTH:,}"),
    ]
    if field.pattern:
        matches = texts.str.fullmatch(field.pattern) | (texts == "")
        checks.append(("pattern", ~matches, f"expected: {field.meaning}"))
    for name, broken, advice in checks:
        at = broken & (rule == "")
        rule[at] = name
        suggestion[at] = texts[at].map(lambda text, n=name, a=advice: _hinted(text, None, n, a)[2])
    return Values(texts.mask((texts == "") | (rule != "")), rule, suggestion)


def _read_list(texts: pd.Series, field: Field, formats: tuple[str, ...]) -> Values:
    many = texts.str.contains(";", regex=False)
    tidy = texts.copy()
    tidy[many] = [
        ";".join(item.strip() for item in text.split(";") if item.strip()) for text in texts[many]
    ]
    return _read_text(tidy, field, formats)


def _read_number(texts: pd.Series, field: Field, _: tuple[str, ...]) -> Values:
    return _parse(texts, lambda text: _number(text, field), "float64")


def _read_whole(texts: pd.Series, field: Field, _: tuple[str, ...]) -> Values:
    return _parse(texts, lambda text: _whole(text, field), "Int64")


def _read_flag(texts: pd.Series, _field: Field, _: tuple[str, ...]) -> Values:
    return _parse(texts, _flag, "boolean")


def _read_day(texts: pd.Series, _: Field, formats: tuple[str, ...]) -> Values:
    return _parse(texts, lambda text: read_day(text, formats), "object")


def _read_choice(texts: pd.Series, field: Field, _: tuple[str, ...]) -> Values:
    return _parse(texts, lambda text: _choice(text, field.choices), "str")


def _number(text: str, field: Field) -> tuple[object, str, str]:
    if not _NUMBER.fullmatch(text):
        return None, "number", _plain(text)
    value = float(text)
    if not np.isfinite(value):
        return None, "number", "it is too large: correct it"
    if not _within(value, field):
        return None, "bounds", _bounds(field)
    # No minus zero: it would differ from zero where bytes are compared.
    return value + 0.0, "", ""


def _whole(text: str, field: Field) -> tuple[object, str, str]:
    value, rule, suggestion = _number(text, field)
    if rule or not isinstance(value, float):
        return None, rule, suggestion
    if not value.is_integer():
        return None, "whole number", f"write a whole number, such as {round(value)}"
    if abs(value) > MAX_WHOLE:
        return None, "bounds", f"write a number up to {MAX_WHOLE}"
    return int(value), "", ""


def _plain(text: str) -> str:
    """Suggest the plain number, where the text is one but for separators, sign or unit."""
    bare = re.sub(r"(?<=\d),(?=\d{3}(\D|$))|[£$€ _]", "", text)
    if _NUMBER.fullmatch(bare):
        return f"write {bare}"
    return "write a plain number, such as 12 or 0.5, or leave it blank"


def _within(value: float, field: Field) -> bool:
    low = -np.inf if field.low is None else field.low
    high = np.inf if field.high is None else field.high
    return bool(low <= value <= high)


def _bounds(field: Field) -> str:
    if field.high is None:
        return f"write a number of {field.low:g} or more"
    if field.low is None:
        return f"write a number of {field.high:g} or less"
    return f"write a number from {field.low:g} to {field.high:g}"


def _flag(text: str) -> tuple[object, str, str]:
    word = text.casefold()
    if word in YES or word in NO:
        return word in YES, "", ""
    return None, "yes or no", "write yes or no, or leave it blank"


def _choice(text: str, choices: tuple[str, ...]) -> tuple[object, str, str]:
    if text in choices:
        return text, "", ""
    known = {choice.casefold(): choice for choice in choices}
    word = re.sub(r"[\s-]+", "_", text).casefold()
    spaced = text.casefold()
    close = known.get(word) or known.get(spaced)
    if close:
        return None, "choice", f"write {close}"
    return None, "choice", f"write one of {', '.join(choices)}{meant(word, list(known))}"


_READERS: dict[Kind, Callable[[pd.Series, Field, tuple[str, ...]], Values]] = {
    Kind.TEXT: _read_text,
    Kind.LIST: _read_list,
    Kind.WHOLE: _read_whole,
    Kind.NUMBER: _read_number,
    Kind.FLAG: _read_flag,
    Kind.DATE: _read_day,
    Kind.CHOICE: _read_choice,
}
