"""Postcode directories that the user has added: kept compiled in a folder of the user's own."""

from __future__ import annotations

import calendar
import hashlib
import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from etl.errors import GazetteerError, SourceError
from etl.postcode_store import (
    LAYOUT,
    NO_COORDINATE,
    PostcodeStore,
    Progress,
    keep_store,
    merge_stores,
    read_about,
    read_store,
    write_store,
)
from etl.sources.postcode_formats import PostcodeDirectory, PostcodeFormat
from etl.sources.probe import Probe
from etl.sources.registry import POSTCODE_FORMATS

_ABOUT = ("title", "month", "source", "sha256", "counts", "layout")
_MERGED = "postcodes-merged-*.npz"
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
_NAMES = tuple(calendar.month_name[1:])


@dataclass(frozen=True, slots=True)
class Added:
    """A directory that is kept.

    Attributes
    ----------
    name
        By which it is removed again, such as ``onspd-2025-05``.
    title
        The directory and its month, in words.
    month
        As YYYYMM.
    source, sha256
        The file that it was read from.
    layout
        Which of the format's layouts that had.
    counts
        ``read``, ``kept``, ``without coordinates`` (among the kept), ``terminated`` (among the
        kept), and each rule by which rows were refused.
    """

    name: str
    title: str
    month: int
    source: str
    sha256: str
    layout: str
    counts: dict[str, int]

    def lines(self) -> list[str]:
        """Return what is to be said of it, a line each."""
        kept = {"read", "kept", "without coordinates", "terminated"}
        rules = {rule: count for rule, count in self.counts.items() if rule not in kept}
        read, whole = self.counts["read"], self.counts["kept"]
        bare, ended = self.counts["without coordinates"], self.counts["terminated"]
        told = [
            f"{self.name}: {self.title}, from {self.source} ({self.layout})",
            f"  read {read}, kept {whole}, refused {sum(rules.values())}",
            f"  among the kept: {bare} without coordinates, {ended} terminated",
        ]
        return [*told, *(f"  refused, {rule}: {count}" for rule, count in sorted(rules.items()))]


def recognise_directory(probe: Probe) -> PostcodeFormat | None:
    """Return the kind of postcode directory that a file is, or None if it is none."""
    return next((known for known in POSTCODE_FORMATS if known.recognise(probe)), None)


def add_directory(path: Path, folder: Path, *, as_at: str | None = None) -> Added:
    """Read a directory and keep it, in the place of one of the same kind, month and area.

    Parameters
    ----------
    path
        The file as it was downloaded.
    folder
        Where directories are kept; made if need be.
    as_at
        The month of the directory as ``YYYY-MM``; None takes what the file says.

    Raises
    ------
    SourceError
        If the file is no postcode directory, is broken, has no row that can be kept, or does not
        say its month.
    OSError
        If the folder cannot be written.
    """
    probe = Probe(path)
    known = recognise_directory(probe)
    if known is None:
        names = ", ".join(kind.name for kind in POSTCODE_FORMATS)
        raise SourceError(
            f"{path.name} is no postcode directory ({names}): it is {probe.described()}."
        )
    directory = known.read(probe)
    if not len(directory.rows):
        raise SourceError(f"{path.name} holds no postcode that can be kept: download it again.")
    month = _month(directory, as_at)
    name = f"{known.name}-{month // 100}-{month % 100:02}"
    title = f"{known.title} {_NAMES[month % 100 - 1]} {month // 100}"
    store = PostcodeStore.of(directory.rows, vintage=title, live_only=known.live_only)
    if len(store.live_areas) == 1:
        # One area of several: another of the same month stands beside it.
        [area] = store.live_areas.tolist()
        name, title = f"{name}-{area.strip().lower()}", f"{title}, {area.strip()}"
        store = replace(store, vintages=np.array([title]))
    added = Added(
        name=name,
        title=title,
        month=month,
        source=directory.name,
        sha256=directory.sha256,
        layout=directory.layout,
        counts={
            "read": directory.read,
            "kept": len(store),
            "without coordinates": int((store.easting == NO_COORDINATE).sum()),
            "terminated": int((store.terminated > 0).sum()),
            **directory.rejected,
        },
    )
    about = {key: getattr(added, key) for key in ("title", "source", "sha256", "layout")}
    counts = json.dumps(added.counts)
    write_store(folder / f"{name}.npz", store, month=str(month), counts=counts, **about)
    return added


def list_directories(folder: Path) -> list[Added]:
    """Return the directories that are kept, the newest first.

    Raises
    ------
    GazetteerError
        If a file of the folder is broken.
    """
    found = []
    for path in sorted(folder.glob("*.npz")):
        about = read_about(path, *_ABOUT)
        if about is None:
            raise GazetteerError(f"{path} is broken: delete it and add the directory again.")
        texts = {key: about[key] for key in ("title", "source", "sha256", "layout")}
        counts = json.loads(about["counts"])
        found.append(Added(name=path.stem, month=int(about["month"]), counts=counts, **texts))
    return sorted(found, key=lambda added: (-added.month, added.name))


def remove_directory(folder: Path, name: str) -> None:
    """Forget a directory; the gazetteer is then what it was without it.

    Raises
    ------
    GazetteerError
        If there is none of that name.
    """
    names = [path.stem for path in sorted(folder.glob("*.npz"))]
    if name not in names:
        raise GazetteerError(
            f"There is no directory {name!r}: there is {', '.join(names) or 'none'}."
        )
    (folder / f"{name}.npz").unlink()


def merged_directories(
    folder: Path, packaged: tuple[int, PostcodeStore], cache_dir: Path, told: Progress
) -> PostcodeStore:
    """Return the packaged postcodes merged with the directories of a folder.

    ``packaged`` is its month as YYYYMM and its store. For each postcode the newest directory that
    has a point for it wins. The merged store is kept in ``cache_dir`` until a directory changes.
    """
    added = list_directories(folder)
    month, store = packaged
    if not added:
        return store
    said = [[a.name, a.sha256, a.counts] for a in added]
    seal = json.dumps([LAYOUT, month, len(store), store.vintages.tolist(), said])
    digest = hashlib.sha256(seal.encode()).hexdigest()[:16]
    path = cache_dir / _MERGED.replace("*", digest)
    merged = read_store(path)
    if merged is None:
        told("Merging the postcode directories, once", 0.0)
        stores = [(a.month, _opened(folder / f"{a.name}.npz")) for a in added]
        # Of the same month, what the user added wins over what is installed.
        newest_first = sorted([*stores, (month, store)], key=lambda pair: -pair[0])
        merged = merge_stores([one for _, one in newest_first])
        for old in cache_dir.glob(_MERGED):
            old.unlink(missing_ok=True)
        keep_store(path, merged, told)
        told("Merging the postcode directories, once", 1.0)
    return merged


def _opened(path: Path) -> PostcodeStore:
    store = read_store(path)
    if store is None:
        raise GazetteerError(f"{path} is broken: delete it and add the directory again.")
    return store


def _month(directory: PostcodeDirectory, as_at: str | None) -> int:
    if as_at is not None:
        given = _MONTH.fullmatch(as_at)
        if not given:
            raise SourceError(f"{as_at!r} is no month: write it as 2025-08.")
        return int(given[1] + given[2])
    if directory.month is None:
        raise SourceError(
            f"{directory.name} does not say its month: give it, such as --as-at 2025-08."
        )
    return directory.month
