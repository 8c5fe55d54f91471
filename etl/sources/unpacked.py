"""The one large text file inside a ZIP archive, unpacked for as long as it is read."""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from etl.errors import SourceError
from etl.sources.bulk_lines import Told

MAX_UNPACKED_BYTES = 10_000_000_000
"""The largest file that is unpacked: four times that of all British companies."""

MAX_RATIO = 100
"""How many times its packed size a file may have: texts of this kind reach ten."""

_CHUNK = 4_000_000
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError)


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A file out of an archive: where it is for now, and the archive's own SHA-256."""

    path: Path
    sha256: str


@contextmanager
def unpacked(path: Path, member: str, told: Told) -> Iterator[Unpacked]:
    """Unpack ``member`` of the archive ``path`` into a temporary file, and remove it afterwards.

    Raises
    ------
    SourceError
        If the archive is damaged, cut short or protected, or its file is too large: a small archive
        may be made to fill the disk.
    """
    with tempfile.TemporaryDirectory(prefix="skillshed-") as folder:
        file = Path(folder) / "unpacked.csv"
        try:
            digest = _hash(path)
            with zipfile.ZipFile(path) as archive:
                _unpack(archive, member, file, told)
        except _BROKEN:
            raise SourceError(
                f"{path.name} is a damaged archive: download it again, or unpack it yourself and "
                "load the file in it."
            ) from None
        except OSError as error:
            raise SourceError(
                f"{path.name} cannot be unpacked ({error.strerror}): see that the folder for "
                "temporary files has room, or unpack it yourself."
            ) from None
        yield Unpacked(file, digest)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unpack(archive: zipfile.ZipFile, member: str, file: Path, told: Told) -> None:
    info = archive.getinfo(member)
    limit = min(MAX_UNPACKED_BYTES, max(info.compress_size * MAX_RATIO, _CHUNK))
    done = 0
    with archive.open(info) as packed, file.open("wb") as out:
        while chunk := packed.read(_CHUNK):
            done += len(chunk)
            # What the archive says of itself may be forged: count what comes out of it.
            if done > limit or info.file_size > limit:
                raise SourceError(
                    f"{member} in {Path(str(archive.filename)).name} unpacks to more than "
                    f"{limit:,} bytes: it may be made to fill the disk; download it again."
                )
            out.write(chunk)
            told(f"Unpacking {member}", done / max(info.file_size, done))
