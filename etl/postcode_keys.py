"""Postcodes as numbers that sort as their text does, many at a time."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl

UNIT_BITS = np.uint64(24)
"""A key without its last 24 bits is the postcode's sector: a sector is a range of keys."""

DISTRICT_BITS = np.uint64(32)
"""A key without its last 32 bits is the postcode's district."""

_SHORTEST, _LONGEST = 5, 7
_OUTWARD, _INWARD = 4, 3
_BLANKS = np.uint64(0x2020202020202020)
_ONES = np.uint64(0x0101010101010101)
_HIGHS = np.uint64(0x8080808080808080)


def postcode_keys(postcodes: Iterable[object]) -> npt.NDArray[np.uint64]:
    """Return postcodes as numbers that sort as their text does; 0 where it cannot be one.

    The outward part is padded to four characters, so that a sector is the first five. A NUL
    character at the end of a text counts for nothing.

    Examples
    --------
    >>> [hex(key) for key in postcode_keys(["SG1 2NY"]).tolist()]
    ['0x53473120324e5900']
    """
    texts = _listed(postcodes)
    keys, plain = _plain_keys(texts)
    if not plain.all():
        keys[~plain] = _any_keys(as_texts(texts[~plain]))
    return keys


def as_texts(values: Iterable[object]) -> pl.Series:
    """Return values as a column of text; whatever is no text, or none that UTF-8 holds, is null."""
    texts = [value if isinstance(value, str) else None for value in values]
    try:
        return pl.Series(texts, dtype=pl.String)
    except UnicodeEncodeError:
        # Half of a surrogate pair is part of no text that a file can hold.
        kept = [None if text is None or not _is_whole(text) else text for text in texts]
        return pl.Series(kept, dtype=pl.String)


def _is_whole(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _listed(values: Iterable[object]) -> npt.NDArray[np.object_]:
    if isinstance(values, (pd.Series, pd.Index)):
        return values.to_numpy(dtype=object)
    listed = values if isinstance(values, (list, np.ndarray)) else list(values)
    array = np.empty(len(listed), dtype=object)
    array[:] = listed
    return array


def _plain_keys(
    texts: npt.NDArray[np.object_],
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.bool_]]:
    """Return the keys of texts such as ``SG1 2NY``, and which texts those are: nearly all."""
    try:
        wide = texts.astype("S9")
    except (UnicodeEncodeError, TypeError, ValueError):
        return np.zeros(len(texts), np.uint64), np.zeros(len(texts), dtype=bool)
    # The first eight of each nine bytes as one number, read where they stand.
    first = np.ndarray(len(texts), dtype=">u8", buffer=wide, strides=wide.strides)
    word = first.astype(np.uint64)
    short = wide.view(np.uint8)[8::9] == 0
    differs = word ^ _BLANKS
    # Sets the high bit of each byte that is a blank.
    blank = (differs - _ONES) & ~differs & _HIGHS
    last = [(word & np.uint64(0xFF << 8 * byte)) != 0 for byte in range(3)]
    eight = last[0] & (blank == np.uint64(0x80 << 24))
    seven = ~last[0] & last[1] & (blank == np.uint64(0x80 << 32))
    six = ~last[0] & ~last[1] & last[2] & (blank == np.uint64(0x80 << 40))
    keys = np.where(seven, word, np.uint64(0))
    inward = np.uint64(0xFFFFFF00)
    outward = word >> DISTRICT_BITS << DISTRICT_BITS
    np.copyto(keys, outward | (word << np.uint64(8)) & inward, where=eight)
    padded = word[six] >> np.uint64(40) << np.uint64(40) | np.uint64(0x20 << 32)
    keys[six] = padded | (word[six] >> np.uint64(8)) & inward
    return keys, short & (eight | seven | six)


def _any_keys(texts: pl.Series) -> npt.NDArray[np.uint64]:
    keys = np.zeros(len(texts), dtype=np.uint64)
    bare = texts.str.replace_all(" ", "", literal=True)
    size = bare.str.len_bytes()
    fits = size.is_between(_SHORTEST, _LONGEST) & (size == bare.str.len_chars())
    at = fits.fill_null(value=False).to_numpy()
    if at.any():
        keys[at] = _numbers(bare.filter(pl.Series(at)))
    return keys


def _numbers(bare: pl.Series) -> npt.NDArray[np.uint64]:
    """Return the keys of texts of five to seven ASCII characters without blanks."""
    outward = bare.str.head(-_INWARD).str.pad_end(_OUTWARD)
    seven = (outward + bare.str.tail(_INWARD)).str.join("").item().encode("ascii")
    wide = np.zeros((len(bare), 8), dtype=np.uint8)
    wide[:, : _OUTWARD + _INWARD] = np.frombuffer(seven, np.uint8).reshape(len(bare), -1)
    return wide.reshape(-1).view(">u8").astype(np.uint64)
