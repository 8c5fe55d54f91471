"""What counts as the sector: industry codes with their weights, and words of names."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.settings import shipped_data_path
from etl.errors import SourceError

FILE = Path("sector") / "sector.toml"
_CODE = re.compile(r"\d{5}", re.ASCII)
_TEXTS = ("code", "text", "short", "segment", "reason")


@dataclass(frozen=True, slots=True)
class SectorCode:
    """One industry code.

    Attributes
    ----------
    code, text
        Five digits, and the official text.
    short
        The text in few words, for reasons.
    segment
        The segment of the sector that a company with it is of.
    weight
        How far it alone speaks for the sector, 0 to 1; an assumption. 0 is no code of the sector.
    reason
        Why the weight is so.
    segment_by_name
        Whether words of the name may say another segment.
    """

    code: str
    text: str
    short: str
    segment: str
    weight: float
    reason: str
    segment_by_name: bool = False


@dataclass(frozen=True, slots=True)
class Sector:
    """The sector as the file ``sector.toml`` has it; everything in it is an assumption.

    Attributes
    ----------
    codes
        The codes by their digits, those without weight among them.
    in_from
        The least weight of a company that is of the sector; below it the evidence is weak.
    strengthened_by
        What a strengthening word adds to the weight.
    out, strengthen
        Patterns that find a word that leaves a name out, or speaks for the sector.
    segments
        Patterns by the segment that their words name.
    """

    codes: Mapping[str, SectorCode]
    in_from: float
    strengthened_by: float
    out: str
    strengthen: str
    segments: Mapping[str, str]

    @property
    def sought(self) -> tuple[str, ...]:
        """The codes that make a company one to look at: those with a weight."""
        return tuple(code for code, known in self.codes.items() if known.weight > 0)


def shipped_sector() -> Sector:
    """Return the sector as it ships.

    Raises
    ------
    SourceError
        See :func:`read_sector`.
    """
    return read_sector(shipped_data_path() / FILE)


def read_sector(path: Path) -> Sector:
    """Read a sector file.

    Raises
    ------
    SourceError
        If it is missing, no TOML, or a code, a weight or a word is not as it should be.
    """
    try:
        entry = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SourceError(f"{path} cannot be read as a sector file: {error}") from None
    found = [_code(path, one) for one in entry.get("codes", [])]
    codes = {one.code: one for one in found}
    if not found or len(codes) < len(found):
        raise SourceError(f"{path.name} has no codes, or one of them twice: correct [[codes]].")
    words = entry.get("words", {})
    segments = words.get("segments", {})
    unknown = sorted(set(segments) - {one.segment for one in found})
    if unknown:
        raise SourceError(f"{path.name} has words for the segment {unknown[0]!r}, but no code.")
    return Sector(
        codes=codes,
        in_from=_share(path, entry, "in_from"),
        strengthened_by=_share(path, entry, "strengthened_by"),
        out=_pattern(path, words.get("out", [])),
        strengthen=_pattern(path, words.get("strengthen", [])),
        segments={segment: _pattern(path, some) for segment, some in segments.items()},
    )


def _code(path: Path, one: Mapping[str, Any]) -> SectorCode:
    missing = [name for name in _TEXTS if not str(one.get(name, "")).strip()]
    if missing:
        raise SourceError(f"{path.name} has a code without {missing[0]!r}: fill it in.")
    code = str(one["code"])
    if not _CODE.fullmatch(code):
        raise SourceError(f"{path.name} has the code {code!r}: write five digits in quotes.")
    return SectorCode(
        **{name: str(one[name]) for name in _TEXTS},
        weight=_share(path, one, "weight"),
        segment_by_name=bool(one.get("segment_by_name", False)),
    )


def _share(path: Path, entry: Mapping[str, Any], name: str) -> float:
    value = entry.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise SourceError(f"{path.name} has {name} = {value!r}: write a number from 0 to 1.")
    return float(value)


def _pattern(path: Path, words: list[str]) -> str:
    """Return a pattern of whole words, or beginnings of words where they end with ``*``."""
    if not all(isinstance(word, str) and word.strip("* ") for word in words):
        raise SourceError(f"{path.name} has an empty word: delete it.")
    found = [
        r"\b" + re.escape(word.strip().rstrip("*")) + (r"\w*" if word.endswith("*") else r"\b")
        for word in words
    ]
    # Without words: a pattern that is found nowhere.
    return f"(?i)({'|'.join(found)})" if found else r"(?!)"
