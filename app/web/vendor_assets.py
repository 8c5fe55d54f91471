"""Fetch the scripts, styles and images of the pages from npm, once, into the repository.

``python -m app.web.vendor_assets`` rewrites ``static/vendor`` and its manifest. The folder is
committed, so that neither installing nor serving needs npm or a network.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

VENDOR_DIR = Path(__file__).parent / "static" / "vendor"
MANIFEST = "manifest.json"


class VendorError(Exception):
    """A package could not be fetched, or is not what it is said to be."""


@dataclass(frozen=True, slots=True)
class Package:
    """One npm package and the files that we take from it.

    Attributes
    ----------
    files
        Paths inside the package. A leading ``dist/`` becomes ``lib/``, because build folders of
        that name are ignored by git; links between the files keep working.
    licence_files
        The texts that must stand beside the files.
    """

    name: str
    version: str
    licence: str
    files: tuple[str, ...]
    licence_files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the manifest: a file, where it comes from and what it must contain."""

    package: str
    version: str
    licence: str
    file: str
    sha256: str


PACKAGES = (
    # The versions of Leaflet and of the search are the ones that folium 0.20 asks for.
    Package(
        "leaflet",
        "1.9.3",
        "BSD-2-Clause",
        (
            "dist/leaflet.js",
            "dist/leaflet.css",
            "dist/images/layers.png",
            "dist/images/layers-2x.png",
            "dist/images/marker-icon.png",
        ),
        ("LICENSE",),
    ),
    Package(
        "leaflet-search",
        "2.9.7",
        "MIT",
        (
            "dist/leaflet-search.min.js",
            "dist/leaflet-search.min.css",
            "images/loader.gif",
            "images/search-icon.png",
        ),
        ("license.txt",),
    ),
    Package(
        "swagger-ui-dist",
        "5.35.0",
        "Apache-2.0",
        ("swagger-ui-bundle.js", "swagger-ui.css"),
        ("LICENSE", "NOTICE", "swagger-ui-bundle.js.LICENSE.txt"),
    ),
)


def read_manifest(folder: Path = VENDOR_DIR) -> tuple[Entry, ...]:
    """Return the manifest's entries, in the order of their files."""
    entries = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return tuple(Entry(**entry) for entry in entries)


def faults(folder: Path = VENDOR_DIR) -> list[str]:
    """Return what is wrong with ``folder`` by its manifest, in words; nothing if all is well."""
    listed = {entry.file: entry.sha256 for entry in read_manifest(folder)}
    present = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }
    return (
        [f"{file} is missing." for file in sorted(listed.keys() - present.keys())]
        + [f"{file} is not in the manifest." for file in sorted(present.keys() - listed.keys())]
        + [
            f"{file} differs from its checksum."
            for file in sorted(listed.keys() & present.keys())
            if listed[file] != present[file]
        ]
    )


def take(package: Package, archive: Path) -> dict[str, bytes]:
    """Return the files that we take from a package's ``archive``, by path below the folder.

    Raises
    ------
    VendorError
        If the archive holds another package, version or licence, or lacks a file.
    """
    with tarfile.open(archive, "r:gz") as opened:
        described = json.loads(_content(opened, package, "package.json"))
        for key, expected in (
            ("name", package.name),
            ("version", package.version),
            ("license", package.licence),
        ):
            if described.get(key) != expected:
                raise VendorError(
                    f"The {key} of {package.name} is {described.get(key)!r}, not {expected!r}; "
                    "correct PACKAGES after reading what changed."
                )
        return {
            _target(package, path): _content(opened, package, path)
            for path in (*package.files, *package.licence_files)
        }


def write_folder(
    contents: Mapping[str, bytes], packages: Iterable[Package], folder: Path
) -> tuple[Entry, ...]:
    """Replace ``folder`` by ``contents`` (path to bytes) and a manifest; return its entries."""
    owner = {
        _target(package, path): package
        for package in packages
        for path in (*package.files, *package.licence_files)
    }
    entries = tuple(
        Entry(
            owner[file].name,
            owner[file].version,
            owner[file].licence,
            file,
            hashlib.sha256(contents[file]).hexdigest(),
        )
        for file in sorted(contents)
    )
    if folder.exists():
        shutil.rmtree(folder)
    for file, content in contents.items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    listed = json.dumps([asdict(entry) for entry in entries], indent=1) + "\n"
    (folder / MANIFEST).write_text(listed, encoding="utf-8")
    return entries


def fetch(package: Package, into: Path) -> Path:
    """Download a package with npm into the folder ``into`` and return its archive.

    Raises
    ------
    VendorError
        If npm is not there or does not know the package.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise VendorError("npm is not installed; the committed folder serves without it.")
    named = f"{package.name}@{package.version}"
    done = subprocess.run(  # noqa: S603  (a fixed program with names from PACKAGES)
        [npm, "pack", named, "--pack-destination", str(into), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise VendorError(f"npm could not fetch {named}: {done.stderr.strip()[-300:]}")
    return into / str(json.loads(done.stdout)[0]["filename"])


def main() -> int:
    """Fetch every package and rewrite the folder; nothing is changed if one cannot be had."""
    contents: dict[str, bytes] = {}
    try:
        with tempfile.TemporaryDirectory() as folder:
            for package in PACKAGES:
                contents |= take(package, fetch(package, Path(folder)))
    except VendorError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    entries = write_folder(contents, PACKAGES, VENDOR_DIR)
    size = sum(map(len, contents.values()))
    sys.stdout.write(f"{len(entries)} files, {size:,} bytes in {VENDOR_DIR}\n")
    return 0


def _target(package: Package, path: str) -> str:
    kept = path.removeprefix("dist/")
    return f"{package.name}/{'lib/' if kept != path else ''}{kept}"


def _content(opened: tarfile.TarFile, package: Package, path: str) -> bytes:
    try:
        found = opened.extractfile(f"package/{path}")
    except KeyError:
        found = None
    if found is None:
        raise VendorError(f"{package.name} {package.version} has no file {path!r}.")
    return found.read()


if __name__ == "__main__":
    raise SystemExit(main())
