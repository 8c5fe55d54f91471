"""The import rules fail when they are broken: shown on a copy of the code with one bad import."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINT_IMPORTS = Path(sys.executable).parent / "lint-imports"
PATTERNS = shutil.ignore_patterns("__pycache__", "static", "templates")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for package in ("app", "etl", "geo"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=PATTERNS)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint_imports(checkout: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT_IMPORTS, "--no-cache"],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout)},
        capture_output=True,
        text=True,
        check=False,
    )


def add_import(module: Path, line: str) -> None:
    module.write_text(f"{module.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")


@pytest.mark.slow
def test_the_code_as_it_is_keeps_the_rules(checkout: Path) -> None:
    answer = lint_imports(checkout)

    assert answer.returncode == 0, answer.stdout
    assert "2 kept, 0 broken" in answer.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("geo/errors.py", "import app.settings", "imports point down"),
        ("geo/errors.py", "import app.db.base", "imports point down"),
        ("app/db/base.py", "import etl", "imports point down"),
        ("geo/errors.py", "import sqlalchemy", "geo does no I/O"),
        ("geo/errors.py", "import sqlite3", "geo does no I/O"),
        ("geo/errors.py", "from pyogrio import read_dataframe", "geo does no I/O"),
    ],
)
def test_a_wrong_import_is_refused(checkout: Path, module: str, line: str, contract: str) -> None:
    add_import(checkout / module, line)

    answer = lint_imports(checkout)

    assert answer.returncode == 1, answer.stdout
    assert f"{contract} BROKEN" in answer.stdout


@pytest.mark.slow
def test_reading_a_file_outside_etl_is_refused(checkout: Path) -> None:
    add_import(checkout / "geo/errors.py", "import pandas as pd\n\nROWS = pd.read_csv('x.csv')")

    answer = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--select", "TID251", "geo"],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 1
    assert "Files are read in etl/." in answer.stdout
