"""The documents say what the code does: commands, settings, tables, paths and links."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import typer

from app.cli.commands import application
from app.db.models import REGISTER_MODELS
from app.main import create_app
from app.settings import Settings
from etl.decision_file import read_decision_file
from etl.mapping import make_mapping
from geo.scenario import make_scenario

ROOT = Path(__file__).parent.parent
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
# Not settings of the service: for compose.yaml, and for the tests.
OTHER_VARIABLES = {"SKILLSHED_DATABASE_PASSWORD", "SKILLSHED_TEST_DATABASE_URL"}


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(document: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text_of(document), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document: str) -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", text_of(document))

    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_the_readme_links_and_has_its_picture() -> None:
    assert re.search(r"^!\[.+\]\(.+\.png\)$", text_of("README.md"), re.MULTILINE)


def test_every_setting_is_in_the_readme() -> None:
    settings = {f"SKILLSHED_{name.upper()}" for name in Settings.model_fields}
    named = set(re.findall(r"SKILLSHED_[A-Z_]+", text_of("README.md")))

    assert settings - named == set()
    assert named - settings - OTHER_VARIABLES == set()


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", text_of("Makefile"), re.MULTILINE))
    in_blocks = [*blocks("README.md", "sh"), *blocks("CONTRIBUTING.md", "sh")]
    in_text = re.findall(r"`(make [^`]+)`", text_of("README.md") + text_of("CONTRIBUTING.md"))
    named = set(re.findall(r"\bmake\s+([a-z-]+)", "\n".join([*in_blocks, *in_text])))

    assert {"demo", "test", "lint"} <= named
    assert named - targets == set()


def commands_in_readme() -> list[str]:
    in_blocks = re.findall(r"^skillshed .+$", "\n".join(blocks("README.md", "sh")), re.MULTILINE)
    in_text = re.findall(r"`(skillshed [^`]+)`", text_of("README.md"))
    return sorted({" ".join(line.split()) for line in [*in_blocks, *in_text]})


@pytest.mark.parametrize("line", commands_in_readme())
def test_every_command_that_is_named_exists_and_takes_its_options(line: str) -> None:
    words = line.split()[1:]
    command = typer.main.get_command(application)
    while commands := getattr(command, "commands", None):
        assert words[0] in commands, line
        command = commands[words.pop(0)]
    options = {name for p in command.params for name in [*p.opts, *p.secondary_opts]}
    arguments = [p for p in command.params if p.param_type_name == "argument"]

    assert {word for word in words if word.startswith("--")} <= options
    # A command that is only named, such as `skillshed load`, stands without its arguments.
    if words:
        given = [word for word in words if not word.startswith("--")]
        assert len(given) >= len(arguments)


def test_the_readme_names_the_register_tables_in_the_order_in_which_they_load() -> None:
    [sentence] = re.findall(r"The register is a set of tables: (.*?)\.", text_of("README.md"), re.S)

    assert re.findall(r"`(\w+)`", sentence) == [model.__tablename__ for model in REGISTER_MODELS]


def test_the_mapping_of_the_readme_is_one() -> None:
    examples = [tomllib.loads(text) for text in blocks("README.md", "toml")]
    [example] = [one for one in examples if "columns" in one]

    mapping = make_mapping(example, name="readme")

    assert mapping.table == "sites"
    assert mapping.id_columns == ("Company", "Post Code")


def test_the_changes_of_the_readme_are_a_scenario() -> None:
    examples = [tomllib.loads(text) for text in blocks("README.md", "toml")]
    [example] = [one for one in examples if "changes" in one]
    default = tomllib.loads(text_of("data/scenarios/default.toml"))

    [change] = make_scenario(default, example).changes

    assert change.table == "offers"


def test_every_path_of_the_readme_is_served() -> None:
    paths = set(re.findall(r"127\.0\.0\.1:8000(/[\w/{}-]+)", text_of("README.md")))
    served = create_app(Settings()).openapi()["paths"]

    assert len(paths) == 4
    assert paths - set(served) == set()


def test_the_json_of_the_readme_has_fields_that_are_sent() -> None:
    [example] = blocks("README.md", "json")
    schemas = create_app(Settings()).openapi()["components"]["schemas"]
    sent = {field for schema in schemas.values() for field in schema.get("properties", {})}

    assert set(re.findall(r'"(\w+)":', example)) - sent == {"covered"}


def test_the_changelog_has_this_version_and_a_place_for_the_next() -> None:
    version = tomllib.loads(text_of("pyproject.toml"))["project"]["version"]
    headings = re.findall(r"^## \[(.+?)\]", text_of("CHANGELOG.md"), re.MULTILINE)

    assert headings[0] == "Unreleased"
    assert version in headings


def test_container_files_name_this_version_and_no_password() -> None:
    version = tomllib.loads(text_of("pyproject.toml"))["project"]["version"]
    compose = text_of("compose.yaml")

    assert f"image: skillshed:{version}" in compose
    assert compose.count("SKILLSHED_DATABASE_PASSWORD:?") == 2
    assert "SKILLSHED_DATABASE_PASSWORD:-" not in compose


def test_the_manual_cluster_of_the_readme_is_one() -> None:
    examples = [tomllib.loads(text) for text in blocks("README.md", "toml")]
    [example] = [one for one in examples if "manual_clusters" in one]
    default = tomllib.loads(text_of("data/scenarios/default.toml"))

    [cluster] = make_scenario(default, example).manual_clusters

    assert cluster.cluster_id == "manual-our-valley"


def test_the_decision_of_the_readme_is_one(tmp_path: Path) -> None:
    [text] = [text for text in blocks("README.md", "toml") if "agreed_by" in text]
    (tmp_path / "decision.toml").write_text(text, encoding="utf-8")

    assert read_decision_file(tmp_path / "decision.toml").cluster_id == "cl-S1"
