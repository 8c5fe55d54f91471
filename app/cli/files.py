"""Files that a command is given."""

from __future__ import annotations

from pathlib import Path

from app.cli.errors import CommandError
from etl.mapping import Mapping, read_mapping


def require_file(path: Path) -> None:
    """Raise ``CommandError`` unless there is a file, before anything is opened or made."""
    if path.is_dir():
        raise CommandError(f"{path} is a folder; name one file in it.")
    if not path.is_file():
        raise CommandError(f"There is no file {path}; check its name and where you are.")


def find_mapping(name: str, data_path: Path) -> Mapping:
    """Read the mapping file ``name``, or the one of that name that ships with the product."""
    given = Path(name)
    shipped = data_path / "mappings" / f"{name}.toml"
    if given.is_file():
        return read_mapping(given)
    if shipped.is_file():
        return read_mapping(shipped)
    names = sorted(path.stem for path in shipped.parent.glob("*.toml"))
    raise CommandError(
        f"There is no mapping {name!r}: give a TOML file, or one of {', '.join(names)}."
    )
