"""Postcodes: normalised where only case and spacing differ, never repaired without being asked."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd
from uk_postcodes_parsing.fix import fix_with_options
from uk_postcodes_parsing.postcode_utils import is_valid, to_normalised
from uk_postcodes_parsing.ukpostcode import POSTCODE_CORPUS_REGEX

from etl.postcode_keys import as_texts

_NEWPORT = re.compile(r"NPT[0-9][A-Z]{2}")
"""The one pattern that the library leaves out: Newport's until 1984, still in old registers."""

_NORMAL = "^(?:[A-Z]{1,2}[0-9][A-Z0-9]?|NPT) [0-9][A-Z]{2}$"
_BARE = _NORMAL.replace(" ", "")
_INSIDE = re.compile(rf"\b{POSTCODE_CORPUS_REGEX.pattern}\b", re.ASCII | re.IGNORECASE)
_PART = re.compile(r"(?P<district>[A-Z]{1,2}[0-9][A-Z0-9]?)(?: (?P<sector>[0-9]))?", re.ASCII)
_LONGEST = 7

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
    cells = texts.to_numpy(dtype=object)
    postcode = cells.copy()
    postcode[pd.isna(cells)] = None
    broken = np.zeros(len(cells), dtype=bool)
    suggestion = np.full(len(cells), "", dtype=object)
    written = as_texts(cells)
    # Nearly all stand as they should, and for those one pattern says it; null is not odd.
    odd = ~written.str.contains(_NORMAL).fill_null(value=True).to_numpy()
    odd |= written.is_null().to_numpy() & ~pd.isna(cells)
    if odd.any():
        postcode[odd], broken[odd], suggestion[odd] = _parse_odd(cells[odd])
    return pd.DataFrame(
        {
            "postcode": pd.array(postcode, dtype="str"),
            "broken": broken,
            "suggestion": pd.array(suggestion, dtype="str"),
        },
        index=texts.index,
    )


def _parse_odd(
    cells: npt.NDArray[np.object_],
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.bool_], npt.NDArray[np.object_]]:
    """Read postcodes that are not written as they should be, each different one once."""
    position, different = pd.factorize(cells)
    bare = as_texts(different).str.to_uppercase().str.replace_all(r"\s", "")
    valid = bare.str.contains(_BARE).fill_null(value=False).to_numpy()
    spaced = (bare.str.head(-3) + " " + bare.str.tail(3)).to_list()
    known = [
        (text, False, "") if fits else _parse(cell)
        for cell, text, fits in zip(different, spaced, valid, strict=True)
    ]
    parts = [np.array(part, dtype=object)[position] for part in zip(*known, strict=True)]
    return parts[0], parts[1].astype(bool), parts[2]


def partial_postcode(text: str) -> tuple[str, str] | None:
    """Return what part of a postcode a text is, and a postcode with that part; None if it is none.

    Examples
    --------
    >>> partial_postcode("sg1")
    ('district', 'SG1 1AA')
    >>> partial_postcode("SG1 2")
    ('sector', 'SG1 2AA')
    """
    found = _PART.fullmatch(" ".join(text.upper().split()))
    if not found:
        return None
    if found["sector"]:
        return "sector", f"{found['district']} {found['sector']}AA"
    return "district", f"{found['district']} 1AA"


def repairs(text: str) -> list[str]:
    """Return every postcode that ``text`` may be if a character was taken for one like it.

    That is O for 0 and I for 1, either way round, marks between the parts, and words around it.

    Examples
    --------
    >>> repairs("CF24 ODE")
    ['CF24 0DE']
    """
    plain = re.sub("[^A-Z0-9]", "", text.upper())
    found = {str(to_normalised(plain))} if _is_postcode(plain) else set()
    if len(plain) <= _LONGEST:
        found |= set(confusions(plain))
    inside = _INSIDE.findall(text)
    found |= {str(to_normalised(postcode)) for postcode in inside}
    return sorted(found)


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
    return sorted(str(to_normalised(o)) for o in options - {bare} if _is_postcode(o))


def _parse(text: str) -> tuple[str | None, bool, str]:
    bare = "".join(text.upper().split())
    if not bare:
        return None, False, ""
    if _NEWPORT.fullmatch(bare) or _is_postcode(bare):
        return f"{bare[:-3]} {bare[-3:]}", False, ""
    return None, True, _repair(bare, text)


def _is_postcode(text: str) -> bool:
    # The library's pattern takes digits of any script.
    return text.isascii() and bool(is_valid(text))


def _repair(bare: str, text: str) -> str:
    plain = re.sub("[^A-Z0-9]", "", bare)
    if is_valid(plain):
        return str(to_normalised(plain))
    options = fix_with_options(plain)
    # It gives a list of repairs, or the text itself where it sees none.
    valid = sorted(o for o in options if is_valid(o)) if isinstance(options, list) else []
    if valid:
        return str(to_normalised(valid[0]))
    inside = _INSIDE.search(text)
    return str(to_normalised(inside.group())) if inside else NO_SUGGESTION
