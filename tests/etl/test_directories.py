"""Directories that a user adds: kept, merged over the installed one, and removed."""

from __future__ import annotations

import pytest
from public_samples import code_point_open, nspl, onspd

from etl.directories import (
    add_directory,
    list_directories,
    merged_directories,
    recognise_directory,
    remove_directory,
)
from etl.errors import GazetteerError, SourceError
from etl.gazetteer import open_gazetteer
from etl.sources.probe import Probe


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "postcodes"


@pytest.fixture
def code_point(tmp_path):
    return code_point_open.write(tmp_path)[0]


@pytest.fixture
def ons(tmp_path):
    return next(path for path in onspd.write(tmp_path) if path.suffix == ".zip")


def test_every_sample_is_recognised_as_what_it_is(tmp_path):
    for sample, name in ((code_point_open, "code_point_open"), (onspd, "onspd"), (nspl, "nspl")):
        for path in sample.write(tmp_path):
            assert recognise_directory(Probe(path)).name == name


def test_a_directory_is_kept_with_its_counts(code_point, folder):
    added = add_directory(code_point, folder)

    assert added.name == "code_point_open-2026-05"
    assert added.title == "Code-Point Open May 2026"
    assert added.counts == {
        "read": 8,
        "kept": 5,
        "without coordinates": 1,
        "terminated": 0,
        "postcode twice": 1,
        "broken postcode": 1,
        "outside the United Kingdom": 1,
    }
    assert "  read 8, kept 5, refused 3" in added.lines()
    assert "  refused, postcode twice: 1" in added.lines()
    assert list_directories(folder) == [added]
    assert add_directory(code_point, folder) == added
    assert len(list_directories(folder)) == 1


def test_the_newest_stands_first(code_point, ons, folder):
    add_directory(ons, folder)
    add_directory(code_point, folder)

    names = [added.name for added in list_directories(folder)]
    assert names == ["code_point_open-2026-05", "onspd-2023-02"]


def test_removal_is_the_undoing_of_addition(code_point, folder):
    added = add_directory(code_point, folder)

    remove_directory(folder, added.name)

    assert list_directories(folder) == []
    with pytest.raises(GazetteerError, match="no directory 'code_point_open-2026-05': there is no"):
        remove_directory(folder, added.name)


def test_the_month_can_be_given_and_must_be_known(tmp_path, folder):
    area = code_point_open.write(tmp_path)[1]

    with pytest.raises(SourceError, match="does not say its month: give it, such as --as-at"):
        add_directory(area, folder)
    with pytest.raises(SourceError, match="'May 2025' is no month: write it as 2025-08"):
        add_directory(area, folder, as_at="May 2025")
    assert add_directory(area, folder, as_at="2025-05").name == "code_point_open-2025-05-cb"


def test_two_areas_of_one_month_stand_side_by_side(tmp_path, folder):
    _, cambridge, birmingham = code_point_open.write(tmp_path)

    add_directory(cambridge, folder, as_at="2026-05")
    add_directory(birmingham, folder, as_at="2026-05")

    assert [(a.name, a.title) for a in list_directories(folder)] == [
        ("code_point_open-2026-05-b", "Code-Point Open May 2026, B"),
        ("code_point_open-2026-05-cb", "Code-Point Open May 2026, CB"),
    ]


def test_another_file_is_no_directory(tmp_path, folder):
    path = tmp_path / "towns.csv"
    path.write_text("town,postcode\nStevenage,SG1 2NY\n", encoding="utf-8")

    with pytest.raises(
        SourceError, match=r"no postcode directory \(code_point_open, onspd, nspl\)"
    ):
        add_directory(path, folder)
    assert not folder.exists()


def test_a_broken_file_in_the_folder_is_named(code_point, folder, small_store, tmp_path):
    added = add_directory(code_point, folder)
    (folder / f"{added.name}.npz").write_bytes(b"PK\x03\x04")

    with pytest.raises(GazetteerError, match="is broken: delete it and add the directory again"):
        merged_directories(folder, (202511, small_store([])), tmp_path, lambda *_: None)


def test_the_gazetteer_is_the_installed_one_with_the_newer_over_it(
    gazetteer, gazetteer_cache, code_point, ons, folder, tmp_path
):
    cache = tmp_path / "cache"
    cache.mkdir()
    [kept] = gazetteer_cache.glob("postcodes-2026*.npz")
    (cache / kept.name).symlink_to(kept)
    add_directory(ons, folder)
    add_directory(code_point, folder)

    merged = open_gazetteer(cache, directories_dir=folder)
    again = open_gazetteer(cache, directories_dir=folder)

    assert merged.vintage.startswith("Code-Point Open May 2026, over ONSPD November 2025 (quality")
    assert merged.vintage.endswith(", over ONS Postcode Directory February 2023")
    # Two postcodes that nothing else has, and what the oldest has beyond the others.
    new = set(merged.keys.tolist()) - set(gazetteer.keys.tolist())
    assert len(merged) == len(gazetteer) + len(new)
    found = merged.find(["CB2 0AA", "CB2 9ZZ", "SG1 2NY", "CB21 5RB"])
    facts = merged.facts(found["row"].to_numpy())
    assert found["easting"].tolist() == [546199, 546300, 523746, 546182]
    vintages = facts["gazetteer"].tolist()
    assert vintages[0] == vintages[1] == "Code-Point Open May 2026"
    assert vintages[2] == vintages[3] == gazetteer.vintage
    # The installed directory does not say which are terminated; the older ONSPD does.
    assert facts["terminated"].tolist()[3] == 200811
    assert (again.keys == merged.keys).all()
    assert len(list(cache.glob("postcodes-merged-*.npz"))) == 1

    remove_directory(folder, "code_point_open-2026-05")
    remove_directory(folder, "onspd-2023-02")
    assert open_gazetteer(cache, directories_dir=folder).vintage == gazetteer.vintage
