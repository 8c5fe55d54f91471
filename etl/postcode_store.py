"""The compiled form of a postcode directory: sorted arrays, kept in one file."""

from __future__ import annotations

import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl.postcode_keys import DISTRICT_BITS, UNIT_BITS

Progress = Callable[[str, float], None]
"""Is told the step, in words, and the share of it that is done (0 to 1)."""

NO_COORDINATE = -(2**31)
NOT_SAID = -1
"""The directory does not say whether the postcode is terminated, or of a large user."""

UNLISTED = 1
"""The postcode is terminated; the month is not known."""

LAYOUT = 2
"""Changes with the arrays, so that older files are made again."""

SHARED_FROM = 10
"""So many postcodes at one point make it a shared one. An assumption of ours."""

OFFICE_DISTRICTS, OFFICE_POSTCODES = 4, 100
"""Postcodes of so many districts, or so many postcodes, at one point: a sorting office's."""

SPREAD_SHARE = 0.9
NOWHERE = -1
"""No postcode of the district stands at a point of its own: it says nothing of the place."""

_BROKEN = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)

_QUICK = 1


@dataclass(frozen=True, eq=False, kw_only=True)
class PostcodeStore:
    """Sorted postcodes with what directories say of them; all arrays but two are as long as keys.

    Attributes
    ----------
    keys
        The postcodes as numbers (see :mod:`etl.postcode_keys`), ascending, each once.
    easting, northing
        Whole metres in EPSG:27700; ``NO_COORDINATE`` for a postcode without coordinates.
    authority
        Position of the postcode's authority in ``authority_codes``.
    terminated
        Month as YYYYMM; 0 where it is in use, ``UNLISTED`` where a directory of live postcodes
        no longer has it, ``NOT_SAID`` where the directory does not say.
    introduced
        Month as YYYYMM; 0 where the directory does not say.
    large_user
        1 for a large user's, 0 for others', ``NOT_SAID`` where the directory does not say.
    quality
        The grid indicator of the ONS, 1 (best) to 9; 0 where the directory does not say.
    directory
        Position in ``vintages`` of the directory that the point comes from.
    shared_by
        How many postcodes, itself among them, stand at the very same point; 0 without one.
    districts_at
        How many districts the postcodes at that point are of, at most 255.
    spread
        For a point that ``SHARED_FROM`` or more share: the distance in metres within which 90 %
        of the sector's other postcodes lie of it (of the district's, if it has no other);
        ``NOWHERE`` if the district has none; 0 for other points.
    authority_codes
        Codes of the local authorities; the first is empty.
    vintages
        The directories, in words.
    live_areas
        Areas, such as CB, of which the directory lists every live postcode and no other.
    """

    keys: npt.NDArray[np.uint64]
    easting: npt.NDArray[np.int32]
    northing: npt.NDArray[np.int32]
    authority: npt.NDArray[np.uint16]
    terminated: npt.NDArray[np.int32]
    introduced: npt.NDArray[np.int32]
    large_user: npt.NDArray[np.int8]
    quality: npt.NDArray[np.uint8]
    directory: npt.NDArray[np.uint8]
    shared_by: npt.NDArray[np.uint16]
    districts_at: npt.NDArray[np.uint8]
    spread: npt.NDArray[np.int32]
    authority_codes: npt.NDArray[np.str_]
    vintages: npt.NDArray[np.str_]
    live_areas: npt.NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.keys)

    @classmethod
    def of(cls, rows: pd.DataFrame, *, vintage: str, live_only: bool = False) -> Self:
        """Make the store of one directory, which says nothing of shared points yet.

        ``rows`` has ``key`` (each once), ``easting`` and ``northing`` (whole metres of EPSG:27700
        or ``NO_COORDINATE``) and ``authority_code`` (empty where there is none), and may have
        ``terminated``, ``introduced``, ``large_user`` and ``quality``. ``live_only`` says that
        the directory lists live postcodes only, all of each area that it has.
        """
        rows = rows.sort_values("key", ignore_index=True)
        # The empty code sorts first; without a postcode that lacks one it would not be there.
        codes = np.unique(np.append("", rows["authority_code"].to_numpy(dtype=str)))
        position = {code: at for at, code in enumerate(codes.tolist())}
        silent = {"terminated": NOT_SAID, "introduced": 0, "large_user": NOT_SAID, "quality": 0}
        said = {name: rows.get(name, default) for name, default in silent.items()}
        made = {
            "keys": rows["key"],
            "easting": rows["easting"],
            "northing": rows["northing"],
            "authority": rows["authority_code"].map(position),
            **said,
            **dict.fromkeys(("directory", "shared_by", "districts_at", "spread"), 0),
        }
        arrays = {
            name: np.broadcast_to(np.asarray(made[name]), len(rows)).astype(kind)
            for name, kind in ARRAYS.items()
        }
        live = np.unique(areas_of(arrays["keys"])) if live_only else np.zeros(0, np.uint16)
        names = np.array([int(area).to_bytes(2, "big").decode() for area in live], dtype="U2")
        return cls(**arrays, authority_codes=codes, vintages=np.array([vintage]), live_areas=names)

    def chosen(self, at: npt.NDArray[Any]) -> Self:
        """Return the store of the postcodes at some positions, or for which a mask is true."""
        return replace(self, **{name: getattr(self, name)[at] for name in ARRAYS})

    def with_sharing(self) -> Self:
        """Return the store with its shared points counted and measured."""
        placed = np.flatnonzero(self.easting != NO_COORDINATE)
        points = self.easting[placed] * np.int64(2**32) + self.northing[placed]
        _, position, counts = np.unique(points, return_inverse=True, return_counts=True)
        district, _ = pd.factorize(self.keys[placed] >> DISTRICT_BITS)
        # Sorted, since numpy's unique counts so many distinct numbers ten times slower by hashes.
        pairs = np.sort(position.astype(np.int64) << 16 | district)
        pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])[: len(pairs)]]
        districts = np.bincount(pairs >> 16, minlength=len(counts))
        shared_by = np.zeros(len(self), dtype=np.uint16)
        districts_at = np.zeros(len(self), dtype=np.uint8)
        shared_by[placed] = counts[position]
        districts_at[placed] = np.minimum(districts, 255)[position]
        made = replace(self, shared_by=shared_by, districts_at=districts_at)
        return replace(made, spread=_spreads(made))

    def unshared(self, low: int, high: int) -> npt.NDArray[np.int64]:
        """Return the positions in a range whose postcodes stand at a point of their own."""
        here = self.shared_by[low:high]
        return np.flatnonzero((here > 0) & (here < SHARED_FROM)) + low


ARRAYS: dict[str, str] = {
    "keys": "uint64",
    "easting": "int32",
    "northing": "int32",
    "authority": "uint16",
    "terminated": "int32",
    "introduced": "int32",
    "large_user": "int8",
    "quality": "uint8",
    "directory": "uint8",
    "shared_by": "uint16",
    "districts_at": "uint8",
    "spread": "int32",
}
"""The arrays with a value for each postcode, and their types."""

LISTS = ("authority_codes", "vintages", "live_areas")
"""The other arrays."""


def _spreads(store: PostcodeStore) -> npt.NDArray[np.int32]:
    """Measure how far around each shared point the postcodes of its sector lie."""
    spread = np.zeros(len(store), dtype=np.int32)
    shared = np.flatnonzero(store.shared_by >= SHARED_FROM)
    if not len(shared):
        return spread
    sectors, starts = np.unique(store.keys[shared] >> UNIT_BITS, return_index=True)
    points = np.column_stack([store.easting, store.northing])
    for sector, rows in zip(sectors, np.split(shared, starts[1:]), strict=True):
        others = _others(store, sector, UNIT_BITS)
        if not len(others):
            others = _others(store, sector >> np.uint64(8), DISTRICT_BITS)
        if not len(others):
            spread[rows] = NOWHERE
            continue
        stacks, position = np.unique(points[rows], axis=0, return_inverse=True)
        away = stacks[:, None, :] - points[others][None, :, :]
        metres = np.hypot(away[..., 0], away[..., 1])
        at = int(np.ceil(SPREAD_SHARE * len(others))) - 1
        near = np.partition(metres, at, axis=1)[:, at]
        spread[rows] = np.ceil(near)[position.ravel()]
    return spread


def _others(store: PostcodeStore, start: np.uint64, bits: np.uint64) -> npt.NDArray[np.int64]:
    ends = np.array([start << bits, (start + np.uint64(1)) << bits], dtype=np.uint64)
    low, high = np.searchsorted(store.keys, ends)
    return store.unshared(int(low), int(high))


def merge_stores(stores: Sequence[PostcodeStore]) -> PostcodeStore:
    """Return one store of several, the newest directory first.

    For each postcode the newest directory that has a point for it wins; what that does not say
    (whether it is terminated, of a large user, when it was introduced) is taken from the next.
    """
    codes = np.unique(np.concatenate([store.authority_codes for store in stores]))
    arrays: dict[str, list[npt.NDArray[Any]]] = {name: [] for name in ARRAYS}
    for rank, store in enumerate(stores):
        for name, parts in arrays.items():
            parts.append(getattr(store, name))
        arrays["authority"][-1] = np.searchsorted(codes, store.authority_codes)[store.authority]
        arrays["directory"][-1] = np.full(len(store), rank)
    joined = {name: np.concatenate(parts) for name, parts in arrays.items()}
    pointless = joined["easting"] == NO_COORDINATE
    order = np.lexsort((joined["directory"], pointless, joined["keys"]))
    keys = joined["keys"][order]
    first = order[np.append(True, keys[1:] != keys[:-1])] if len(keys) else order
    made = {name: joined[name][first].astype(kind) for name, kind in ARRAYS.items()}
    vintages = np.concatenate([store.vintages for store in stores])
    merged = PostcodeStore(
        **made, authority_codes=codes, vintages=vintages, live_areas=np.zeros(0, "U2")
    )
    for store in stores:
        _fill(merged, store)
    for rank, store in enumerate(stores):
        _end(merged, store, rank)
    return merged.with_sharing()


def areas_of(keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint16]:
    """Return the letters that postcodes begin with, as two bytes; the second may be a blank."""
    first, second = keys >> np.uint64(56), (keys >> np.uint64(48)) & np.uint64(0xFF)
    second = np.where(second <= ord("9"), ord(" "), second)
    return (first << np.uint64(8) | second).astype(np.uint16)


def _end(merged: PostcodeStore, store: PostcodeStore, rank: int) -> None:
    """Write into ``merged`` which postcodes a directory of live ones no longer lists."""
    if not len(store.live_areas):
        return
    live = [int.from_bytes(f"{area:<2}".encode(), "big") for area in store.live_areas.tolist()]
    silent = (merged.terminated == NOT_SAID) & (merged.directory >= rank)
    at = np.flatnonzero(silent & np.isin(areas_of(merged.keys), live))
    gone = at[~np.isin(merged.keys[at], store.keys)]
    merged.terminated[gone] = UNLISTED


def _fill(merged: PostcodeStore, store: PostcodeStore) -> None:
    """Write into ``merged``, which is ours alone yet, what only ``store`` says."""
    at = np.searchsorted(merged.keys, store.keys)
    for name, silent in (("terminated", NOT_SAID), ("large_user", NOT_SAID), ("introduced", 0)):
        array, other = getattr(merged, name), getattr(store, name)
        gap = (array[at] == silent) & (other != silent)
        if name == "terminated":
            # That a postcode was in use then does not say that it is now.
            gap &= other > 0
        array[at[gap]] = other[gap]


def read_store(path: Path) -> PostcodeStore | None:
    """Read a file of :func:`write_store`; None if there is none or it is broken."""
    try:
        # Opened here: numpy leaves a file open that turns out to be no archive.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            arrays = {field.name: kept[field.name] for field in fields(PostcodeStore)}
    except _BROKEN:
        return None
    lengths = {len(arrays[name]) for name in ARRAYS}
    whole = len(lengths) == 1 and lengths != {0} and all(len(arrays[name]) for name in LISTS[:2])
    return PostcodeStore(**arrays) if whole else None


def write_store(path: Path, store: PostcodeStore, **about: str) -> None:
    """Write a store, whole or not at all; ``about`` is kept beside it.

    Raises
    ------
    OSError
        If the folder cannot be made or written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".part")
    part = Path(name)
    arrays = {field.name: getattr(store, field.name) for field in fields(store)}
    texts = {name: np.array(text) for name, text in about.items()}
    try:
        with (
            os.fdopen(handle, "wb") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_QUICK) as archive,
        ):
            for member, array in {**arrays, **texts}.items():
                with archive.open(f"{member}.npy", "w", force_zip64=True) as written:
                    np.lib.format.write_array(written, array, allow_pickle=False)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def keep_store(path: Path, store: PostcodeStore, told: Progress) -> None:
    """Write a store that can be made again: a folder that cannot be written is only told."""
    try:
        write_store(path, store)
    except OSError as error:
        told(f"The postcodes cannot be kept in {path.parent} ({error.strerror})", 1.0)


def read_about(path: Path, *names: str) -> dict[str, str] | None:
    """Read what is kept beside a store; None if the file is broken or lacks it."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            return {name: str(kept[name]) for name in names}
    except _BROKEN:
        return None
