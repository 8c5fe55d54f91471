"""What a load did: counts that must add up, rejects, and how well its points agree."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from etl.errors import CountError


@dataclass(frozen=True, slots=True)
class Distances:
    """How far the given coordinates lie from the postcodes' points.

    Attributes
    ----------
    rows
        How many rows give both.
    median_metres, p90_metres
        Median and 90th percentile of the distance.
    """

    rows: int
    median_metres: float
    p90_metres: float


@dataclass(frozen=True, slots=True, eq=False)
class LoadReport:
    """What became of a file's rows.

    Attributes
    ----------
    table, file
        The register table, and the file's name.
    read, inserted, updated, unchanged, rejected
        Rows; the first is the sum of the others.
    rejects
        The rejected rows: ``line``, ``field``, ``rule``, ``value``, ``suggestion``.
    rejects_file
        Where they were written; None if there are none, or no folder could be written.
    notes
        What is to be said of the file, in sentences.
    distances
        None where no row gives both a postcode and coordinates.

    Raises
    ------
    CountError
        If the counts do not add up.
    """

    table: str
    file: str
    read: int
    inserted: int
    updated: int
    unchanged: int
    rejected: int
    rejects: pd.DataFrame
    rejects_file: Path | None = None
    notes: tuple[str, ...] = ()
    distances: Distances | None = None

    def __post_init__(self) -> None:
        kept = self.inserted + self.updated + self.unchanged
        if self.read != kept + self.rejected or self.rejected != len(self.rejects):
            raise CountError(
                f"{self.file}: {self.read} rows were read, but {kept} were kept and "
                f"{self.rejected} rejected ({len(self.rejects)} listed). Nothing was written; "
                "please report this fault."
            )

    @property
    def loaded(self) -> int:
        """Rows that changed the register."""
        return self.inserted + self.updated

    @property
    def rejected_by_rule(self) -> dict[str, int]:
        """Rejected rows by rule, the commonest first."""
        return {str(rule): int(rows) for rule, rows in self.rejects["rule"].value_counts().items()}

    def lines(self) -> list[str]:
        """Return the report as lines for a terminal."""
        counts = (
            f"{self.table} from {self.file}: read {self.read}, loaded {self.loaded} "
            f"({self.inserted} new, {self.updated} changed), unchanged {self.unchanged}, "
            f"rejected {self.rejected}."
        )
        made = [counts]
        made += [f"  Rejected, {rule}: {rows}." for rule, rows in self.rejected_by_rule.items()]
        if self.distances:
            made.append(
                f"  Given coordinates lie {self.distances.median_metres:,.0f} m (median) and "
                f"{self.distances.p90_metres:,.0f} m (90th percentile) from the postcode's point, "
                f"in {self.distances.rows} rows."
            )
        if self.rejects_file:
            made.append(f"  The rejected rows are in {self.rejects_file}.")
        return made + [f"  {note}" for note in self.notes]


def summarise(offsets_metres: pd.Series) -> Distances | None:
    """Return the median and the 90th percentile of ``offsets_metres``; None if there are none."""
    metres = offsets_metres.dropna().to_numpy(float)
    if not len(metres):
        return None
    return Distances(
        rows=len(metres),
        median_metres=float(np.median(metres)),
        p90_metres=float(np.percentile(metres, 90)),
    )
