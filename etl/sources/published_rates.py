"""Achievement rates as they are published: text with symbols in the place of numbers.

Rates are never compared as text, where "100.0" comes before "50" and "9.8" after it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

WITHHELD = ("c", "x", "low", "u", "k")
"""Withheld because few learners stand behind them, or too unsure or too small to say.

The symbols of the Government Statistical Service, and the register of apprenticeship training
providers' ``x`` beside leavers of ``low`` or 10.
"""

NOT_STATED = ("z", "-", ":", "")
"""Nothing to withhold: not applicable, not available or left blank."""

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_YEAR = re.compile(r"(?:20)?(\d\d)[/-]?(?:20)?(\d\d)", re.ASCII)
_ALL = 100
_NO_LEAVERS = ("low", "c", "x", "z", "k", "u", "-", ":")


@dataclass(frozen=True, slots=True, eq=False)
class PublishedRates:
    """What cells of a published table say of achievement, as text for the register.

    Attributes
    ----------
    rate
        A share, 0 to 1, blank where none is published. What is neither symbol nor percentage
        stays as it was, so that cleaning refuses it.
    leavers
        How many left, blank where not stated.
    suppressed
        ``yes`` where the publisher withheld the rate, else ``no``.
    """

    rate: pd.Series
    leavers: pd.Series
    suppressed: pd.Series


def read_percentages(rates: pd.Series, leavers: pd.Series) -> PublishedRates:
    """Return what cells say whose rates are percentages, 0 to 100.

    That they are is known from the file's layout and never guessed from a value: 0.5 is half of
    one per cent.

    Parameters
    ----------
    rates, leavers
        Text on one index, stripped.

    Examples
    --------
    >>> cells = pd.Series(["100.0", "9.8", "x"])
    >>> read_percentages(cells, pd.Series(["20", "low", "10"])).rate.tolist()
    ['1.000', '0.098', '']
    """
    words = rates.str.casefold()
    shares = {text: _share(text) for text in rates.unique()}
    plain = rates.map(shares).astype("str")
    counted = leavers.mask(leavers.str.casefold().isin(_NO_LEAVERS), "")
    return PublishedRates(
        rate=plain.mask(words.isin([*WITHHELD, *NOT_STATED]), ""),
        leavers=counted,
        suppressed=words.isin(WITHHELD).map({True: "yes", False: "no"}).astype("str"),
    )


def academic_years(texts: pd.Series) -> pd.Series:
    """Return academic years as ``2023/24``; blank where a text is none.

    Examples
    --------
    >>> academic_years(pd.Series(["202324", "2324", "2023/24", "AY2324", "202325"])).tolist()
    ['2023/24', '2023/24', '2023/24', '', '']
    """
    return texts.map({text: _year(text) for text in texts.unique()}).astype("str")


def _share(text: str) -> str:
    percentage = Decimal(text) if _NUMBER.fullmatch(text) else Decimal(-1)
    # Exactly, by moving the point: 57.7 / 100 is 0.5770000000000001 in binary.
    return f"{percentage.scaleb(-2):f}" if 0 <= percentage <= _ALL else text


def _year(text: str) -> str:
    found = _YEAR.fullmatch(text.strip())
    if found is None:
        return ""
    begins, ends = (int(digits) for digits in found.groups())
    return f"20{begins:02}/{ends:02}" if ends == (begins + 1) % 100 else ""
