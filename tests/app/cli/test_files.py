"""Files that a command is given."""

from __future__ import annotations

import pytest

from app.cli.errors import CommandError
from app.cli.files import find_mapping, require_file
from app.settings import Settings


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(CommandError, match="There is no file"):
        require_file(tmp_path / "absent.csv")
    with pytest.raises(CommandError, match="is a folder"):
        require_file(tmp_path)


def test_a_mapping_is_found_by_the_name_under_which_it_ships():
    mapping = find_mapping("imi_participants_sites", Settings().data_path)

    assert mapping.table == "sites"


def test_an_unknown_mapping_is_told_with_those_that_ship():
    with pytest.raises(CommandError, match="imi_participants_sites"):
        find_mapping("nowhere", Settings().data_path)
