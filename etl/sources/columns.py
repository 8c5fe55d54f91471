"""The cells of a table, gathered column by column: those that are asked for, each text once."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pandas as pd

from etl.errors import SourceError
from etl.rejects import join_rejects, make_rejects
from etl.sources.workbook import ERROR_VALUES

MAX_CELLS = 100_000_000
"""A table of more cells is refused: it may be made to fill the memory."""

MAX_REFUSED = 1_000_000
"""So many rows that cannot be read are listed; a file with more is no table."""

_BATCH_ROWS = 5_000
_MAX_SHARED = 20_000


class Columns:
    """Gathers rows as columns, and the rows that are refused.

    Parameters
    ----------
    names
        Name of every column of the file.
    kept
        Positions of those to keep.
    nameless
        Positions whose name is made up; such a column is left out where it holds nothing.
    file
        Name of the file, for messages.
    """

    def __init__(
        self, names: Sequence[str], kept: Sequence[int], nameless: set[int], *, file: str
    ) -> None:
        self._names = names
        self._kept = list(kept)
        self._nameless = nameless
        self._file = file
        self._lines = array("q")
        self._batch: list[list[str]] = []
        self._pieces: dict[int, list[tuple[int, np.ndarray | None]]] = {at: [] for at in kept}
        self._shared: dict[int, dict[str, str]] = {at: {} for at in kept}
        self._holding: set[int] = set()
        self._errors: set[int] = set()
        self._refused: dict[tuple[str, str], list[tuple[int, str, str]]] = defaultdict(list)
        self._refusals = 0

    def add(self, line: int, cells: list[str]) -> None:
        """Keep a row, which has a cell for every name.

        Raises
        ------
        SourceError
            If there are more than ``MAX_CELLS``.
        """
        self._lines.append(line)
        self._batch.append(cells)
        if len(self._batch) == _BATCH_ROWS:
            self._flush()

    def refuse(self, line: int, field: str, rule: str, value: str, advice: str) -> None:
        """Note a row that cannot be kept.

        Raises
        ------
        SourceError
            If there are more than ``MAX_REFUSED``.
        """
        self._refused[field, rule].append((line, value, advice))
        self._refusals += 1
        if self._refusals > MAX_REFUSED:
            raise SourceError(
                f"{self._file} has more than {MAX_REFUSED:,} rows that cannot be read, such as "
                f"line {line} ({rule}): look at its separator and its quotes, and export it again."
            )

    def table(self) -> pd.DataFrame:
        """Return the rows that were kept, as text, indexed by line; ask for it once."""
        self._flush()
        kept = [at for at in self._kept if at not in self._nameless or at in self._holding]
        index = pd.Index(np.array(self._lines, dtype="int64"), name="line")
        made = {at: pd.array(self._join(at), dtype="str") for at in kept}
        cells = pd.DataFrame(made, index=index)
        cells.columns = pd.Index([self._names[at] for at in kept], dtype="str")
        return cells[~self._refuse_errors(cells)] if self._errors else cells

    def rejects(self) -> pd.DataFrame:
        """Return the rows that were refused; complete once :meth:`table` was called."""
        return join_rejects(
            make_rejects(
                [line for line, _, _ in rows],
                field=field,
                rule=rule,
                values=[value for _, value, _ in rows],
                suggestions=[advice for _, _, advice in rows],
            )
            for (field, rule), rows in self._refused.items()
        )

    def notes(self) -> tuple[str, ...]:
        """Say how many columns were left out for holding nothing."""
        empty = sum(at in self._nameless and at not in self._holding for at in self._kept)
        return (f"Left out: {empty} column(s) with neither name nor value.",) if empty else ()

    def _flush(self) -> None:
        rows, self._batch = self._batch, []
        if len(self._lines) * len(self._kept) > MAX_CELLS:
            raise SourceError(
                f"{self._file} has more than {MAX_CELLS:,} cells: load it in parts, or delete the "
                "columns that the register does not take."
            )
        for at in self._kept:
            texts = [row[at].strip() for row in rows]
            if not any(texts):
                self._pieces[at].append((len(texts), None))
                continue
            self._holding.add(at)
            if not ERROR_VALUES.isdisjoint(texts):
                self._errors.add(at)
            shared = self._shared[at]
            if len(shared) < _MAX_SHARED:
                texts = [shared.setdefault(text, text) for text in texts]
            self._pieces[at].append((len(texts), np.array(texts, dtype="object")))

    def _join(self, at: int) -> np.ndarray:
        # Its pieces are let go, lest every column stand in memory twice.
        pieces = self._pieces.pop(at)
        whole = np.full(len(self._lines), "", dtype="object")
        begin = 0
        for count, piece in pieces:
            if piece is not None:
                whole[begin : begin + count] = piece
            begin += count
        return whole

    def _refuse_errors(self, cells: pd.DataFrame) -> pd.Series:
        """Refuse the rows that hold an error of a formula, by the first such cell."""
        broken = pd.Series(data=False, index=cells.index)
        for name in dict.fromkeys(self._names[at] for at in sorted(self._errors)):
            found = cells.loc[cells[name].isin(ERROR_VALUES) & ~broken, name]
            broken[found.index] = True
            for line, value in found.items():
                self.refuse(int(str(line)), name, "formula without a value", value, _CORRECT)
        return broken


_CORRECT = "correct the formula, or put its value in its place, and save the workbook"
