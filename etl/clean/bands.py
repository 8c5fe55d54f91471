"""Size bands: the fewest and the most of a band as people write it, and never a middle."""

from __future__ import annotations

import re

import pandas as pd

_NUMBER = r"(\d{1,3}(?:,\d{3})+|\d+)"
_DASH = r"(?:-|–|—|to|and)"
_FORMS = (
    (re.compile(rf"(?:between )?{_NUMBER} ?{_DASH} ?{_NUMBER}"), (0, 1)),
    (re.compile(rf"{_NUMBER} ?(?:\+|plus|or more|and over|and above|or over)"), (0, None)),
    (re.compile(rf"(?:over|more than|>) ?{_NUMBER}"), ("above", None)),
    (re.compile(rf"(?:at least|>=|≥) ?{_NUMBER}"), (0, None)),
    (re.compile(rf"(?:under|less than|fewer than|<) ?{_NUMBER}"), (None, "below")),
    (re.compile(rf"(?:up to|at most|<=|≤) ?{_NUMBER}"), (None, 0)),
    (re.compile(_NUMBER), (0, 0)),
)


def read_bands(texts: pd.Series) -> pd.DataFrame:
    """Read bands such as ``5 to 9``, ``10-19``, ``250+``, ``fewer than 5`` or a single number.

    Parameters
    ----------
    texts
        Bands; blank is unknown. Case, blanks around and the words "employees" and "people" do not
        matter.

    Returns
    -------
    On the same index: ``low`` and ``high``, whole numbers, inclusive, missing where the band has no
    such end or is not known; ``unread``, whether there is a text that is no band.

    Examples
    --------
    >>> read_bands(pd.Series(["5 to 9", "250+"])).to_dict("list")
    {'low': [5, 250], 'high': [9, None], 'unread': [False, False]}
    """
    known = {text: _read(text) for text in texts.fillna("").unique()}
    found = [known[text] for text in texts.fillna("")]
    return pd.DataFrame(found, columns=["low", "high", "unread"], index=texts.index).astype(
        {"low": "Int64", "high": "Int64", "unread": bool}
    )


def _read(text: str) -> tuple[int | None, int | None, bool]:
    plain = re.sub(r"\b(employees|people|staff)\b", "", text.casefold())
    plain = " ".join(plain.split())
    if not plain:
        return None, None, bool(text.strip())
    for form, ends in _FORMS:
        match = form.fullmatch(plain)
        if match:
            numbers = [int(number.replace(",", "")) for number in match.groups()]
            low, high = (_end(end, numbers) for end in ends)
            wrong = low is not None and high is not None and low > high
            return (None, None, True) if wrong else (low, high, False)
    return None, None, True


def _end(end: int | str | None, numbers: list[int]) -> int | None:
    if end is None:
        return None
    if isinstance(end, int):
        return numbers[end]
    # Fewer than 0 is nobody, and that is no band: it ends up below its own low.
    return numbers[0] + 1 if end == "above" else max(numbers[0] - 1, 0)
