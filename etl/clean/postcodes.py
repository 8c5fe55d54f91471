"""Postcodes: normalised where only case and spacing differ, never repaired without being asked."""

from __future__ import annotations

import re

import pandas as pd
from uk_postcodes_parsing.fix import fix_with_options
from uk_postcodes_parsing.postcode_utils import is_valid, to_normalised
from uk_postcodes_parsing.ukpostcode import POSTCODE_CORPUS_REGEX

_NEWPORT = re.compile(r"NPT[0-9][A-Z]{2}")
"""The one pattern that the library leaves out: Newport's until 1984, still in old registers."""

NO_SUGGESTION = "write a whole postcode, such as AB1 2CD, or leave it blank"


def parse_postcodes(texts: pd.Series) -> pd.DataFrame:
    """Read postcodes as people write them.

    Parameters
    ----------
    texts
        Postcodes; missing ones stay missing.

    Returns
    -------
    On the index of ``texts``: ``postcode``, in capitals with one blank, missing where there is
    none or it is broken; ``broken``; ``suggestion``, the repaired postcode or what to do, empty
    where it is not broken.
    """
    known = {text: _parse(text) for text in texts.dropna().unique()}
    parsed = [known.get(text, (None, False, "")) for text in texts]
    table = pd.DataFrame(parsed, columns=["postcode", "broken", "suggestion"], index=texts.index)
    return table.astype({"postcode": "str", "broken": bool, "suggestion": "str"})


def confusions(postcode: str) -> list[str]:
    """Return the postcodes that ``postcode`` may be if O was taken for 0, or I for 1, in it.

    Examples
    --------
    >>> confusions("AB1O 1AB")
    ['AB10 1AB']
    """
    bare = postcode.replace(" ", "")
    options = {""}
    for character in bare:
        other = {"O": "0", "0": "O", "I": "1", "1": "I"}.get(character, "")
        options = {start + end for start in options for end in {character, other} if end}
    return sorted(to_normalised(o) for o in options - {bare} if is_valid(o))


def _parse(text: str) -> tuple[str | None, bool, str]:
    bare = "".join(text.upper().split())
    if not bare:
        return None, False, ""
    # The library's pattern takes digits of any script.
    if _NEWPORT.fullmatch(bare) or (bare.isascii() and is_valid(bare)):
        return f"{bare[:-3]} {bare[-3:]}", False, ""
    return None, True, _repair(bare, text)


def _repair(bare: str, text: str) -> str:
    plain = re.sub("[^A-Z0-9]", "", bare)
    if is_valid(plain):
        return str(to_normalised(plain))
    options = fix_with_options(plain)
    # It gives a list of repairs, or the text itself where it sees none.
    valid = sorted(o for o in options if is_valid(o)) if isinstance(options, list) else []
    if valid:
        return str(to_normalised(valid[0]))
    inside = re.search(rf"\b{POSTCODE_CORPUS_REGEX.pattern}\b", text, re.ASCII | re.IGNORECASE)
    return str(to_normalised(inside.group())) if inside else NO_SUGGESTION
