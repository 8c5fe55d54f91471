"""What columns are called: names made alike, known synonyms, and names of personal columns."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz

from etl.errors import MappingError

FILE_NAME = "synonyms.toml"
MIN_LIKENESS = 88.0
"""A name that is less like a synonym (0 to 100) is another name."""

_MIN_LENGTH = 6
"""Shorter names are like too many others: only the same one counts."""

_JOINTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_OTHERS = re.compile(r"[\W_]+")
_TABLES = ("personal", "values", "flags")


@dataclass(frozen=True, slots=True)
class Synonyms:
    """What columns and values are called in spreadsheets.

    Attributes
    ----------
    fields
        By table, or ``every``, and by field: its names, the preferred ones first.
    personal
        Words of a column's name that make it a person's.
    not_personal
        Names that are not, although they have such a word.
    words
        By value of a choice: words that mean it.
    yes, no
        Words that mean yes and no.
    """

    fields: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    personal: tuple[str, ...] = ()
    not_personal: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()

    def of(self, table: str, name: str) -> tuple[str, ...]:
        """Return the names of a field, made alike; the field's own first."""
        known = self.fields.get(table, {}).get(name) or self.fields.get("every", {}).get(name, ())
        return tuple(dict.fromkeys(map(tidy, (name, *known))))

    def is_personal(self, column: str) -> bool:
        """Whether a column is a person's by its name."""
        words = tidy(column)
        if words in map(tidy, self.not_personal):
            return False
        return any(f" {tidy(word)} " in f" {words} " for word in self.personal)


def read_synonyms(path: Path) -> Synonyms:
    """Read the file of synonyms.

    Raises
    ------
    MappingError
        If it is missing or no TOML, or holds something else than lists of words.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MappingError(f"The synonyms {path} cannot be read: {error}.") from None
    tables = {
        table: {name: _words(given, f"{table}.{name}") for name, given in section.items()}
        for table, section in content.items()
        if isinstance(section, dict)
    }
    special = {name: tables.pop(name, {}) for name in _TABLES}
    return Synonyms(
        fields=tables,
        personal=special["personal"].get("words", ()),
        not_personal=special["personal"].get("except", ()),
        words=special["values"],
        yes=special["flags"].get("yes", ()),
        no=special["flags"].get("no", ()),
    )


def tidy(name: str) -> str:
    """Return a name in lower case, its words apart by one blank.

    Examples
    --------
    >>> tidy("PROVIDER_UKPRN"), tidy("CollegeName"), tidy("Post-Code ")
    ('provider ukprn', 'college name', 'post code')
    """
    return _OTHERS.sub(" ", _JOINTS.sub(" ", name)).strip().casefold()


def likeness(column: str, names: tuple[str, ...]) -> float:
    """Return how like a column's name is to the names of a field, 0 to 100.

    100 is the field's own name; the other names follow in their order, never below 90; a name
    that is only like one of them comes below 90, and 0 is no likeness worth telling.
    """
    found = tidy(column)
    bare = found.replace(" ", "")
    for at, name in enumerate(names):
        if name.replace(" ", "") == bare:
            return max(100.0 - at / 2, 90.0)
    if len(bare) < _MIN_LENGTH:
        return 0.0
    best = max((fuzz.ratio(found, name) for name in names if len(name) >= _MIN_LENGTH), default=0.0)
    return min(best, 100.0) * 0.9 if best >= MIN_LIKENESS else 0.0


def _words(given: Any, where: str) -> tuple[str, ...]:  # noqa: ANN401 - any TOML
    if not isinstance(given, list) or not all(isinstance(word, str) for word in given):
        raise MappingError(f"The synonyms: {where!r} must be a list of texts.")
    return tuple(given)
