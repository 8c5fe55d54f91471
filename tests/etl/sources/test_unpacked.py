"""Archives: unpacked for as long as they are read, and refused where they are damaged or bombs."""

from __future__ import annotations

import hashlib
import zipfile

import pytest

from etl.errors import SourceError
from etl.sources import unpacked as module
from etl.sources.unpacked import unpacked


def silent(_step, _share):
    return


def packed(path, content, name="a.csv"):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return path


def test_the_file_is_there_while_it_is_read_and_gone_afterwards(tmp_path):
    path = packed(tmp_path / "a.zip", "a,b\n1,2\n")
    told = []

    with unpacked(path, "a.csv", lambda _step, share: told.append(share)) as found:
        assert found.path.read_text(encoding="utf-8") == "a,b\n1,2\n"
        assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert not found.path.exists()
    assert told == [1.0]


def test_a_bomb_is_refused_by_what_comes_out_of_it(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_CHUNK", 1_000)
    path = packed(tmp_path / "bomb.zip", "0" * 10_000_000)

    with (
        pytest.raises(SourceError, match=r"a.csv in bomb.zip unpacks to more than .* bytes"),
        unpacked(path, "a.csv", silent),
    ):
        pass


def test_more_than_the_largest_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MAX_UNPACKED_BYTES", 5)
    path = packed(tmp_path / "a.zip", "123456")

    with (
        pytest.raises(SourceError, match="more than 5 bytes"),
        unpacked(path, "a.csv", silent),
    ):
        pass


@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_a_damaged_archive_says_what_to_do(tmp_path, damage):
    path = packed(tmp_path / "a.zip", "".join(map(str, range(5000))))
    content = bytearray(path.read_bytes())
    if damage == "cut":
        content = content[: len(content) // 2]
    else:
        content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)

    with (
        pytest.raises(SourceError, match="damaged archive: download it again, or unpack it"),
        unpacked(path, "a.csv", silent),
    ):
        pass
