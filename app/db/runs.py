"""Reads and writes stored runs: what was computed, from what, and its tables and layers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from app.db.cursors import read_cursor, write_cursor
from app.db.errors import BadCursorError, NoRunError, NotFoundError, RunTooOldError
from app.db.models import Run, RunCluster, RunClusterSite, RunCoverage, RunLayer, RunRanking

_INSERT: Mapping[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
_JSON_COLUMNS = ("values", "contributions", "missing")


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One computed result: what it was computed from, and when it was stored.

    ``register_moment`` is the last change of the register that the run has seen; None for a run
    of an earlier release, and for an empty register.
    """

    run_id: str
    snapshot: str
    scenario: str
    scenario_name: str
    scenario_content: str
    as_of: date
    code_version: str
    illustrative: bool
    summary: str
    finished_at: datetime
    register_moment: datetime | None = None


@dataclass(frozen=True, slots=True)
class Layer:
    """A large answer of a run; ``content`` is compressed with gzip."""

    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, eq=False)
class RunTables:
    """The tables of a run, as :class:`geo.analysis.Analysis` has them.

    Only ``clusters`` is in another CRS: footprints in EPSG:4326, indexed by ``cluster_id``.
    """

    coverage: pd.DataFrame
    clusters: gpd.GeoDataFrame
    cluster_sites: pd.DataFrame
    rankings: pd.DataFrame


def store_run(
    connection: sa.Connection, record: RunRecord, tables: RunTables, layers: Mapping[str, Layer]
) -> None:
    """Store a run in the caller's transaction; one that is stored already is left alone."""
    # Two commands may compute the same run at the same time: the first to store it wins.
    insert: Any = _INSERT[connection.dialect.name](Run).values(asdict(record))
    stored = connection.execute(insert.on_conflict_do_nothing().returning(Run.run_id))
    if stored.first() is None:
        return
    footprints = tables.clusters.rename_geometry("footprint").reset_index()
    texts = {name: tables.rankings[name].map(_to_json) for name in _JSON_COLUMNS}
    for model, rows in (
        (RunCoverage, tables.coverage),
        (RunCluster, pd.DataFrame(footprints)),
        (RunClusterSite, tables.cluster_sites),
        (RunRanking, tables.rankings.assign(**texts)),
    ):
        _insert(connection, model, rows.assign(run_id=record.run_id))
    if layers:
        connection.execute(
            sa.insert(RunLayer),
            [
                {"run_id": record.run_id, "name": name, **asdict(layer)}
                for name, layer in sorted(layers.items())
            ],
        )


def find_run(connection: sa.Connection, run_id: str) -> RunRecord | None:
    """Return a run, None if it is not stored."""
    row = connection.execute(sa.select(Run.__table__).where(Run.run_id == run_id)).one_or_none()
    return None if row is None else RunRecord(**row._mapping)


def read_run(connection: sa.Connection, run_id: str) -> RunRecord:
    """Return a run.

    Raises
    ------
    NotFoundError
        If it is not stored.
    """
    record = find_run(connection, run_id)
    if record is None:
        raise NotFoundError("run", run_id)
    return record


def renew_run(connection: sa.Connection, run_id: str, *, finished_at: datetime) -> RunRecord:
    """Make a stored run the newest again; nothing that it found changes."""
    record = replace(read_run(connection, run_id), finished_at=finished_at)
    connection.execute(sa.update(Run).where(Run.run_id == run_id).values(finished_at=finished_at))
    return record


def current_run(connection: sa.Connection) -> RunRecord:
    """Return the run that finished last.

    Raises
    ------
    NoRunError
        If none is stored.
    """
    newest = sa.select(Run.__table__).order_by(Run.finished_at.desc(), Run.run_id).limit(1)
    row = connection.execute(newest).one_or_none()
    if row is None:
        raise NoRunError
    return RunRecord(**row._mapping)


def list_runs(
    connection: sa.Connection, *, after: str | None, limit: int
) -> tuple[list[RunRecord], str | None]:
    """Return up to ``limit`` runs, the newest first, and the cursor behind them.

    Raises
    ------
    BadCursorError
        If ``after`` is no cursor of this list.
    """
    query = sa.select(Run.__table__).order_by(Run.finished_at.desc(), Run.run_id).limit(limit)
    if after is not None:
        moment, run_id = _read_cursor(after)
        same = sa.and_(Run.finished_at == moment, Run.run_id > run_id)
        query = query.where(sa.or_(Run.finished_at < moment, same))
    found = [RunRecord(**row._mapping) for row in connection.execute(query)]
    return found, _cursor_behind(found[-1]) if len(found) == limit else None


def _cursor_behind(run: RunRecord) -> str:
    return write_cursor([run.finished_at.isoformat(), run.run_id])


def _read_cursor(cursor: str) -> tuple[datetime, str]:
    moment, run_id = read_cursor(cursor, 2)
    try:
        return datetime.fromisoformat(moment), run_id
    except ValueError:
        raise BadCursorError(cursor) from None


TEXTS_OF_COVERAGE = ("reason", "fix")
"""Columns of coverage that hold sentences: most of what there is to read."""


def read_coverage(
    connection: sa.Connection, run_id: str, *, programme_code: str | None, texts: bool = True
) -> pd.DataFrame:
    """Return coverage of a run by site and programme, sorted.

    Parameters
    ----------
    programme_code
        None is every programme.
    texts
        Whether the columns that hold sentences are read too.
    """
    left_out = () if texts else TEXTS_OF_COVERAGE
    columns = [c for c in RunCoverage.__table__.columns if c.name not in left_out]
    query = sa.select(*columns).where(RunCoverage.run_id == run_id)
    if programme_code is not None:
        query = query.where(RunCoverage.programme_code == programme_code)
    rows = _read(connection, query.order_by(RunCoverage.site_id, RunCoverage.programme_code))
    return rows.drop(columns="run_id")


def read_site_coverage(
    connection: sa.Connection, run_id: str, site_id: str, programme_code: str
) -> dict[str, Any] | None:
    """Return coverage of a programme at one site, None if the run has none of it."""
    rows = _read(
        connection,
        sa.select(RunCoverage.__table__).where(
            RunCoverage.run_id == run_id,
            RunCoverage.site_id == site_id,
            RunCoverage.programme_code == programme_code,
        ),
    )
    found = rows.drop(columns="run_id").to_dict("records")
    return {str(name): value for name, value in found[0].items()} if found else None


def read_clusters(connection: sa.Connection, run_id: str) -> gpd.GeoDataFrame:
    """Return the clusters of a run by id, with their footprints in EPSG:4326."""
    query = sa.select(RunCluster.__table__).where(RunCluster.run_id == run_id)
    rows = _read(connection, query.order_by(RunCluster.cluster_id)).drop(columns=["fid", "run_id"])
    shapes = gpd.GeoSeries(rows.pop("footprint").to_numpy(dtype=object), crs="EPSG:4326")
    return gpd.GeoDataFrame(rows, geometry=shapes)


def read_cluster_sites(connection: sa.Connection, run_id: str) -> pd.DataFrame:
    """Return ``site_id``, ``cluster_id`` and ``campus_id`` of the sites in clusters, by site."""
    query = sa.select(RunClusterSite.__table__).where(RunClusterSite.run_id == run_id)
    return _read(connection, query.order_by(RunClusterSite.site_id)).drop(columns="run_id")


def read_ranking(connection: sa.Connection, run_id: str, scope: str) -> pd.DataFrame:
    """Return the ranking of a scope, a programme's code or ``all``, best first."""
    query = sa.select(RunRanking.__table__).where(
        RunRanking.run_id == run_id, RunRanking.scope == scope
    )
    rows = _read(connection, query.order_by(RunRanking.rank, RunRanking.cluster_id))
    parsed = {name: rows[name].map(json.loads) for name in _JSON_COLUMNS}
    return rows.assign(**parsed).drop(columns=["run_id", "scope"])


def find_layer(connection: sa.Connection, run_id: str, name: str) -> Layer | None:
    """Return a layer of a run, None if the run has none of that name."""
    row = connection.execute(
        sa.select(RunLayer.media_type, RunLayer.content).where(
            RunLayer.run_id == run_id, RunLayer.name == name
        )
    ).one_or_none()
    return None if row is None else Layer(row.media_type, bytes(row.content))


def read_layer(connection: sa.Connection, run_id: str, name: str) -> Layer:
    """Return a layer of a run.

    Raises
    ------
    RunTooOldError
        If the run has none of that name: the release that computed it made none.
    """
    layer = find_layer(connection, run_id, name)
    if layer is None:
        raise RunTooOldError(run_id)
    return layer


def _read(connection: sa.Connection, query: sa.Select[Any]) -> pd.DataFrame:
    result = connection.execute(query)
    rows = result.fetchall()
    columns = {}
    for position, column in enumerate(query.selected_columns):
        values = [row[position] for row in rows]
        dtype = "float64" if isinstance(column.type, sa.Double) else None
        columns[column.name] = pd.Series(values, dtype=dtype if dtype or rows else object)
    return pd.DataFrame(columns)


def _insert(connection: sa.Connection, model: Any, rows: pd.DataFrame) -> None:  # noqa: ANN401
    """Insert rows whose columns are those of the model; missing values are stored as such."""
    if not len(rows):
        return
    names = [column.name for column in model.__table__.columns if column.name in rows]
    columns = {
        name: [
            None if missing else value
            for value, missing in zip(rows[name].tolist(), _missing(rows[name]), strict=True)
        ]
        for name in names
    }
    records = [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    connection.execute(sa.insert(model.__table__), records)


def _missing(values: pd.Series) -> list[bool]:
    return list(np.asarray(values.isna(), dtype=bool))


def _to_json(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
