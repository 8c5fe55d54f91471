"""Changes of a scenario laid over a register; the register itself is never touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import geopandas as gpd
import pandas as pd

from geo.changes import Action, Change
from geo.errors import ScenarioError
from geo.types import PrecisionClass, Register

KEYS: Mapping[str, tuple[str, ...]] = {
    "sites": ("site_id",),
    "venues": ("venue_id",),
    "providers": ("ukprn",),
    "programmes": ("programme_code",),
    "units": ("programme_code", "unit_code"),
    "offers": ("venue_id", "programme_code", "mode"),
    "demand": ("site_id", "programme_code", "stream"),
    "achievements": ("ukprn", "programme_code", "year"),
    "champions": ("site_id",),
    "travel_times": ("from_id", "to_id", "transport"),
}
"""Tables that a scenario may change, and the columns that name their rows."""

_INDEXED = ("sites", "venues", "providers", "programmes")
_DEPENDENTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "sites": (("demand", "site_id"), ("champions", "site_id"), ("travel_times", "from_id")),
    "venues": (("offers", "venue_id"), ("travel_times", "to_id")),
    "providers": (("venues", "ukprn"), ("achievements", "ukprn")),
    "programmes": (
        ("units", "programme_code"),
        ("offers", "programme_code"),
        ("demand", "programme_code"),
        ("achievements", "programme_code"),
    ),
}
"""By table: which rows of other tables go with a row that is removed, and the column they name."""

_POINT = ("longitude", "latitude")
_POINT_CRS = "EPSG:4326"


def apply_changes(register: Register, changes: Sequence[Change]) -> Register:
    """Return the register with the changes laid over it, in their order.

    Columns keep their types, and rows are in the order of their keys. What belongs to a removed
    row goes with it: the offers and travel times of a venue; the demand, champions and travel
    times of a site; the venues of a provider; all that a programme is made of. ``longitude`` and
    ``latitude`` (EPSG:4326) together set the point of a site or venue, which then counts as exact
    unless the change says otherwise.

    Raises
    ------
    ScenarioError
        If a change names an unknown table, column or row, adds a row that is there or refers to
        one that is not, or gives a value of the wrong type.
    """
    for change in changes:
        if change.table not in KEYS:
            raise ScenarioError(
                f"A scenario cannot change the table {change.table!r}; it can {', '.join(KEYS)}."
            )
        register = _changed(register, change)
    return register


def _changed(register: Register, change: Change) -> Register:
    table = getattr(register, change.table)
    key = dict(change.key)
    names = KEYS[change.table]
    if set(key) != set(names):
        raise ScenarioError(f"A row of {change.table!r} is named by {', '.join(names)}.")
    values = _values(table, change)
    rows = _matching(table, names, key)
    there = bool(rows.any())
    if there == (change.action is Action.ADD):
        fault = "is there already" if there else "is not there"
        raise ScenarioError(f"The row {key} of {change.table!r} {fault}.")
    if change.action is Action.REMOVE:
        return _without(register, change.table, rows)
    if change.action is Action.ADD:
        _require_parents(register, change)
        made = _with_row(table, change, values)
    else:
        made = _with_values(table, rows, change, values)
    register = replace(register, **{change.table: made})
    return replace(register, venues=_named(register))


def _values(table: pd.DataFrame, change: Change) -> dict[str, object]:
    """Return the values by column, the point as a geometry in the table's CRS."""
    given = dict(change.values)
    coordinates = [given.pop(name) for name in _POINT if name in given]
    unknown = [name for name in given if name not in table.columns]
    if unknown or "geometry" in given:
        raise ScenarioError(
            f"{change.table!r} has no {(unknown or ['geometry'])[0]!r} that a scenario may change."
        )
    if not coordinates:
        return given
    if len(coordinates) < len(_POINT) or not isinstance(table, gpd.GeoDataFrame):
        raise ScenarioError(
            f"A point of {change.table!r} needs a table of places, and both longitude and latitude."
        )
    exact = {"precision_class": PrecisionClass.EXACT.value, "radius_metres": 0.0}
    return exact | given | {"geometry": _point(table, coordinates)}


def _point(table: gpd.GeoDataFrame, coordinates: Sequence[object]) -> object:
    longitude, latitude = (_number(value) for value in coordinates)
    # The whole of the United Kingdom lies well within.
    if not (-15.0 <= longitude <= 10.0 and 45.0 <= latitude <= 65.0):
        raise ScenarioError(
            f"Longitude {longitude:g} and latitude {latitude:g} lie far from the United Kingdom; "
            "give degrees, west and south below 0."
        )
    return gpd.points_from_xy([longitude], [latitude], crs=_POINT_CRS).to_crs(table.crs)[0]


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ScenarioError(f"A longitude or latitude is {value!r}; give a number.")
    return float(value)


def _matching(table: pd.DataFrame, names: Sequence[str], key: Mapping[str, str]) -> pd.Series:
    columns = table.reset_index() if table.index.name == names[0] else table
    found = pd.Series(data=True, index=columns.index)
    for name in names:
        # A travel time that does not say how is by car.
        text = columns[name].astype("str")
        found &= (text.fillna("car") if name == "transport" else text) == key[name]
    return found.set_axis(table.index)


def _require_parents(register: Register, change: Change) -> None:
    """Refuse a row that refers to one that is not there."""
    given = dict(change.key) | dict(change.values)
    for parent, dependents in _DEPENDENTS.items():
        for table, column in dependents:
            name = given.get(column)
            if table == change.table and name is not None:
                known = getattr(register, parent).index
                if name not in known:
                    raise ScenarioError(
                        f"{column} {name!r} of the row to be added to {table!r} is not in "
                        f"{parent!r}; add it there first."
                    )


def _without(register: Register, table: str, rows: pd.Series) -> Register:
    """Return the register without some rows, and without what belongs to them."""
    old = getattr(register, table)
    kept = old[~rows] if table in _INDEXED else old[~rows].reset_index(drop=True)
    gone = old.index[rows]
    register = replace(register, **{table: kept})
    for dependent, column in _DEPENDENTS.get(table, ()):
        theirs = getattr(register, dependent)
        register = _without(register, dependent, theirs[column].isin(gone))
    return register


def _with_row(table: pd.DataFrame, change: Change, values: Mapping[str, object]) -> pd.DataFrame:
    names = list(KEYS[change.table])
    plain = table.reset_index() if change.table in _INDEXED else table
    row = pd.DataFrame([dict(change.key) | dict(values)], dtype=object)
    typed = _typed(row.reindex(columns=plain.columns), plain, change)
    joined = pd.concat([plain, typed], ignore_index=True).sort_values(names, ignore_index=True)
    return joined.set_index(names[0]) if change.table in _INDEXED else joined


def _with_values(
    table: pd.DataFrame, rows: pd.Series, change: Change, values: Mapping[str, object]
) -> pd.DataFrame:
    changed = table.copy()
    row = pd.DataFrame([dict(values)], dtype=object)
    typed = _typed(row, table[list(row.columns)], change)
    for column in typed.columns:
        changed.loc[rows.to_numpy(), column] = typed[column].iloc[0]
    return changed


def _typed(row: pd.DataFrame, table: pd.DataFrame, change: Change) -> pd.DataFrame:
    try:
        if "geometry" in table:
            row = gpd.GeoDataFrame(row, geometry="geometry", crs=gpd.GeoDataFrame(table).crs)
        return row.astype(table.dtypes.to_dict())
    except (TypeError, ValueError) as error:
        raise ScenarioError(
            f"A value of the change of {change.table!r} is of the wrong type: {error}."
        ) from error


def _named(register: Register) -> gpd.GeoDataFrame:
    """Return the venues with the names of their providers as they are now."""
    venues = register.venues
    names = venues["ukprn"].map(register.providers["name"])
    same = (venues["provider"] == names) | (venues["provider"].isna() & names.isna())
    return venues if same.all() else venues.assign(provider=names)
