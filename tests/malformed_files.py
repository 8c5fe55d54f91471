"""Malformed files as people and machines make them, and what is to become of each.

Every file is of providers. It is made by a small function that returns its bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import openpyxl

COLUMNS = ("ukprn", "name", "employer_reviews", "inspection_date")
HEADER = ",".join(COLUMNS)
SHEET = "xl/worksheets/sheet1.xml"
TEXTS = "xl/sharedStrings.xml"
SPACE = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
Told = tuple[int, str, str]


def ukprn(at: int) -> str:
    return f"{10_000_000 + at}"


def row(
    at: int, name: str = "Example College", reviews: str = "12", day: str = "2025-01-31"
) -> str:
    return f"{ukprn(at)},{name},{reviews},{day}"


def lines(*rows: str, end: str = "\n", header: str = HEADER) -> bytes:
    return (end.join([header, *rows]) + end).encode()


def book(*rows: tuple[object, ...], header: tuple[str, ...] = COLUMNS) -> bytes:
    made = openpyxl.Workbook()
    for cells in (header, *rows):
        made.active.append(cells)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def sheet_row(at: int) -> tuple[object, ...]:
    return (ukprn(at), "Example College", 12, date(2025, 1, 31))


def changed(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return the workbook with one part changed, or added."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, change(text) if name == part else text)
    return target.getvalue()


def truncated_workbook() -> bytes:
    content = book(sheet_row(1))
    return content[: len(content) // 2]


def both_encodings() -> bytes:
    utf8 = lines(row(1, "Coleg Gŵyr"), row(2, "Zoë College"))
    return utf8 + f"{row(3, 'Café College')}\n".encode("cp1252") + f"{row(4)}\n".encode()


def ten_megabytes_in_a_cell() -> bytes:
    return lines(row(1), row(2, "x" * 10_000_000), row(3))


def ten_megabytes_in_quotes() -> bytes:
    return lines(row(1), row(2, '"' + "many words, " * 1_000_000 + '"'), row(3))


def a_line_without_end() -> bytes:
    return b"x" * 30_000_000


def a_row_of_many_fields() -> bytes:
    return lines(row(1), row(2) + "," * 200_000, row(3))


def many_empty_columns() -> bytes:
    blank = "," * 200_000
    return lines(row(1) + blank, row(2) + blank, header=HEADER + blank)


def formulas() -> bytes:
    return book(sheet_row(1), (ukprn(2), "Sample College", "=6*7", None), sheet_row(3))


def cells_at_the_edge() -> bytes:
    """Return a workbook in which every row ends in a formatted, empty cell of the last column."""

    def widen(text: bytes) -> bytes:
        for at in (1, 2, 3):
            begin = text.index(b'<row r="%d"' % at)
            end = text.index(b"</row>", begin)
            text = text[:end] + b'<c r="XFD%d"/>' % at + text[end:]
        return text

    return changed(book(sheet_row(1), sheet_row(2)), SHEET, widen)


def rows_at_the_edge(last: int) -> bytes:
    empty = b'<row r="%d"><c r="A%d"/></row></sheetData>' % (last, last)
    return changed(book(sheet_row(1)), SHEET, lambda text: text.replace(b"</sheetData>", empty))


def wrong_dimension() -> bytes:
    content = book(sheet_row(1), sheet_row(2))
    return changed(content, SHEET, lambda text: text.replace(b'ref="A1:D3"', b'ref="A1:B2"'))


def bomb_of_a_sheet() -> bytes:
    """Return a small workbook whose sheet unpacks to 200 MB."""
    blank = b" " * 200_000_000
    return changed(book(sheet_row(1)), SHEET, lambda text: text + blank)


def lying_bomb() -> bytes:
    """Return the same, stating that it unpacks to little."""
    content = bytearray(bomb_of_a_sheet())
    at = content.index(SHEET.encode(), content.index(b"PK\x01\x02")) - 46
    content[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    return bytes(content)


def shared_strings() -> bytes:
    """Return a workbook whose name stands among the shared texts, as most programs write it."""
    content = changed(
        book(sheet_row(1)),
        SHEET,
        lambda text: text.replace(
            b't="inlineStr"><is><t>Example College</t></is>', b't="s"><v>0</v>'
        ),
    )
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = b'<Override PartName="/%s" ContentType="%s"/></Types>' % (TEXTS.encode(), kind)
    content = changed(
        content, "[Content_Types].xml", lambda text: text.replace(b"</Types>", override)
    )
    target = io.BytesIO(content)
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr(TEXTS, b'<sst xmlns="%s"><si><t>Example College</t></si></sst>' % SPACE)
    return target.getvalue()


def declared(part: str, entities: bytes, use: bytes) -> bytes:
    """Return a workbook of which one part declares entities, and uses one for a text."""

    def declare(text: bytes) -> bytes:
        body = text[text.index(b"?>") + 2 :] if text.startswith(b"<?xml") else text
        body = body.replace(b"Example College", use).replace(b"ukprn", use)
        name = body[1 : min(body.index(b" "), body.index(b">"))]
        return b"<!DOCTYPE " + name + b" [" + entities + b"]>" + body

    return changed(shared_strings(), part, declare)


def laughs(part: str) -> bytes:
    """Return a workbook with entities that would expand to a billion words."""
    entities = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{at} "{f"&a{at - 1};" * 10}">' for at in range(1, 10)
    )
    return declared(part, entities.encode(), b"&a9;")


def outside_entity() -> bytes:
    return declared(TEXTS, b'<!ENTITY file SYSTEM "file:///etc/hostname">', b"&file;")


def encrypted_member() -> bytes:
    content = bytearray(book(sheet_row(1)))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(mark, at + 1)
    return bytes(content)


def quotes_without_end() -> bytes:
    return lines(*['x","y'] * 30_000)


@dataclass(frozen=True, slots=True)
class Malformed:
    """A malformed file, and what is to become of it.

    ``good`` are the numbers of the rows that load, ``told`` line, field and rule of the others.
    ``error`` is what is said where the whole file cannot be used. ``dates`` is what a mapping
    declares.
    """

    name: str
    make: Callable[[], bytes]
    good: tuple[int, ...] = ()
    told: tuple[Told, ...] = ()
    error: str = ""
    note: str = ""
    advice: str = ""
    dates: tuple[str, ...] = field(default=())


FILES = (
    Malformed("zero bytes", lambda: b"", error="is empty"),
    Malformed("blank lines", lambda: b"\n \r\n,,,\n", error="is empty"),
    Malformed("only a header", lines, error="a header and no rows"),
    Malformed("a picture", lambda: b"\x89PNG\r\n\x1a\n" + b"\x00" * 99, error="is a picture"),
    Malformed("control characters throughout", lambda: bytes(range(32)) * 99, error="no text file"),
    Malformed("truncated zip", truncated_workbook, error="no workbook or is damaged"),
    Malformed(
        "wrong encoding",
        lambda: lines(row(1, "Café College")).decode().encode("cp1252"),
        good=(1,),
        note="read as Windows-1252",
    ),
    Malformed(
        "both encodings",
        both_encodings,
        good=(1, 2, 4),
        told=((4, "name", "encoding"),),
        note="1 of its lines are not",
    ),
    Malformed(
        "UTF-16 without a mark",
        lambda: lines(row(1), row(2)).decode().encode("utf-16-le"),
        good=(1, 2),
        note="read as UTF-16",
    ),
    Malformed("marks", lambda: b"\xef\xbb\xbf\xef\xbb\xbf" + lines(row(1)), good=(1,)),
    Malformed(
        "header twice",
        lambda: lines(row(1), HEADER, row(2)),
        good=(1, 2),
        told=((3, "", "header again"),),
    ),
    Malformed(
        "stray N/A",
        lambda: lines(row(1), row(2, reviews="N/A"), row(3, day="n/a"), row(4)),
        good=(1, 4),
        told=((3, "employer_reviews", "number"), (4, "inspection_date", "date")),
        advice='blank = ["N/A"]',
    ),
    Malformed(
        "dates in three formats",
        lambda: lines(
            row(1), row(2, day="31/01/2025"), row(3, day="03/04/2025"), row(4, day="3 March 2025")
        ),
        good=(1,),
        told=(
            (3, "inspection_date", "date"),
            (4, "inspection_date", "ambiguous date"),
            (5, "inspection_date", "date"),
        ),
        advice="2025-03-04 or 2025-04-03",
    ),
    Malformed(
        "dates in three formats, two of them declared",
        lambda: lines(
            row(1), row(2, day="31/01/2025"), row(3, day="03/04/2025"), row(4, day="3 March 2025")
        ),
        good=(1, 2, 3, 4),
        dates=("%d/%m/%Y", "%d %B %Y"),
    ),
    Malformed(
        "dates in formats that contradict each other",
        lambda: lines(row(1), row(2, day="31/01/2025"), row(3, day="03/04/2025")),
        good=(1, 2),
        told=((4, "inspection_date", "ambiguous date"),),
        dates=("%d/%m/%Y", "%m/%d/%Y"),
        advice="2025-03-04 or 2025-04-03",
    ),
    Malformed(
        "NUL bytes",
        lambda: lines(row(1), row(2, "Exa\x00mple"), row(3)),
        good=(1, 3),
        told=((3, "name", "control character"),),
    ),
    Malformed(
        "ten megabytes in a cell",
        ten_megabytes_in_a_cell,
        good=(1, 3),
        told=((3, "name", "cell too long"),),
    ),
    Malformed(
        "ten megabytes in quotes",
        ten_megabytes_in_quotes,
        good=(1, 3),
        told=((3, "name", "cell too long"),),
    ),
    Malformed("a line without end", a_line_without_end, error="no sound header"),
    Malformed(
        "a row of two hundred thousand fields",
        a_row_of_many_fields,
        good=(1, 3),
        told=((3, "", "too many fields"),),
    ),
    Malformed("two hundred thousand empty columns", many_empty_columns, good=(1, 2)),
    Malformed("a million empty rows", lambda: lines(row(1), "\n" * 1_000_000, row(2)), good=(1, 2)),
    Malformed(
        "ragged rows",
        lambda: lines(row(1), ukprn(2) + ",Short", row(3) + ",more", row(4)),
        good=(1, 4),
        told=((3, "", "too few fields"), (4, "", "too many fields")),
    ),
    Malformed(
        "open quote",
        lambda: lines(row(1), row(2, '"Example'), row(3), row(4, '"A, B"'), row(5)),
        good=(1, 3, 4, 5),
        told=((3, "name", "quote not closed"),),
    ),
    Malformed(
        "open quote at the end",
        lambda: lines(row(1), row(2, '"Example')),
        good=(1,),
        told=((3, "name", "quote not closed"),),
    ),
    Malformed(
        "stray quote",
        lambda: lines(row(1), row(2, '"The" College'), row(3)),
        good=(1, 3),
        told=((3, "name", "stray quote"),),
    ),
    Malformed(
        "quotes without end",
        quotes_without_end,
        error="has no end of quotes that are not closed",
    ),
    Malformed(
        "mixed line ends",
        f"{HEADER}\r\n{row(1)}\r{row(2)}\n\r\n{row(3)},x\r{row(4)}".encode,
        good=(1, 2, 4),
        told=((5, "", "too many fields"),),
    ),
    Malformed(
        "lines within cells",
        lambda: lines(row(1, '"One\nTwo\r\nThree"'), row(2, reviews="x"), row(3)),
        good=(3,),
        told=((2, "name", "control character"), (5, "employer_reviews", "number")),
    ),
    Malformed(
        "doubled column",
        lambda: lines(row(1), header="ukprn,name,name,inspection_date"),
        error="the column 'name' more than once",
    ),
    Malformed(
        "error of a formula in text",
        lambda: lines(row(1), row(2, reviews="#REF!")),
        good=(1,),
        told=((3, "employer_reviews", "formula without a value"),),
    ),
    Malformed(
        "formula cells",
        formulas,
        good=(1, 3),
        told=((3, "employer_reviews", "formula without a value"),),
    ),
    Malformed("shared texts", shared_strings, good=(1,)),
    Malformed("wrong dimension", wrong_dimension, good=(1, 2)),
    Malformed("cells in the last column", cells_at_the_edge, good=(1, 2)),
    Malformed("cells in the last row", lambda: rows_at_the_edge(1_048_576), good=(1,)),
    Malformed(
        "cells beyond the last row", lambda: rows_at_the_edge(999_999_999), error="beyond row"
    ),
    Malformed("zip bomb", bomb_of_a_sheet, error="packed like a zip bomb"),
    Malformed("zip bomb that lies", lying_bomb, error="no workbook or is damaged"),
    Malformed("entities in the texts", lambda: laughs(TEXTS), error="entities"),
    Malformed("entities in the sheet", lambda: laughs(SHEET), error="entities"),
    Malformed("entities in the book", lambda: laughs("xl/workbook.xml"), error="entities"),
    Malformed("an entity from outside", outside_entity, error="entities"),
    Malformed(
        "protected workbook",
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512,
        error="without a password",
    ),
    Malformed("protected archive", encrypted_member, error="protected by a password"),
)
