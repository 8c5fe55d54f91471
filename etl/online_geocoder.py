"""An online geocoder for what the gazetteer cannot place: off unless it is configured and asked.

It is told the postcode as it is written and the town, where the row has one: no name of an
organisation, and nothing of a row that is marked sensitive.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import geopandas as gpd
import numpy as np
import pandas as pd
from geopy.exc import GeopyError
from geopy.extra.rate_limiter import RateLimiter
from geopy.geocoders import Nominatim

from etl.gazetteer import BRITISH_GRID, Gazetteer
from etl.geocode import Aids, Geocoded, describe
from etl.given_coordinates import WGS84, inside, transform
from etl.postcode_store import Progress
from geo.types import PrecisionClass

ASKED_FOR = ("broken postcode", "unknown postcode", "postcode without coordinates")
"""The rules by which a row was refused that an online geocoder may still place."""

# Assumptions of ours, in metres.
ONLINE_RADIUS_METRES = 250.0
"""At least: the answer may be right to the house, or another house of the same name."""

TOWN_FROM_METRES = 3000.0
"""A wider answer is one for a town."""

WIDEST_METRES = 25_000.0
"""An answer that is wider says too little."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Where something is: degrees, and the metres within which it lies."""

    latitude: float
    longitude: float
    radius_metres: float


class OnlineGeocoder(Protocol):
    """Anything that answers queries; ``name`` is its source in words."""

    @property
    def name(self) -> str:
        """The source, in words."""

    def ask(self, query: str) -> Answer | None:
        """Return where ``query`` is; None if it is nowhere. Raises GeopyError if it is down."""

    def keep(self) -> None:
        """Keep what was answered for another time."""


@dataclass(slots=True)
class NominatimGeocoder:
    """A Nominatim server, its answers cached, and asked no faster than ``pause_seconds`` apart.

    Attributes
    ----------
    url
        Address of the server, such as https://nominatim.example.org.
    cache_dir
        Folder of the answers.
    pause_seconds, timeout_seconds
        Between requests, and how long to wait for an answer.
    """

    url: str
    cache_dir: Path
    pause_seconds: float = 1.0
    timeout_seconds: float = 10.0
    _known: dict[str, list[float] | None] = field(init=False, repr=False)
    _limited: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        server = Nominatim(
            domain=f"{parts.netloc}{parts.path}".rstrip("/"),
            scheme=parts.scheme,
            timeout=self.timeout_seconds,
            user_agent=f"skillshed/{metadata.version('skillshed')}",
        )
        self._limited = RateLimiter(
            server.geocode,
            min_delay_seconds=self.pause_seconds,
            max_retries=1,
            error_wait_seconds=max(self.pause_seconds, 0.0),
            swallow_exceptions=False,
        )
        self._known = _read(self._path)

    @property
    def name(self) -> str:
        """The source, in words."""
        return f"Nominatim at {urlsplit(self.url).hostname}"

    def ask(self, query: str) -> Answer | None:
        """Return where ``query`` is within the United Kingdom; None if it is nowhere there.

        Raises
        ------
        GeopyError
            If the server does not answer, or refuses to.
        """
        if query not in self._known:
            found = self._limited(query, country_codes="gb", exactly_one=True)
            self._known[query] = None if found is None else _measured(found.raw)
        said = self._known[query]
        return None if said is None else Answer(*said)

    def keep(self) -> None:
        """Write the answers to the cache folder; one that cannot be written costs them."""
        try:
            self.cache_dir.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.cache_dir, suffix=".part")
        except OSError:
            return
        part = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(self._known, file)
            part.replace(self._path)
        except OSError:
            return
        finally:
            part.unlink(missing_ok=True)

    @property
    def _path(self) -> Path:
        digest = hashlib.sha256(self.url.encode()).hexdigest()[:16]
        return self.cache_dir / f"geocoder-{digest}.json"


def place_online(
    geocoded: Geocoded,
    rows: pd.DataFrame,
    online: OnlineGeocoder,
    gazetteer: Gazetteer,
    authorities: pd.DataFrame,
    *,
    progress: Progress | None = None,
) -> Geocoded:
    """Ask for the rows that the gazetteer could not place, and keep those that are answered.

    Parameters
    ----------
    geocoded
        What :func:`etl.geocode.geocode` made of ``rows``.
    rows
        The cleaned rows, with ``postcode`` and perhaps ``town`` and ``sensitive``.
    online
        The geocoder.
    gazetteer, authorities
        As in :func:`etl.geocode.geocode`.
    progress
        Is told how far the questions are.

    Returns
    -------
    The same with answered rows moved from ``rejects`` to ``rows``, never as an exact place. A
    geocoder that does not answer stops the questions, and the notes say so.
    """
    refused = geocoded.rejects.loc[geocoded.rejects["rule"].isin(ASKED_FOR), "line"]
    asked = rows.loc[rows.index.isin(refused)]
    if "sensitive" in asked:
        asked = asked[~asked["sensitive"].fillna(value=False).astype(bool)]
    answers, stopped = _answers(_queries(asked), online, progress or _silent)
    notes = [*geocoded.notes, f"Asked {online.name}: {len(answers)} of {len(asked)} row(s) placed."]
    if stopped:
        notes.append(f"{online.name} stopped answering ({stopped}); the rows left stay refused.")
    if not len(answers):
        return replace(geocoded, notes=tuple(notes))
    found = _located(rows.loc[answers.index], answers, online.name, (gazetteer, authorities))
    kept = ~geocoded.rejects["line"].isin(found.index)
    joined = pd.concat([geocoded.rows, found[geocoded.rows.columns]]).loc[
        lambda table: rows.index[rows.index.isin(table.index)]
    ]
    return replace(
        geocoded,
        rows=gpd.GeoDataFrame(joined, crs=WGS84),
        rejects=geocoded.rejects[kept].reset_index(drop=True),
        notes=tuple(notes),
    )


def _silent(_step: str, _share: float) -> None:
    return


def _queries(rows: pd.DataFrame) -> pd.Series:
    town = rows["town"].fillna("") + ", " if "town" in rows else ""
    return (town + rows["postcode"]).str.removeprefix(", ").astype("str")


def _answers(
    queries: pd.Series, online: OnlineGeocoder, told: Progress
) -> tuple[pd.DataFrame, str]:
    """Return the answers on the index of their rows, and why the questions ended early."""
    answers: dict[str, Answer] = {}
    stopped = ""
    different: Sequence[str] = list(queries.unique())
    try:
        for done, query in enumerate(different):
            told(f"Asking {online.name}", done / len(different))
            answer = online.ask(query)
            if answer is not None and answer.radius_metres <= WIDEST_METRES:
                answers[query] = answer
    except GeopyError as error:
        stopped = str(error).splitlines()[0] if str(error) else type(error).__name__
    finally:
        online.keep()
    names = ("latitude", "longitude", "radius_metres")
    table = pd.DataFrame(
        {n: queries.map({q: getattr(a, n) for q, a in answers.items()}) for n in names}
    ).astype(float)
    table = table.dropna()
    return table[inside(table["longitude"], table["latitude"])], stopped


def _located(
    rows: pd.DataFrame,
    answers: pd.DataFrame,
    source: str,
    tables: tuple[Gazetteer, pd.DataFrame],
) -> gpd.GeoDataFrame:
    gazetteer, authorities = tables
    longitude, latitude = answers["longitude"], answers["latitude"]
    x, y = transform(longitude, latitude, from_crs=WGS84, to_crs=BRITISH_GRID)
    radius = np.fmax(answers["radius_metres"], ONLINE_RADIUS_METRES)
    classes = np.where(
        radius > TOWN_FROM_METRES, str(PrecisionClass.TOWN), str(PrecisionClass.POSTCODE_SECTOR)
    )
    placed = pd.DataFrame(
        {
            "easting": x,
            "northing": y,
            "radius_metres": radius,
            "precision_class": classes,
            "geocode_method": f"online: {source}",
            "given": True,
        },
        index=rows.index,
    )
    nearest = gazetteer.nearest(np.column_stack([x, y]))
    work = answers.assign(
        found=False,
        authority_code=pd.Series(pd.NA, index=rows.index, dtype="str"),
        nearest_code=nearest["authority_code"].array,
        gazetteer=pd.Series(source, index=rows.index, dtype="str"),
        postcode=rows["postcode"],
    )
    placed = describe(placed, work, gazetteer, authorities, Aids())
    made = rows.assign(**{n: placed[n] for n in placed.columns if n not in _OURS})
    points = gpd.points_from_xy(longitude, latitude)
    located: gpd.GeoDataFrame = gpd.GeoDataFrame(made, geometry=points, crs=WGS84)
    return located


_OURS = ("easting", "northing", "given")


def _measured(raw: dict[str, Any]) -> list[float] | None:
    """Return latitude, longitude and the metres to the farthest corner of the answer's box."""
    try:
        latitude, longitude = float(raw["lat"]), float(raw["lon"])
        south, north, west, east = (float(edge) for edge in raw["boundingbox"])
    except (KeyError, TypeError, ValueError):
        return None
    x = pd.Series([longitude, west, west, east, east])
    y = pd.Series([latitude, south, north, south, north])
    easting, northing = transform(x, y, from_crs=WGS84, to_crs=BRITISH_GRID)
    metres = np.hypot(easting[1:] - easting[0], northing[1:] - northing[0])
    return [latitude, longitude, float(metres.max())] if np.isfinite(metres).all() else None


def _read(path: Path) -> dict[str, list[float] | None]:
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
