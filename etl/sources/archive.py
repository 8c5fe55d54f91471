"""ZIP archives: their members opened for reading, and archives that are made to do harm refused."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from etl.errors import SourceError

MAX_MEMBER_BYTES = 2_000_000_000
"""A member that unpacks to more is refused; smaller ones are read in pieces."""

MAX_RATIO = 200
"""No table shrinks to less than this part of its size; a zip bomb shrinks to a thousandth."""

MIN_BOMB_BYTES = 50_000_000
"""What unpacks to less does no harm, however small it was packed."""

_ENCRYPTED = 0x1


def open_member(path: Path, member: str) -> IO[bytes]:
    """Open one file of an archive, to be read in pieces; closing it closes the archive.

    Raises
    ------
    SourceError
        If there is no such member, or it is encrypted, or unpacks to too much.
    BadZipFile
        If the archive is damaged; also while it is read.
    """
    with zipfile.ZipFile(path) as archive:
        try:
            info = archive.getinfo(member)
        except KeyError:
            raise SourceError(f"{path.name} holds no file {member!r}.") from None
        require_harmless([info], name=f"{member} in {path.name}", most=MAX_MEMBER_BYTES)
        return archive.open(info)


def require_harmless(parts: Iterable[zipfile.ZipInfo], *, name: str, most: int) -> None:
    """Refuse parts of an archive that are encrypted, or unpack to too much, by what they state.

    A part that states too little is damaged: reading it in pieces stops where it states, and its
    checksum does not fit.

    Parameters
    ----------
    parts
        The parts that are to be read.
    name
        What they are, for messages.
    most
        How many bytes they may unpack to, together.

    Raises
    ------
    SourceError
        If they do.
    """
    total = packed = 0
    for part in parts:
        if part.flag_bits & _ENCRYPTED:
            raise SourceError(f"{name} is protected by a password: save it without one.")
        total, packed = total + part.file_size, packed + part.compress_size
        bomb = part.file_size > max(MIN_BOMB_BYTES, MAX_RATIO * part.compress_size)
        if bomb or total > max(MIN_BOMB_BYTES, MAX_RATIO * packed):
            raise SourceError(
                f"{name} is packed like a zip bomb ({packed:,} bytes unpack to {total:,}): save "
                "it again, or unpack it and load its parts."
            )
    if total > most:
        raise SourceError(
            f"{name} unpacks to {total:,} bytes, more than the {most:,} that are read: save the "
            "sheet as CSV, or load it in parts."
        )
