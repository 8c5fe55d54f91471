"""Loading: what one file says, into every table that it speaks of, whole or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import orjson
import pandas as pd
import sqlalchemy as sa

from app.db.engine import writing
from app.db.history import next_moment
from app.db.loads import LoadRecord, add_load, finish_load, read_load
from app.db.matches import read_identities
from app.db.precedence import Strength
from app.db.register import known_keys
from etl.clean.references import check_references
from etl.errors import CountError
from etl.prepare import Prepared, Tools
from etl.rejects import join_rejects, write_rejects
from etl.report import LoadReport, TableReport
from etl.sources.feed import Feed
from etl.tables import references
from etl.write import Outcome, write_part

OUT_OF_SCOPE = "not in the register: {field}"
"""The rule by which lines are counted that are of something that the register is not about."""

ADD_ONE = "To add a programme of a list of all: --add-programme CODE."
"""Said where a list only brought up to date what the register holds."""

NOT_REFERRED = "nothing that the register is about is there"
"""The rule by which rows are counted to which no row of the file that is loaded refers."""


@dataclass(frozen=True, slots=True)
class Source:
    """As whose word a file is loaded.

    Attributes
    ----------
    speaker
        The word for the source; a later file of the same speaker takes the place of this one.
    title
        What the source is, for people.
    licence
        Under which terms it is published.
    strength
        The weight of its word.
    as_at
        Day for which it holds; None is unknown.
    retrieved_on
        Day on which it was fetched from its publisher.
    """

    speaker: str
    title: str
    licence: str | None = None
    strength: Strength = Strength.OWN
    as_at: date | None = None
    retrieved_on: date | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Loaded:
    """What became of one part; ``aside`` is the rule by which each line is out of scope."""

    prepared: Prepared
    outcome: Outcome
    rejects: pd.DataFrame
    aside: pd.Series


def load_feed(  # noqa: PLR0913 - what, by whose word, by what means and when
    engine: sa.Engine,
    feed: Feed,
    parts: Sequence[Prepared],
    source: Source,
    tools: Tools,
    *,
    now: datetime | None = None,
    fingerprint: str | None = None,
) -> LoadReport:
    """Write what a file says in one transaction, together with a note that it was loaded.

    Rows that refer to something that the register does not know are refused. Of a row that is
    there already, only what the source says otherwise than before is written.

    Parameters
    ----------
    parts
        The feed's parts, prepared, in their order.
    now
        The moment of the load; None is now.
    fingerprint
        What the load's outcome depends on, to know it again; see :mod:`etl.again`.

    Raises
    ------
    CountError
        If a row went astray; nothing is written then.
    DatabaseError
        If the database cannot be used; nothing is written then.
    """
    with writing(engine) as connection:
        moment = next_moment(connection, now or datetime.now(UTC))
        record = _note(connection, feed, parts, source, moment)
        loaded = [
            _load_part(connection, part, parts[at:], record, tools)
            for at, part in enumerate(parts, start=1)
        ]
        report = _report(feed, loaded, record.load_id)
        finish_load(
            connection,
            record.load_id,
            rows_inserted=report.inserted,
            rows_updated=report.updated,
            rows_unchanged=report.unchanged,
            rows_rejected=report.rejected,
            fingerprint=fingerprint,
            report=orjson.dumps(report.document()).decode(),
        )
    return report


def place_rejects(
    report: LoadReport, path: Path, *, table: str | None
) -> tuple[Path | None, tuple[str, ...]]:
    """Write the rejects beside the file ``path``, or else into the working folder.

    The file's name is followed by the table's where the user named one, since one file may be
    loaded into two tables. With no rejects nothing is written, and an older file of the same name
    is removed.

    Returns
    -------
    Where they were written, if anywhere, and what is to be said of it.
    """
    name = rejects_name(path, table)
    folders = (path.parent, Path.cwd())
    if report.rejects.empty:
        for folder in folders:
            _remove(folder / name)
        return None, ()
    for folder in folders:
        try:
            write_rejects(report.rejects, folder / name)
        except OSError:
            continue
        return folder / name, ()
    return None, (f"The rejects could not be written: neither {folders[0]} nor here is writable.",)


def rejects_name(path: Path, table: str | None) -> str:
    """Return the name of the file of rejects of ``path``."""
    return f"{path.name}.{table}.rejects.csv" if table else f"{path.name}.rejects.csv"


def _note(
    connection: sa.Connection,
    feed: Feed,
    parts: Sequence[Prepared],
    source: Source,
    moment: datetime,
) -> LoadRecord:
    """Note the load before its rows, since they refer to it."""
    record = LoadRecord(
        load_id=0,
        table_name=", ".join(part.part.table for part in parts),
        file_name=feed.name,
        file_sha256=feed.sha256,
        loaded_at=moment,
        rows_read=feed.read,
        rows_inserted=0,
        rows_updated=0,
        rows_unchanged=0,
        rows_rejected=0,
        speaker=source.speaker,
        title=source.title,
        licence=source.licence,
        strength=int(source.strength),
        retrieved_on=source.retrieved_on or moment.date(),
        as_at=source.as_at or feed.as_at,
        spoken=orjson.dumps({part.part.table: part.spoken for part in parts}).decode(),
    )
    return read_load(connection, add_load(connection, record))


def _load_part(
    connection: sa.Connection,
    prepared: Prepared,
    later: Sequence[Prepared],
    record: LoadRecord,
    tools: Tools,
) -> _Loaded:
    known = _known(connection, prepared)
    aside = _out_of_scope(connection, prepared, known, tools)
    if prepared.part.only_referred:
        left = prepared.rows[~prepared.rows.index.isin(aside.index)]
        needless = ~left[prepared.model.KEY[0]].isin(_referred(connection, prepared, later))
        aside = pd.concat([aside, pd.Series(NOT_REFERRED, index=left.index[needless])])
    rows = prepared.rows[~prepared.rows.index.isin(aside.index)]
    unknown = check_references(rows, known)
    rows = rows[~rows.index.isin(unknown["line"])]
    return _Loaded(
        prepared=prepared,
        outcome=write_part(connection, prepared, rows, record, tools),
        rejects=join_rejects([prepared.rejects, unknown]),
        aside=aside,
    )


def _known(connection: sa.Connection, prepared: Prepared) -> dict[str, tuple[str, set[str]]]:
    """Return, by field that refers to another table, its name and the ids of rows that it holds.

    A row may have several: those of other sources that are matched to it are among them.
    """
    identities = read_identities(connection)
    found: dict[str, tuple[str, set[str]]] = {}
    for name, target in references(prepared.model).items():
        table = target.partition(".")[0]
        keys = known_keys(connection, target)
        also = {own for own, meant in identities.of(table).items() if meant in keys}
        found[name] = (table, keys | also)
    return found


def _out_of_scope(
    connection: sa.Connection,
    prepared: Prepared,
    known: Mapping[str, tuple[str, set[str]]],
    tools: Tools,
) -> pd.Series:
    """Return, by line, the rule by which a row is of something that the register is not about."""
    rows = prepared.rows
    rule = pd.Series(pd.NA, index=rows.index, dtype="str")
    for name in prepared.part.scope:
        outside = rows[name].notna() & ~rows[name].isin(list(known[name][1]))
        rule = rule.mask(outside & rule.isna(), OUT_OF_SCOPE.format(field=name))
    if prepared.part.only_known:
        key = prepared.model.KEY[0]
        held = known_keys(connection, f"{prepared.part.table}.{key}") | tools.wanted
        rule = rule.mask(~rows[key].isin(list(held)), OUT_OF_SCOPE.format(field=key))
    return rule.dropna()


def _referred(connection: sa.Connection, prepared: Prepared, later: Sequence[Prepared]) -> set[str]:
    """Return the keys to which rows of later parts refer that are not out of scope."""
    target = f"{prepared.part.table}.{prepared.model.KEY[0]}"
    found: set[str] = set()
    for part in later:
        fields = [name for name, aim in references(part.model).items() if aim == target]
        rule = _out_of_scope(connection, part, _known(connection, part), Tools(pd.DataFrame()))
        rows = part.rows[~part.rows.index.isin(rule.index)]
        for name in fields:
            found |= set(rows[name].dropna())
    return found


def _report(feed: Feed, loaded: Sequence[_Loaded], load_id: int) -> LoadReport:
    """Count what became of every line, and make sure that none went astray."""
    fresh: set[int] = set()
    kept: set[int] = set()
    listed = dict(zip(feed.rejects["line"], feed.rejects["rule"], strict=True))
    aside: dict[int, str] = {}
    for part in loaded:
        kept |= _lines(part, part.outcome.kept)
        fresh |= _lines(part, part.outcome.fresh)
        listed = _rules(part) | listed
        for rule, lines in part.aside.groupby(part.aside.array):
            aside |= dict.fromkeys(_lines(part, lines.index), str(rule))
    by_rule = Counter(rule for line, rule in listed.items() if line not in kept)
    counted = Counter(r for line, r in aside.items() if line not in kept and line not in listed)
    refused = listed.keys() | aside.keys()
    lost = set().union(*(part.prepared.part.lines() for part in loaded)) - kept - refused
    if lost:
        raise CountError(
            f"{feed.name}: line {min(lost)} is neither kept nor refused. Nothing was written; "
            "please report this fault."
        )
    return LoadReport(
        file=feed.name,
        layout=feed.layout,
        read=feed.read,
        loaded=len(fresh),
        unchanged=len(kept - fresh),
        rejected=len(refused - kept) + sum(feed.set_aside.values()),
        tables=tuple(_table_report(part) for part in loaded),
        rejects=join_rejects([feed.rejects, *(part.rejects for part in loaded)]),
        rejected_by_rule={str(rule): lines for rule, lines in by_rule.most_common()},
        set_aside=dict(Counter(feed.set_aside) + counted),
        load_id=load_id,
        notes=(
            *feed.notes,
            *_advice(loaded),
            *(note for part in loaded for note in (*part.prepared.notes, *part.outcome.notes)),
        ),
    )


def _advice(loaded: Sequence[_Loaded]) -> tuple[str, ...]:
    """Say how to add what a list of all was not taken for, if anything was left aside by that."""
    left = any(part.prepared.part.only_known and len(part.aside) for part in loaded)
    return (ADD_ONE,) if left else ()


def _lines(part: _Loaded, rows: Iterable[int]) -> set[int]:
    """Return the lines on which rows stand, further lines that say the same among them."""
    wanted = set(map(int, rows))
    also = part.prepared.also
    return wanted | set(map(int, also.index[also.isin(wanted)]))


def _rules(part: _Loaded) -> dict[int, str]:
    """Return the rule by which each line was refused, those that say the same among them."""
    rules = part.rejects.drop_duplicates("line").set_index("line")["rule"]
    also = part.prepared.also.map(rules).dropna()
    both = pd.concat([rules, also])
    return {int(line): str(rule) for line, rule in zip(both.index, both, strict=True)}


def _table_report(part: _Loaded) -> TableReport:
    prepared, outcome = part.prepared, part.outcome
    by_rule = pd.concat([part.rejects["rule"], part.aside]).value_counts()
    rules = {str(rule): int(rows) for rule, rows in by_rule.items()}
    return TableReport(
        table=prepared.part.table,
        rows=len(prepared.part.cells),
        inserted=outcome.inserted,
        updated=outcome.updated,
        evidence=outcome.evidence,
        unchanged=outcome.unchanged,
        rejected=sum(rules.values()),
        changes=outcome.changes,
        rejected_by_rule=rules,
        precision=outcome.precision,
        filled=outcome.filled,
        partial=outcome.partial,
        distances=prepared.distances,
    )


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        # A folder that cannot be written may keep its old file; it says its own date.
        return
