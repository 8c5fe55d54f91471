"""The postcode gazetteer: every postcode of the United Kingdom with its point and authority.

The postcodes come from an installed package, and from directories that the user has added. They
are compiled once into sorted arrays, which are kept in a cache folder.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree

from etl.directories import merged_directories
from etl.packaged_postcodes import (
    BRITISH_GRID,
    IRISH_GRID,
    installed_package,
    month_of,
    read_package,
    vintage_of,
)
from etl.postcode_keys import DISTRICT_BITS, UNIT_BITS, postcode_keys
from etl.postcode_store import (
    ARRAYS,
    LAYOUT,
    LISTS,
    NO_COORDINATE,
    PostcodeStore,
    Progress,
    keep_store,
    read_store,
)

__all__ = [
    "BRITISH_GRID",
    "IRISH_GRID",
    "NO_COORDINATE",
    "Gazetteer",
    "open_gazetteer",
    "postcode_keys",
]

RADIUS_PERCENTILE = 90.0
FACTS = ("districts_at", "spread", "terminated", "large_user", "quality")
"""What is told of a postcode besides its point and authority; see :class:`PostcodeStore`."""

_WHERE = ["easting", "northing", "radius_metres"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Gazetteer(PostcodeStore):
    """Sorted postcodes with their points.

    Attributes
    ----------
    vintage
        The directories and releases that the postcodes come from, in words.
    northern_ireland
        Whether postcodes of Northern Ireland are in it; their use in trade needs a licence.
    quarantined
        Postcodes whose point is known to be wrong, each with the reason.
    places
        Towns: points with ``name``, in EPSG:27700; None knows no town.
    """

    vintage: str
    northern_ireland: bool
    quarantined: Mapping[str, str] = field(default_factory=dict)
    places: gpd.GeoDataFrame | None = None

    @classmethod
    def over(
        cls,
        store: PostcodeStore,
        *,
        northern_ireland: bool = True,
        quarantined: Mapping[str, str] | None = None,
        places: gpd.GeoDataFrame | None = None,
    ) -> Self:
        """Return the gazetteer of a store whose shared points are counted."""
        return cls(
            vintage=", over ".join(store.vintages.tolist()),
            northern_ireland=northern_ireland,
            quarantined=quarantined or {},
            places=places,
            **{name: getattr(store, name) for name in (*ARRAYS, *LISTS)},
        )

    def find(self, postcodes: Iterable[object]) -> pd.DataFrame:
        """Look postcodes up.

        Parameters
        ----------
        postcodes
            Postcodes such as ``SG1 2NY``, in capitals; anything else is not found.

        Returns
        -------
        One row per postcode, in the same order: ``easting`` and ``northing`` in metres of
        EPSG:27700 (NaN without coordinates), ``authority_code`` (missing where there is none),
        ``shared_by``, ``found``, which says whether the gazetteer knows the postcode, and
        ``row``, by which :meth:`facts` tells more of it (-1 where it is not known).
        """
        keys = postcode_keys(postcodes)
        if not len(self.keys):
            return self._told(np.full(len(keys), -1))
        # In their order the keys are near one another in memory, which is what takes the time.
        order = np.argsort(keys)
        wanted = keys[order]
        at = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        row = np.empty(len(keys), dtype=np.int64)
        row[order] = np.where(self.keys[at] == wanted, at, -1)
        return self._told(row)

    def facts(self, row: npt.NDArray[np.int64]) -> pd.DataFrame:
        """Return the ``FACTS`` of postcodes, and ``gazetteer``, the directory of their point.

        ``row`` is that of :meth:`find`, of known postcodes only.
        """
        table = {name: getattr(self, name)[row].astype(np.int64) for name in FACTS}
        vintages = self.vintages.astype(object)[self.directory[row]]
        return pd.DataFrame({**table, "gazetteer": pd.Series(vintages, dtype="str")})

    def find_sectors(self, postcodes: Iterable[object]) -> pd.DataFrame:
        """Return the centre of each postcode's sector, such as ``SG1 2``.

        Returns
        -------
        One row per postcode, in the same order: ``easting``, ``northing`` (the mean of the
        sector's postcodes), ``radius_metres`` (the distance within which 90 % of them lie) and
        ``authority_code`` (the commonest); all missing where no postcode of it has coordinates.
        Postcodes at points that many share count only where the sector has no others.
        """
        return self._find_ranges(postcode_keys(postcodes) >> UNIT_BITS, UNIT_BITS)

    def find_districts(self, postcodes: Iterable[object]) -> pd.DataFrame:
        """Return the centre of each postcode's district, such as ``SG1``; see find_sectors."""
        return self._find_ranges(postcode_keys(postcodes) >> DISTRICT_BITS, DISTRICT_BITS)

    def find_authorities(self, codes: Iterable[str]) -> pd.DataFrame:
        """Return the centre of each authority, by its code; see find_sectors."""
        found = []
        for code in codes:
            at = np.flatnonzero(self.authority_codes == code)
            rows = np.flatnonzero(self.authority == at[0]) if len(at) else np.zeros(0, np.int64)
            found.append(self._centre(rows[self.easting[rows] != NO_COORDINATE]))
        return _centres(found)

    def count_within(
        self, points: npt.NDArray[np.float64], *, metres: float = 3000.0
    ) -> npt.NDArray[np.int64]:
        """Count the postcodes within ``metres``, inclusive, of points in EPSG:27700.

        ``points`` has one row per point, easting before northing, none missing.
        """
        if not len(points):
            return np.zeros(0, dtype=np.int64)
        places, position = np.unique(points, axis=0, return_inverse=True)
        counts = self._tree.query_ball_point(places, metres, return_length=True, workers=-1)
        return np.asarray(counts, dtype=np.int64)[position.ravel()]

    def nearest(self, points: npt.NDArray[np.float64]) -> pd.DataFrame:
        """Return the ``distance_metres`` to the nearest postcode and its ``authority_code``."""
        if not len(points):
            return pd.DataFrame({"distance_metres": [], "authority_code": []}).astype(
                {"distance_metres": float, "authority_code": "str"}
            )
        distance, at = self._tree.query(points, workers=-1)
        return pd.DataFrame(
            {"distance_metres": distance, "authority_code": self._codes(self._placed[at])}
        )

    def _told(self, row: npt.NDArray[np.int64]) -> pd.DataFrame:
        found = row >= 0
        codes = self.authority_codes.astype(object)
        codes[codes == ""] = None
        if len(self.keys):
            # Row -1 is the last postcode: what is told of it is taken back.
            easting, northing, shared = self.easting[row], self.northing[row], self.shared_by[row]
            authority = codes[self.authority[row]]
        else:
            easting = northing = shared = np.zeros(len(row), dtype=np.int32)
            authority = np.full(len(row), None, dtype=object)
        nowhere = ~found | (easting == NO_COORDINATE)
        authority[~found] = None
        return pd.DataFrame(
            {
                "easting": np.where(nowhere, np.nan, easting),
                "northing": np.where(nowhere, np.nan, northing),
                "authority_code": pd.array(authority, dtype="str"),
                "shared_by": np.where(found, shared, 0).astype(np.int64),
                "found": found,
                "row": row,
            },
            copy=False,
        )

    def _find_ranges(self, ranges: npt.NDArray[np.uint64], bits: np.uint64) -> pd.DataFrame:
        wanted, position = np.unique(ranges, return_inverse=True)
        lows = np.searchsorted(self.keys, wanted << bits)
        highs = np.searchsorted(self.keys, (wanted + np.uint64(1)) << bits)
        found = [self._middle(int(low), int(high)) for low, high in zip(lows, highs, strict=True)]
        return _centres(found).take(position).reset_index(drop=True)

    def _middle(self, low: int, high: int) -> tuple[float, float, float, str | None]:
        rows = self.unshared(low, high)
        if not len(rows):
            rows = np.flatnonzero(self.easting[low:high] != NO_COORDINATE) + low
        return self._centre(rows)

    def _centre(self, rows: npt.NDArray[np.int64]) -> tuple[float, float, float, str | None]:
        if not len(rows):
            return np.nan, np.nan, np.nan, None
        easting, northing = self.easting[rows].mean(), self.northing[rows].mean()
        metres = np.hypot(self.easting[rows] - easting, self.northing[rows] - northing)
        code = self.authority_codes[np.bincount(self.authority[rows]).argmax()]
        radius = float(np.percentile(metres, RADIUS_PERCENTILE))
        return float(easting), float(northing), radius, str(code) or None

    def _codes(self, at: npt.NDArray[Any]) -> pd.Series:
        codes = pd.Series(self.authority_codes[self.authority[at]], dtype="str")
        return codes.mask(codes == "")

    @cached_property
    def seal(self) -> str:
        """What tells this gazetteer from another, in words and digits."""
        digits = 0
        for name in (*ARRAYS, "authority_codes"):
            digits = zlib.crc32(np.ascontiguousarray(getattr(self, name)).data.cast("B"), digits)
        listed = ",".join(sorted(self.quarantined))
        return f"{self.vintage} {self.northern_ireland} {digits:08x} {listed}"

    @cached_property
    def _placed(self) -> npt.NDArray[np.int64]:
        return np.flatnonzero(self.easting != NO_COORDINATE)

    @cached_property
    def _tree(self) -> Any:  # noqa: ANN401 - scipy has no types
        at = self._placed
        points = np.column_stack([self.easting[at], self.northing[at]]).astype(float)
        # Unbalanced trees build three times faster here, and stacks of equal points do no harm.
        return cKDTree(points, balanced_tree=False, compact_nodes=False, leafsize=32)


def _centres(found: list[tuple[float, float, float, str | None]]) -> pd.DataFrame:
    table = pd.DataFrame(found, columns=[*_WHERE, "authority_code"])
    return table.astype({**dict.fromkeys(_WHERE, float), "authority_code": "str"})


def open_gazetteer(
    cache_dir: Path,
    *,
    directories_dir: Path | None = None,
    northern_ireland: bool = True,
    quarantined: Mapping[str, str] | None = None,
    places: gpd.GeoDataFrame | None = None,
    progress: Progress | None = None,
) -> Gazetteer:
    """Return the gazetteer, compiled on first use.

    Parameters
    ----------
    cache_dir
        Folder in which the compiled arrays are kept; made if need be. A folder that cannot be
        written costs the compilation each time and nothing else.
    directories_dir
        Folder of the directories that the user has added, see :mod:`etl.directories`; None uses
        the installed package alone. For each postcode the newest directory that has a point for
        it wins; the package is one of them, so that what no other knows comes from it.
    northern_ireland
        False leaves its postcodes out.
    quarantined, places
        See :class:`Gazetteer`.
    progress
        Is told how far the compilation is.

    Raises
    ------
    GazetteerError
        If the package is missing, incomplete or of a release that this version does not know.
    """
    told = progress or _silent
    package = installed_package()
    path = cache_dir / f"postcodes-{package.version}-{LAYOUT}.npz"
    store = read_store(path)
    # A file that was made before its release got another name is not used.
    if store is None or store.vintages.tolist() != [vintage_of(package)]:
        store = read_package(package, told)
        keep_store(path, store, told)
    if directories_dir is not None:
        month = month_of(package)
        store = merged_directories(directories_dir, (month, store), cache_dir, told)
    if not northern_ireland:
        store = store.chosen(store.keys >> np.uint64(48) != int.from_bytes(b"BT", "big"))
    return Gazetteer.over(
        store, northern_ireland=northern_ireland, quarantined=quarantined, places=places
    )


def _silent(_step: str, _share: float) -> None:
    return
