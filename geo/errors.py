"""Every error that the analysis library raises on purpose.

GeoError
    InputError                the caller's tables cannot be used as given
        MissingColumnsError
        CrsError
    ScenarioError             a parameter is unknown, of the wrong type or out of bounds
    NotSolvedError            a solver stopped without an answer that can be trusted
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping


class GeoError(Exception):
    """Base class: catch this to catch them all."""


class InputError(GeoError, ValueError):
    """The caller's tables cannot be used as given."""


class MissingColumnsError(InputError):
    """A table lacks columns that the calculation needs."""

    def __init__(self, table: str, missing: Iterable[str], found: Iterable[str]) -> None:
        self.table = table
        self.missing = sorted(missing)
        self.found = sorted(map(str, found))
        super().__init__(
            f"{table!r} lacks {', '.join(self.missing)}; it has {', '.join(self.found)}."
        )


class CrsError(InputError):
    """Distances were asked of tables that are not all in one metric CRS."""

    def __init__(self, crs_by_table: Mapping[str, object]) -> None:
        self.crs_by_table = dict(crs_by_table)
        found = ", ".join(f"{name} is in {crs}" for name, crs in crs_by_table.items())
        super().__init__(
            f"Distances need one projected CRS in metres, but {found}. "
            "Call .to_crs() once, where the data enters."
        )


class ScenarioError(GeoError, ValueError):
    """A scenario names an unknown parameter, or gives one a value that it may not have."""


class NotSolvedError(GeoError):
    """A solver stopped without an answer that can be trusted."""
