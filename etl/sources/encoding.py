"""Encodings of text files: found from the whole file, and what no cell can be read by is told."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

from etl.errors import SourceError

REMARKED = "skillshed-remarked"
"""Name of the error handler that puts a mark for bytes which the encoding does not have."""

_CHUNK_BYTES = 1 << 20
_HEAD_BYTES = 65_536
_ZERO_SHARE = 0.8
_CONTROL_SHARE = 0.05
_MIN_CONTROLS = 20
_MARK = "\udcff"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = bytes((*range(9), *range(0x0E, 0x20)))
_CONTROL = re.compile("[\\x00-\\x08\\x0e-\\x1f]")
_LOST = re.compile("[\ud800-\udfff]")
_SUSPECT = re.compile("[\\x00-\\x08\\x0e-\\x1f\ud800-\udfff]")
_UNDEFINED = bytes((0x81, 0x8D, 0x8F, 0x90, 0x9D))
"""Bytes that Windows-1252 does not have."""


def _remark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _MARK, error.end


codecs.register_error(REMARKED, _remark)


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file's bytes become text.

    Attributes
    ----------
    codec
        Name of the encoding, as Python knows it.
    title
        Its name for users.
    doubtful
        Whether cells must be looked at one by one: some hold control characters, or bytes that
        may be of another encoding.
    mixed
        Whether some lines of a file that is read as Windows-1252 may be UTF-8.
    notes
        What is to be said of it, in sentences.
    """

    codec: str
    title: str
    doubtful: bool = False
    mixed: bool = False
    notes: tuple[str, ...] = ()

    def suspects(self, text: str) -> bool:
        """Whether some cell of a record may have a fault."""
        return self.doubtful and (
            _SUSPECT.search(text) is not None or (self.mixed and not text.isascii())
        )

    def fault(self, cell: str) -> tuple[str, str, str] | None:
        """Return rule, value and advice for a cell that cannot be read as it stands, or None."""
        control = _CONTROL.search(cell)
        if control:
            return (
                "control character",
                f"character {ord(control.group())}",
                "delete it, or export the row again",
            )
        if _LOST.search(cell):
            return (
                "encoding",
                f"not {self.title}",
                "write the cell anew, and save the file as CSV UTF-8",
            )
        if self.mixed and not cell.isascii() and _is_utf8(cell.encode("cp1252", "ignore")):
            return (
                "encoding",
                "UTF-8 or Windows-1252",
                "it can be read both ways: write the cell anew, and save the file as CSV UTF-8",
            )
        return None


def find_encoding(opened: Callable[[], IO[bytes]], *, name: str) -> Encoding:
    """Find how a text file is encoded, from all its bytes.

    UTF-8, with or without its mark, and UTF-16 where it says so or every other byte is zero. A
    file in which more of the lines with other letters are UTF-8 than are not is UTF-8, and the
    cells that are not are refused. Any other is read as Windows-1252, which is noted; in it the
    cells that could be UTF-8 are refused, since they can be read both ways.

    Raises
    ------
    SourceError
        If it is no text.
    """
    with opened() as stream:
        start = stream.read(_HEAD_BYTES)
    marked = next((codec for mark, codec in _MARKS if start.startswith(mark)), None)
    wide = marked if marked == "utf-16" else _wide(start)
    if wide:
        said = () if marked else (f"{name} does not say its encoding; it was read as UTF-16.",)
        return Encoding(wide, "UTF-16", doubtful=True, notes=said)
    if _count_of(start, _CONTROLS) > max(_CONTROL_SHARE * len(start), _MIN_CONTROLS):
        raise SourceError(
            f"{name} is no text file: it holds control characters throughout; save its table as "
            "CSV UTF-8 or XLSX."
        )
    with opened() as stream:
        controls, undefined, sound = _scan(stream)
    codec = marked or "utf-8"
    if sound:
        return Encoding(codec, "UTF-8", doubtful=controls)
    with opened() as stream:
        utf8, other = _count(stream)
    if marked or utf8 >= other:
        said = (f"{name} is UTF-8, but {other} of its lines are not: what they spoil is refused.",)
        return Encoding(codec, "UTF-8", doubtful=True, notes=said)
    said = (f"{name} is not UTF-8; it was read as Windows-1252.",)
    doubtful = controls or undefined or utf8 > 0
    return Encoding("cp1252", "Windows-1252", doubtful=doubtful, mixed=utf8 > 0, notes=said)


def _wide(start: bytes) -> str | None:
    """Return UTF-16 where every other byte of mostly western text is zero."""
    beginning = start[:200]
    for offset, codec in ((1, "utf-16-le"), (0, "utf-16-be")):
        half, other = beginning[offset::2], beginning[1 - offset :: 2]
        if half.count(0) > _ZERO_SHARE * len(half) and not other.count(0):
            return codec
    return None


def _scan(stream: IO[bytes]) -> tuple[bool, bool, bool]:
    """Say whether there are control characters, bytes of no letter, and nothing but UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    controls = undefined = False
    sound = True
    for chunk in _chunks(stream):
        controls = controls or _count_of(chunk, _CONTROLS) > 0
        undefined = undefined or _count_of(chunk, _UNDEFINED) > 0
        sound = sound and _goes_on(decoder, chunk)
    return controls, undefined, sound and _goes_on(decoder, b"", final=True)


def _goes_on(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _count_of(chunk: bytes, sought: bytes) -> int:
    return len(chunk) - len(chunk.translate(None, sought))


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: stream.read(_CHUNK_BYTES), b"")


def _count(stream: IO[bytes]) -> tuple[int, int]:
    """Count the lines with letters beyond ASCII that are UTF-8, and those that are not."""
    utf8 = other = 0
    for line in iter(lambda: stream.readline(_CHUNK_BYTES), b""):
        if not line.isascii():
            sound = _is_utf8(line)
            utf8, other = utf8 + sound, other + (not sound)
    return utf8, other


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
