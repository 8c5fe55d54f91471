"""What a mapping would make of a file, with nothing written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from etl.clean.completeness import Completeness, completeness
from etl.errors import CountError
from etl.gazetteer import Gazetteer
from etl.mapping import Mapping
from etl.pipeline import own_feed
from etl.prepare import Tools, prepare_part
from etl.rejects import join_rejects
from etl.tables import model_of, references


@dataclass(frozen=True, slots=True, eq=False)
class MappingCheck:
    """What would become of a file's rows.

    Attributes
    ----------
    table, file
        The register table, and the file's name.
    read, kept
        Rows of the file, and those that would be kept.
    rejects
        Those that would be refused: ``line``, ``field``, ``rule``, ``value``, ``suggestion``.
    filled
        How complete the kept rows are.
    refers_to
        Tables in which something must stand that the rows refer to; it was not looked at.
    notes
        What is to be said of the file, in sentences.
    """

    table: str
    file: str
    read: int
    kept: int
    rejects: pd.DataFrame
    filled: Completeness
    refers_to: tuple[str, ...]
    notes: tuple[str, ...]

    def lines(self) -> list[str]:
        """Return the check as lines for a terminal: refusals by field and rule, with an example."""
        counted = f"of {self.read} rows {self.kept} would be kept, {len(self.rejects)} refused"
        told = [f"{self.table} from {self.file}: {counted}. Nothing was written."]
        counts = Counter(zip(self.rejects["field"], self.rejects["rule"], strict=True))
        for (field, rule), rows in counts.most_common():
            first = self.rejects.query("field == @field and rule == @rule").iloc[0]
            where = f"{field}, {rule}" if field else rule
            told.append(
                f"  Refused, {where}: {rows}; such as line {first['line']}: {first['suggestion']}."
            )
        shares = self.filled.shares[self.filled.shares > 0].sort_values(ascending=False)
        if self.kept:
            filled = ", ".join(f"{name} {share:.0%}" for name, share in shares.items())
            told.append(f"  Filled: {filled}; the other fields stay unknown.")
            told.append(
                f"  Partial: {int(self.filled.partial.sum())} rows lack a field that others have; "
                "they load all the same."
            )
        if self.refers_to:
            told.append(f"  Not checked: whether {', '.join(self.refers_to)} hold what it names.")
        return told + [f"  {note}" for note in self.notes]


def check_mapping(
    path: Path,
    mapping: Mapping,
    *,
    authorities: pd.DataFrame,
    gazetteer: Gazetteer | None = None,
) -> MappingCheck:
    """Read, clean and place a file by a mapping, and write nothing.

    Raises
    ------
    EtlError
        If the file or the mapping cannot be used.
    """
    model = model_of(mapping.table)
    feed = own_feed(path, mapping.table, mapping)
    tools = Tools(authorities=authorities, gazetteer=gazetteer)
    prepared = prepare_part(feed.parts[0], tools, file=feed.name, suggestions=mapping.suggestions)
    rows = pd.DataFrame(prepared.rows)
    rejects = join_rejects([feed.rejects, prepared.rejects])
    if len(rows) + len(rejects) != feed.read:
        raise CountError(f"{path.name}: rows went astray; please report this fault.")
    targets = dict.fromkeys(target.partition(".")[0] for target in references(model).values())
    return MappingCheck(
        table=mapping.table,
        file=path.name,
        read=feed.read,
        kept=len(rows),
        rejects=rejects,
        filled=completeness(rows, model),
        refers_to=tuple(targets),
        notes=(*feed.notes, *prepared.notes),
    )
