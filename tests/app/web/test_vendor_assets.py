"""The vendored files, and how they come from their packages."""

from __future__ import annotations

import io
import json
import tarfile

import pytest

from app.web.vendor_assets import (
    MANIFEST,
    PACKAGES,
    Package,
    VendorError,
    faults,
    read_manifest,
    take,
    write_folder,
)

SMALL = Package("small", "1.2.0", "MIT", ("dist/small.js", "images/dot.png"), ("LICENSE",))


def archive_of(path, *, left_out=(), **described):
    package = {"name": "small", "version": "1.2.0", "license": "MIT"} | described
    files = {
        "package.json": json.dumps(package).encode(),
        "dist/small.js": b"small()",
        "dist/huge.js": b"not wanted",
        "images/dot.png": b"dot",
        "LICENSE": b"Permission is granted",
    }
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            if name not in left_out:
                entry = tarfile.TarInfo(f"package/{name}")
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    return path


def test_the_committed_files_are_what_the_manifest_says():
    assert faults() == []


def test_the_manifest_lists_every_package_with_its_licence_text():
    listed = {(entry.package, entry.version, entry.licence) for entry in read_manifest()}
    files = {entry.file for entry in read_manifest()}

    assert listed == {(package.name, package.version, package.licence) for package in PACKAGES}
    for package in PACKAGES:
        assert {f"{package.name}/{file}" for file in package.licence_files} <= files


def test_only_the_files_that_we_use_are_taken_and_dist_is_renamed(tmp_path):
    assert take(SMALL, archive_of(tmp_path / "small.tgz")) == {
        "small/lib/small.js": b"small()",
        "small/images/dot.png": b"dot",
        "small/LICENSE": b"Permission is granted",
    }


@pytest.mark.parametrize(
    ("key", "value"), [("name", "other"), ("version", "1.2.1"), ("license", "GPL-3.0")]
)
def test_another_package_version_or_licence_is_refused(tmp_path, key, value):
    with pytest.raises(VendorError, match=f"The {key} of small is '{value}'"):
        take(SMALL, archive_of(tmp_path / "small.tgz", **{key: value}))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(VendorError, match=r"small 1\.2\.0 has no file 'LICENSE'"):
        take(SMALL, archive_of(tmp_path / "small.tgz", left_out=("LICENSE",)))


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "vendor"
    folder.mkdir()
    (folder / "old.js").write_bytes(b"old")
    write_folder(take(SMALL, archive_of(tmp_path / "small.tgz")), [SMALL], folder)
    return folder


def test_writing_replaces_the_folder_and_records_checksums(folder):
    first, *_ = read_manifest(folder)

    assert sorted(path.name for path in folder.rglob("*") if path.is_file()) == [
        "LICENSE",
        "dot.png",
        MANIFEST,
        "small.js",
    ]
    # printf 'Permission is granted' | sha256sum
    assert (first.file, first.sha256) == (
        "small/LICENSE",
        "61447b5f660054edd441b6ea055a4aff8d01f484aaffc35b869b3f810e962b36",
    )
    assert faults(folder) == []


def test_a_changed_a_missing_and_a_strange_file_are_told(folder):
    (folder / "small" / "LICENSE").write_bytes(b"changed")
    (folder / "small" / "lib" / "small.js").unlink()
    (folder / "strange.js").write_bytes(b"")

    assert faults(folder) == [
        "small/lib/small.js is missing.",
        "strange.js is not in the manifest.",
        "small/LICENSE differs from its checksum.",
    ]
