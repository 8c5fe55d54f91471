"""Sector tags: which segment a company is of, how surely, and why, from its codes and its name."""

from __future__ import annotations

import re
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl.sector import Sector, SectorCode

_DIGITS = re.compile(r"\s*(\d{5})(?!\d)", re.ASCII)


class Scope(StrEnum):
    """Whether a company is of the sector."""

    IN = "in"
    WEAK = "weak"
    OUT = "out"


def tag_sector(names: pd.Series, codes: pd.DataFrame, sector: Sector) -> pd.DataFrame:
    """Say of every company how far it is of the sector, from all of its industry codes.

    Its weight is the greatest of its codes, raised where the name holds a word that strengthens.
    A name with a word that leaves it out is out of scope, unless a strengthening word stands in it
    as well: then the evidence is weak. Without any code of the sector the weight is 0 and the
    scope ``out``.

    Parameters
    ----------
    names
        Names of companies; empty or missing ones say nothing.
    codes
        One column per code that a company may give, on the same index: five digits, with or
        without the official text behind them; anything else, such as ``None Supplied``, is none.
    sector
        The codes, weights and words; assumptions all of them.

    Returns
    -------
    On the index of ``names``: ``sic_codes``, all that were given, once each, separated by ``;``;
    ``segment`` (missing where no code is of the sector); ``segment_weight``, 0 to 1;
    ``segment_reason``, in words; ``scope``, see :class:`Scope`.
    """
    texts = names.fillna("").astype("str")
    key, distinct = _known_codes(codes, sector)
    found = distinct.take(key).set_axis(texts.index)
    strong, left_out = (
        texts.str.extract(pattern, expand=True).iloc[:, 0].str.lower()
        if "(" in pattern and pattern != "(?!)"
        else pd.Series(pd.NA, index=texts.index, dtype="str")
        for pattern in (sector.strengthen, sector.out)
    )
    weight = found["weight"].astype(float)
    of_sector = weight > 0
    raised = (weight + sector.strengthened_by).clip(upper=1.0).round(4)
    weight = weight.mask(of_sector & strong.notna(), raised)
    scope = pd.Series(str(Scope.WEAK), index=texts.index, dtype="str")
    scope = scope.mask((weight >= sector.in_from) & left_out.isna(), str(Scope.IN))
    scope = scope.mask(~of_sector | (left_out.notna() & strong.isna()), str(Scope.OUT))
    return pd.DataFrame(
        {
            "sic_codes": found["sic_codes"].astype("str"),
            "segment": _segments(found, texts, sector),
            "segment_weight": weight,
            "segment_reason": _reasons(found["reason"], strong, left_out, sector),
            "scope": scope,
        }
    )


def _known_codes(codes: pd.DataFrame, sector: Sector) -> tuple[npt.NDArray[np.intp], pd.DataFrame]:
    """Return for each company the position of its codes among the distinct ones, and those."""
    tuples = pd.MultiIndex.from_frame(codes.fillna("").astype("str"))
    position, distinct = pd.factorize(tuples)
    return position, pd.DataFrame(
        [_of_codes(given, sector) for given in distinct],
        columns=["sic_codes", "segment", "weight", "reason", "by_name"],
    )


def _of_codes(texts: tuple[str, ...], sector: Sector) -> tuple[str, str | None, float, str, bool]:
    """Return what a company's codes alone say."""
    found = [match.group(1) for match in map(_DIGITS.match, texts) if match]
    given = list(dict.fromkeys(found))
    known = [sector.codes[code] for code in given if code in sector.codes]
    counted = sorted((one for one in known if one.weight > 0), key=lambda one: -one.weight)
    if not counted:
        return ";".join(given), None, 0.0, "no industry code of the sector", False
    best = counted[0]
    reason = f"{best.code} ({best.short}), weight {best.weight:g}"
    if len(counted) > 1:
        reason += f"; also {', '.join(map(_named, counted[1:]))}"
    elif best.weight < sector.in_from:
        reason += f"; {best.code} alone is weak evidence"
    return ";".join(given), best.segment, best.weight, reason, best.segment_by_name


def _named(one: SectorCode) -> str:
    return f"{one.code} ({one.short}) {one.weight:g}"


def _segments(found: pd.DataFrame, texts: pd.Series, sector: Sector) -> pd.Series:
    """Return the segment of each code, or the one that the name says where the code leaves it."""
    segments = found["segment"].astype("str")
    open_ = found["by_name"].astype(bool)
    for segment, pattern in sector.segments.items():
        # The groups of the pattern are for reasons; here it only matters whether it is found.
        said = texts.where(open_, "").str.contains(pattern.replace("(?i)(", "(?i)(?:"), regex=True)
        segments = segments.mask(said, segment)
        open_ &= ~said
    return segments


def _reasons(
    of_codes: pd.Series, strong: pd.Series, left_out: pd.Series, sector: Sector
) -> pd.Series:
    reasons = of_codes.astype("str")
    raised = reasons + "; the name says '" + strong + f"', + {sector.strengthened_by:g}"
    reasons = raised.where(strong.notna() & (of_codes != "no industry code of the sector"), reasons)
    doubted = reasons + "; the name says '" + left_out + "', which is of another trade"
    return doubted.where(left_out.notna(), reasons).astype("str")
