"""What travels in the package that a user installs."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
PACKAGES = ("app", "etl", "geo")
# Made by tools and ignored by version control, so no part of a package either.
LITTER = {"__pycache__", "raw", ".ipynb_checkpoints"}


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = ["hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    # A fixed moment makes two builds of the same sources the same file.
    subprocess.run(
        [sys.executable, "-m", *build],
        cwd=ROOT,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1600000000"},
        check=True,
        capture_output=True,
    )
    [path] = folder.glob("*.whl")
    return path


@pytest.fixture(scope="session")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def product_files(folder: str) -> set[str]:
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and not LITTER & set(path.relative_to(ROOT).parts)
    }


@pytest.mark.parametrize("package", PACKAGES)
def test_every_file_of_a_package_travels(names: set[str], package: str) -> None:
    expected = product_files(package)

    assert expected
    assert expected - names == set()


def test_templates_static_files_and_migrations_are_among_them(names: set[str]) -> None:
    for folder in ("app/web/templates/", "app/web/static/vendor/", "app/db/migrations/versions/"):
        assert any(name.startswith(folder) for name in names), folder


def test_data_travels(names: set[str], wheel: Path) -> None:
    shared = f"{'-'.join(wheel.name.split('-')[:2])}.data/data/share/skillshed/"
    expected = {f"{shared}{path}" for path in product_files("data")}

    assert expected
    assert expected - names == set()


def test_nothing_else_travels(names: set[str]) -> None:
    stray = {
        name
        for name in names
        if name.split("/")[0] not in PACKAGES and ".d" not in name.split("/")[0]
    }

    assert stray == set()
    assert not any(name.startswith(("tests/", "notebooks/")) for name in names)


def test_the_wheel_names_its_command_and_what_it_needs(wheel: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    info = f"{'-'.join(wheel.name.split('-')[:2])}.dist-info"
    with zipfile.ZipFile(wheel) as archive:
        commands = archive.read(f"{info}/entry_points.txt").decode()
        metadata = archive.read(f"{info}/METADATA").decode()

    assert "skillshed = app.cli:main" in commands
    assert f"Version: {project['version']}" in metadata
    assert metadata.count("Requires-Dist: ") == len(project["dependencies"])


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_pins_everything_by_hash_and_names_no_host(lock: str) -> None:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith(" ")]

    assert pins
    assert all("==" in pin and pin.endswith(" \\") for pin in pins)
    assert not [line for line in lines if "://" in line or line.startswith(("-", " -i"))]


def test_the_two_locks_agree() -> None:
    def pins(lock: str) -> set[str]:
        text = (ROOT / lock).read_text(encoding="utf-8")
        return {line.split(" ")[0] for line in text.splitlines() if line and line[0] != " "}

    assert pins("requirements.lock") <= pins("requirements-dev.lock")


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_has_one_version_of_a_package_for_every_python(lock: str) -> None:
    """Another version of PROJ rounds another way, and the same files get another snapshot."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    names = [line.split("==")[0] for line in text.splitlines() if line and line[0] != " "]

    assert sorted(names) == sorted(set(names))


def test_the_lock_holds_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["build"]]
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8").lower()
    locked = {line.split("==")[0] for line in text.splitlines() if "==" in line}
    missing = {name.split("=")[0].split(">")[0].split("[")[0].lower() for name in wanted} - locked

    assert missing == set()
