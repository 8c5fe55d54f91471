"""Column mappings: saved TOML files that say how a source's columns become a table's fields."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from etl.errors import MappingError
from etl.sources.tabular import RawTable
from etl.tables import TABLES, meant, model_of, table_fields

ABSENT = ""
"""Instead of a header: the file does not hold the field."""

PLACE_BY_POSTCODE = "postcode"
_ID_DIGITS = 16
_MAX_SHOWN = 40
_SETTINGS = (
    "name",
    "table",
    "source",
    "licence",
    "sheet",
    "header_row",
    "place_by",
    "blank",
    "columns",
    "constants",
    "values",
    "formats",
    "id",
    "suggestions",
)
_SECTIONS = ("columns", "constants", "values", "formats", "id", "suggestions")


@dataclass(frozen=True, slots=True)
class Mapping:
    """How the columns of one source become the fields of one table.

    Attributes
    ----------
    name
        Name of the mapping; ids that it makes depend on it.
    table
        The register table.
    columns
        Header of the file by field; ``ABSENT`` states that the file does not hold the field.
    constants
        One value for all rows, by field. ``source`` and ``licence`` of the file stand here too.
    translations
        The register's value by the source's value, by field.
    blank
        Texts that mean an empty cell, besides the empty text.
    date_format
        How dates are written, in the codes of ``strptime``: one way, or several, none of which may
        give another day than another does. ISO dates are always read.
    id_columns
        Headers whose values, together, name a row: they make the first field of the key.
    suggestions
        What to do about a required field that is absent, by field; ``{field}`` in it stands for
        the row's value of that field.
    place_by_postcode
        Whether given coordinates are only compared with the postcode's point, not used.
    sheet, header_row
        Where a workbook or a file with a title has its table.
    """

    name: str
    table: str
    columns: MappingType[str, str]
    constants: MappingType[str, str] = field(default_factory=dict)
    translations: MappingType[str, MappingType[str, str]] = field(default_factory=dict)
    blank: tuple[str, ...] = ()
    date_format: str | tuple[str, ...] | None = None
    id_columns: tuple[str, ...] = ()
    suggestions: MappingType[str, str] = field(default_factory=dict)
    place_by_postcode: bool = False
    sheet: str | None = None
    header_row: int | None = None

    def headers(self) -> tuple[str, ...]:
        """Return the headers of the file that the mapping uses."""
        return (*(one for one in self.columns.values() if one != ABSENT), *self.id_columns)


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file.

    Raises
    ------
    MappingError
        If the file is missing or no TOML, or names an unknown setting, table or field.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MappingError(f"There is no mapping {path}: check its name and folder.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(f"The mapping {path} cannot be read: {error}.") from None
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"The mapping {path.name} is no TOML: {error}.") from None
    return make_mapping(content, name=path.stem)


def make_mapping(content: MappingType[str, Any], *, name: str) -> Mapping:
    """Check the content of a mapping file.

    Raises
    ------
    MappingError
        If it names an unknown setting, table or field, or a value has the wrong type.
    """
    _require_known(content, _SETTINGS, f"The mapping {name!r} has no setting")
    for section in _SECTIONS:
        if not isinstance(content.get(section, {}), dict):
            raise MappingError(f"The mapping {name!r}: {section!r} must be a table.")
    table = _text(content, "table", name)
    fields = _fields(table, name)
    constants = _texts(content.get("constants", {}), fields, name)
    for given in ("source", "licence"):
        if given in content and given in fields:
            constants.setdefault(given, _text(content, given, name))
    formats, id_section = content.get("formats", {}), content.get("id", {})
    _require_known(formats, ("date",), f"The mapping {name!r} has no format")
    _require_known(id_section, ("columns",), f"The mapping {name!r} has no id setting")
    if content.get("place_by", PLACE_BY_POSTCODE) != PLACE_BY_POSTCODE:
        raise MappingError(f"The mapping {name!r}: place_by may only be {PLACE_BY_POSTCODE!r}.")
    mapping = Mapping(
        name=str(content.get("name", name)),
        table=table,
        columns=MappingProxyType(_texts(content.get("columns", {}), fields, name)),
        constants=MappingProxyType(constants),
        translations=MappingProxyType(_values(content.get("values", {}), fields, name)),
        blank=_list(content, "blank", name),
        date_format=_date_format(formats, name),
        id_columns=_list(id_section, "columns", name),
        suggestions=MappingProxyType(_texts(content.get("suggestions", {}), fields, name)),
        place_by_postcode="place_by" in content,
        sheet=_text(content, "sheet", name) if "sheet" in content else None,
        header_row=_whole(content, "header_row", name),
    )
    _require_complete(mapping)
    return mapping


def apply_mapping(mapping: Mapping, raw: RawTable) -> RawTable:
    """Return ``raw`` with the table's fields for columns.

    A field that the mapping states to be absent becomes an empty column.

    Raises
    ------
    MappingError
        If the file lacks a header that the mapping names.
    """
    headers = raw.names
    missing = [header for header in mapping.headers() if header not in headers]
    if missing:
        raise MappingError(
            f"{raw.name} lacks the column {missing[0]!r} that the mapping {mapping.name!r} names; "
            f"it has {', '.join(map(repr, headers[:_MAX_SHOWN]))}."
        )
    source = raw.cells.mask(raw.cells.isin(mapping.blank), "") if mapping.blank else raw.cells
    made = pd.DataFrame(index=source.index)
    if mapping.id_columns:
        made[model_of(mapping.table).KEY[0]] = _hashed(
            mapping.name, source[list(mapping.id_columns)]
        )
    for name, header in mapping.columns.items():
        cells = "" if header == ABSENT else source[header]
        made[name] = pd.Series(cells, index=source.index, dtype="str")
    for name, value in mapping.constants.items():
        made[name] = pd.Series(value, index=source.index, dtype="str")
    for name, words in mapping.translations.items():
        made[name] = made[name].map({word: word for word in made[name]} | dict(words))
    unused = [header for header in headers if header not in mapping.headers()]
    shown = ", ".join(unused[:_MAX_SHOWN]) + (", \u2026" if len(unused) > _MAX_SHOWN else "")
    notes = (f"Not used: {len(unused)} column(s): {shown}.",) if unused else ()
    return replace(raw, cells=made.astype("str"), notes=(*raw.notes, *notes))


def _hashed(name: str, keys: pd.DataFrame) -> pd.Series:
    """Return an id for each row that depends on nothing but the source and its natural key.

    Capitals and repeated blanks make no other key. A row whose key is blank gets no id.
    """
    tidy = keys.apply(lambda column: column.str.casefold().str.split().str.join(" "))
    joined = tidy.agg("\x1f".join, axis=1) if len(tidy) else pd.Series(dtype="str")
    return joined.map(
        lambda key: (
            hashlib.sha256(f"{name}\x1f{key}".encode()).hexdigest()[:_ID_DIGITS]
            if key.strip("\x1f")
            else ""
        )
    ).astype("str")


def fill_suggestion(template: str, row: MappingType[Any, Any]) -> str:
    """Put the row's values in place of the ``{field}`` marks of a suggestion."""
    return re.sub(r"\{(\w+)\}", lambda mark: str(row.get(mark[1], "")), template)


def _fields(table: str, name: str) -> tuple[str, ...]:
    _require_known([table], tuple(TABLES), f"The mapping {name!r} is for no table: there is no")
    return tuple(table_fields(model_of(table)))


def _require_complete(mapping: Mapping) -> None:
    """Refuse a mapping that forgets a required field, or says one thing twice."""
    model = model_of(mapping.table)
    said = [*mapping.columns, *mapping.constants]
    if mapping.id_columns:
        said.append(model.KEY[0])
    twice = sorted({name for name in said if said.count(name) > 1})
    if twice:
        raise MappingError(f"The mapping {mapping.name!r} says twice what {twice[0]!r} is.")
    required = [name for name, rule in table_fields(model).items() if rule.required]
    forgotten = [name for name in required if name not in said]
    if forgotten:
        raise MappingError(
            f"The mapping {mapping.name!r} says nothing of the required field {forgotten[0]!r}: "
            'name its column, or write "" if the file does not hold it.'
        )
    unmapped = [name for name in mapping.translations if name not in said]
    if unmapped:
        raise MappingError(
            f"The mapping {mapping.name!r} translates values of {unmapped[0]!r} but names no "
            "column for it."
        )


def _require_known(given: Any, known: tuple[str, ...], message: str) -> None:  # noqa: ANN401
    unknown = next((name for name in given if name not in known), None)
    if unknown is not None:
        hint = meant(str(unknown), known)
        raise MappingError(f"{message} {unknown!r}{hint}; there is {', '.join(known)}.")


def _texts(content: dict[str, Any], fields: tuple[str, ...], name: str) -> dict[str, str]:
    _require_known(content, fields, f"The mapping {name!r} names a field that its table lacks:")
    return {key: _text(content, key, name) for key in content}


def _values(
    content: dict[str, Any], fields: tuple[str, ...], name: str
) -> dict[str, MappingType[str, str]]:
    _require_known(content, fields, f"The mapping {name!r} names a field that its table lacks:")
    for key, table in content.items():
        if not isinstance(table, dict):
            raise MappingError(f"The mapping {name!r}: 'values.{key}' must be a table.")
    return {
        key: MappingProxyType({source: _text(table, source, name) for source in table})
        for key, table in content.items()
    }


def _text(content: MappingType[str, Any], key: str, name: str) -> str:
    value = content.get(key)
    if not isinstance(value, str):
        raise MappingError(f"The mapping {name!r}: {key!r} must be a text, not {value!r}.")
    return value.strip()


def _date_format(formats: dict[str, Any], name: str) -> str | tuple[str, ...] | None:
    if isinstance(formats.get("date"), list):
        return _list(formats, "date", name)
    return _text(formats, "date", name) if "date" in formats else None


def _list(content: MappingType[str, Any], key: str, name: str) -> tuple[str, ...]:
    value = content.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise MappingError(f"The mapping {name!r}: {key!r} must be a list of texts.")
    return tuple(item.strip() for item in value)


def _whole(content: MappingType[str, Any], key: str, name: str) -> int | None:
    value = content.get(key)
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 1):
        return value
    raise MappingError(f"The mapping {name!r}: {key!r} must be a whole number from 1.")
