"""The layout of the repository: the house's rules that no linter knows."""

from __future__ import annotations

import ast
import json
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("app", "etl", "geo")
TOP_LEVEL = {
    ".ci",
    ".dockerignore",
    ".gitignore",
    ".pre-commit-config.yaml",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Dockerfile",
    "LICENSE",
    "Makefile",
    "README.md",
    "app",
    "compose.yaml",
    "data",
    "etl",
    "geo",
    "notebooks",
    "pyproject.toml",
    "requirements-bench.lock",
    "requirements-dev.lock",
    "requirements.lock",
    "tests",
}
# Modules without a test file of their own, each with the reason.
UNMIRRORED: dict[str, str] = {}
# Tests of the repository as a whole, which mirror no module.
WHOLE_REPOSITORY = {
    "test_docs.py",
    "test_import_rules.py",
    "test_layout.py",
    "test_notebooks.py",
    "test_packaging.py",
}
# Tests of a package's behaviour that is no single module's, each with the reason.
BEHAVIOURS = {
    "tests/etl/test_known_formats.py": "each format goes through every step of a load",
    "tests/etl/test_killed_loads.py": "a load is killed in every step of it",
    "tests/etl/test_malformed_files.py": "each file goes through every step of a load",
}
LONGEST_MODULE = 400
# One word per thing, and these say nothing.
EMPTY_NAMES = {"df", "df1", "df2", "gdf", "gdf1", "gdf2"}


def product_modules() -> list[Path]:
    return sorted(
        path.relative_to(ROOT)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if "versions" not in path.parts
    )


def all_modules() -> list[Path]:
    folders = (*PACKAGES, "data", "tests")
    return sorted(
        path.relative_to(ROOT) for folder in folders for path in (ROOT / folder).rglob("*.py")
    )


def has_code(path: Path) -> bool:
    """Whether a module holds more than its docstring and imports."""
    body = ast.parse((ROOT / path).read_text(encoding="utf-8")).body
    passive = (ast.Import, ast.ImportFrom, ast.Expr)
    named = [node for node in body if not isinstance(node, passive) and not _is_all(node)]
    return bool(named)


def _is_all(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets
    )


def test_file_of(module: Path) -> Path:
    if module.name == "__init__.py":
        return Path("tests") / module.parent.parent / f"test_{module.parent.name}.py"
    return Path("tests") / module.parent / f"test_{module.name}"


# pytest would collect the helper as a test by its name.
test_file_of.__test__ = False  # type: ignore[attr-defined]


def test_the_product_has_modules() -> None:
    assert len(product_modules()) > len(PACKAGES)


def test_every_module_has_its_test_file() -> None:
    untested = [
        f"{module} needs {test_file_of(module)}"
        for module in product_modules()
        if str(module) not in UNMIRRORED
        and has_code(module)
        and not (ROOT / test_file_of(module)).is_file()
    ]

    assert not untested


def test_every_exception_is_still_needed() -> None:
    needless = [
        name
        for name in UNMIRRORED
        if not (ROOT / name).is_file() or (ROOT / test_file_of(Path(name))).is_file()
    ]

    assert not needless


def test_every_test_file_mirrors_a_module() -> None:
    expected = {test_file_of(module) for module in product_modules()}
    strays = [
        path
        for path in all_modules()
        if path.parts[0] == "tests"
        and path.name.startswith("test_")
        and path.parts[1] in PACKAGES
        and path not in expected
        and str(path) not in BEHAVIOURS
    ]

    assert not strays


def test_the_tests_of_the_whole_repository_are_listed() -> None:
    assert {path.name for path in (ROOT / "tests").glob("test_*.py")} == WHOLE_REPOSITORY


def test_no_module_is_too_long() -> None:
    """A test file may be longer: it mirrors its module, so it cannot be split."""
    lines = {
        str(path): len((ROOT / path).read_text(encoding="utf-8").splitlines())
        for path in all_modules()
        if path.parts[0] != "tests"
    }

    assert {path: count for path, count in lines.items() if count > LONGEST_MODULE} == {}


@pytest.mark.parametrize("name", ["utils.py", "util.py", "helpers.py", "common.py", "misc.py"])
def test_no_module_is_named_for_nothing(name: str) -> None:
    assert [path for path in all_modules() if path.name == name] == []


def names_given(path: Path) -> set[str]:
    """Names that a module assigns or takes as arguments."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assigned = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return assigned | {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}


def test_no_table_is_named_df() -> None:
    found = {str(path): names_given(path) & EMPTY_NAMES for path in all_modules()}

    assert {path: names for path, names in found.items() if names} == {}


def test_every_module_says_what_it_is() -> None:
    silent = [
        path
        for path in all_modules()
        if not ast.get_docstring(ast.parse((ROOT / path).read_text(encoding="utf-8")))
    ]

    assert not silent


def test_the_top_level_is_fixed() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout: what belongs to it cannot be told from what lies about")
    present = {line.split("/")[0] for line in listed.stdout.splitlines() if (ROOT / line).exists()}

    assert present == TOP_LEVEL


def test_tests_are_no_packages() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_notebooks_hold_no_outputs_and_define_nothing() -> None:
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    cells = [
        (notebook.name, cell)
        for notebook in notebooks
        for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "code"
    ]
    with_output = [name for name, cell in cells if cell["outputs"] or cell["execution_count"]]
    defining = [
        name
        for name, cell in cells
        for node in ast.walk(ast.parse("".join(cell["source"])))
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    ]

    assert notebooks
    assert with_output == []
    assert defining == []


def test_the_import_contracts_stand() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    linter = project["tool"]["importlinter"]
    layers, pure = linter["contracts"]

    assert linter["root_packages"] == ["app", "geo", "etl"]
    assert layers["type"] == "layers"
    assert layers["layers"][0] == "app.cli"
    assert layers["layers"][-1] == "app.settings | geo"
    assert pure["source_modules"] == ["geo"]
    assert {"sqlalchemy", "sqlite3", "pyogrio", "fastapi"} <= set(pure["forbidden_modules"])
