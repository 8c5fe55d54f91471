"""ZIP archives: sound, damaged, protected, and made to do harm."""

from __future__ import annotations

import zipfile

import pytest

from etl.errors import SourceError
from etl.sources.archive import MIN_BOMB_BYTES, open_member, require_harmless


def info(size, packed, *, flags=0):
    made = zipfile.ZipInfo("a.csv")
    made.file_size, made.compress_size, made.flag_bits = size, packed, flags
    return made


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "data.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("inside/a.csv", "a,b\n1,2\n")
    return path


def test_a_member_is_read_in_pieces_and_may_be_opened_again(archive):
    for _ in range(2):
        with open_member(archive, "inside/a.csv") as stream:
            assert stream.read(4) == b"a,b\n"
            assert stream.read() == b"1,2\n"


def test_a_member_that_is_not_there_is_named(archive):
    with pytest.raises(SourceError, match=r"data\.zip holds no file 'b\.csv'"):
        open_member(archive, "b.csv")


def test_a_damaged_archive_is_left_to_the_caller(archive):
    archive.write_bytes(archive.read_bytes()[:40])

    with pytest.raises(zipfile.BadZipFile):
        open_member(archive, "inside/a.csv")


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([info(10, 10, flags=1)], "protected by a password"),
        ([info(MIN_BOMB_BYTES + 1, 1000)], "packed like a zip bomb"),
        ([info(MIN_BOMB_BYTES - 1, 1000)] * 2, "packed like a zip bomb"),
        ([info(90_000_000, 10_000_000)] * 2, "more than the 100,000,000 that are read"),
    ],
)
def test_what_would_do_harm_is_refused_by_what_it_states(parts, message):
    with pytest.raises(SourceError, match=message) as caught:
        require_harmless(parts, name="file.zip", most=100_000_000)

    assert "\n" not in str(caught.value)


def test_small_parts_and_well_packed_tables_pass():
    require_harmless([info(MIN_BOMB_BYTES, 1)], name="file.zip", most=MIN_BOMB_BYTES)
    require_harmless([info(90_000_000, 500_000)], name="file.zip", most=100_000_000)
    require_harmless([], name="file.zip", most=1)
