"""``skillshed gazetteer``, from outside."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from public_samples import code_point_open


@pytest.fixture
def skillshed(tmp_path, gazetteer_cache):
    """Run a command in an empty folder, with a cache of its own beside the compiled postcodes."""
    cache = tmp_path / "cache"
    cache.mkdir()
    for kept in gazetteer_cache.glob("postcodes-2*.npz"):
        (cache / kept.name).symlink_to(kept)
    environment = {n: v for n, v in os.environ.items() if not n.startswith("SKILLSHED_")}
    environment |= {
        "SKILLSHED_CACHE_DIR": str(cache),
        "SKILLSHED_GAZETTEER_DIR": str(tmp_path / "postcodes"),
        "NO_COLOR": "1",
    }

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-c", "from app.cli import main; main()", *map(str, arguments)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_a_directory_is_added_used_listed_and_removed(skillshed, tmp_path):
    archive = code_point_open.write(tmp_path)[0]
    (tmp_path / "sites.csv").write_text("site_id,employer,postcode\ns1,Example Labs,CB2 9ZZ\n")

    added = skillshed("gazetteer", "add", archive)
    loaded = skillshed("load", "sites", "sites.csv")
    listed = skillshed("gazetteer", "list")
    removed = skillshed("gazetteer", "remove", "code_point_open-2026-05")

    assert added.returncode == 0, added.stderr
    lines = added.stdout.splitlines()
    assert lines[1] == "  read 8, kept 5, refused 3"
    assert lines[-2].startswith("The gazetteer is now Code-Point Open May 2026, over ONSPD Nov")
    assert lines[-1] == "To undo: skillshed gazetteer remove code_point_open-2026-05"
    # The installed directory does not know this postcode.
    assert "postcode_unit 1" in loaded.stdout, loaded.stderr
    assert listed.stdout.splitlines()[0].startswith("code_point_open-2026-05: Code-Point Open May")
    assert removed.stdout == "Removed code_point_open-2026-05.\n"
    assert list((tmp_path / "postcodes").iterdir()) == []
    assert "The gazetteer is ONSPD November 2025" in skillshed("gazetteer", "list").stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("add", "absent.zip"), "There is no file absent.zip"),
        (("add", "towns.csv"), "is no postcode directory (code_point_open, onspd, nspl)"),
        (("remove", "onspd-2025-05"), "There is no directory 'onspd-2025-05': there is none."),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(skillshed, tmp_path, arguments, says):
    (tmp_path / "towns.csv").write_text("town,postcode\nStevenage,SG1 2NY\n")

    done = skillshed("gazetteer", *arguments)

    assert done.returncode == 1
    [line] = [line for line in done.stderr.splitlines() if not line.startswith("…")]
    assert line.startswith("error: ")
    assert says in line
