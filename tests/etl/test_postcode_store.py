"""The compiled directory: shared points, merging, and its file."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.gazetteer import postcode_keys
from etl.postcode_store import (
    NO_COORDINATE,
    NOT_SAID,
    NOWHERE,
    UNLISTED,
    PostcodeStore,
    keep_store,
    merge_stores,
    read_about,
    read_store,
    write_store,
)

OFFICE = (545_000, 257_000)


def said(store, postcode):
    """Look up what a store says of one postcode."""
    [at] = np.flatnonzero(store.keys == postcode_keys([postcode])[0])
    return {
        "easting": int(store.easting[at]),
        "northing": int(store.northing[at]),
        "terminated": int(store.terminated[at]),
        "large_user": int(store.large_user[at]),
        "vintage": str(store.vintages[store.directory[at]]),
    }


@pytest.fixture
def stacked(small_store):
    """Return twelve postcodes of two districts at one point, and five of the first elsewhere."""
    stack = [(f"CB1 1A{c}", *OFFICE) for c in "ABDEFGHJ"]
    stack += [(f"CB2 1A{c}", *OFFICE) for c in "ABDE"]
    others = [(f"CB1 1W{c}", OFFICE[0] + 1000 * k, OFFICE[1]) for k, c in enumerate("ABDEF", 1)]
    return small_store(stack + others)


def test_shared_points_are_counted_with_their_districts(stacked):
    at = np.flatnonzero(stacked.shared_by > 1)

    assert len(at) == 12
    assert set(stacked.shared_by[at]) == {12}
    assert set(stacked.districts_at[at]) == {2}
    assert set(np.delete(stacked.shared_by, at)) == {1}


def test_the_spread_of_a_shared_point_is_that_of_its_sector(stacked):
    first, last = stacked.keys[0], stacked.keys[-1]
    assert (first, last) == tuple(postcode_keys(["CB1 1AA", "CB2 1AE"]))

    # Nine in ten of five, rounded up, is all five: the farthest stands 5 km away.
    assert stacked.spread[0] == 5000
    # CB2 has no postcode at a point of its own.
    assert stacked.spread[-1] == NOWHERE
    assert set(stacked.spread[stacked.shared_by == 1]) == {0}


def test_a_sector_without_others_takes_its_district(small_store):
    stack = [(f"CB1 1A{c}", *OFFICE) for c in "ABDEFGHJKL"]
    store = small_store([*stack, ("CB1 2AA", OFFICE[0], OFFICE[1] + 700)])

    assert store.spread[0] == 700


def test_the_newest_directory_with_a_point_wins(small_store):
    old = small_store([("CB1 1AA", 1, 1), ("CB1 1AB", 2, 2), ("CB1 1AD", 3, 3)], vintage="old")
    new = small_store([("CB1 1AA", 9, 9), ("CB1 1AB", None, None)], vintage="new")

    merged = merge_stores([new, old])

    assert len(merged) == 3
    assert said(merged, "CB1 1AA")["vintage"] == "new"
    assert said(merged, "CB1 1AA")["easting"] == 9
    assert said(merged, "CB1 1AB")["vintage"] == "old"
    assert said(merged, "CB1 1AD")["vintage"] == "old"
    assert merged.vintages.tolist() == ["new", "old"]


def test_what_the_newest_does_not_say_is_taken_from_the_next(small_store):
    row = [("CB1 1AA", 1, 1)]
    silent = small_store(row, vintage="new")
    ended = small_store(row, vintage="old", terminated=201503, large_user=1)
    alive = small_store(row, vintage="old", terminated=0, large_user=0)

    assert said(merge_stores([silent, ended]), "CB1 1AA")["terminated"] == 201503
    assert said(merge_stores([silent, ended]), "CB1 1AA")["large_user"] == 1
    # In use then is not in use now.
    assert said(merge_stores([silent, alive]), "CB1 1AA")["terminated"] == NOT_SAID
    assert said(merge_stores([alive, ended]), "CB1 1AA")["terminated"] == 0


def test_a_newer_list_of_live_postcodes_ends_those_that_it_lacks(small_store):
    live = small_store([("CB1 1AA", 1, 1)], vintage="live", terminated=0, live_only=True)
    old = small_store([("CB1 1AA", 1, 1), ("CB1 1AB", 2, 2), ("C1 1AA", 3, 3)], vintage="old")
    newest = small_store([("CB9 9AA", 4, 4)], vintage="newest")

    merged = merge_stores([newest, live, old])

    assert live.live_areas.tolist() == ["CB"]
    ended = {p: said(merged, p)["terminated"] for p in ("CB1 1AA", "CB1 1AB", "C1 1AA", "CB9 9AA")}
    # Nothing is said of another area, nor of what a newer directory has.
    assert ended == {"CB1 1AA": 0, "CB1 1AB": UNLISTED, "C1 1AA": NOT_SAID, "CB9 9AA": NOT_SAID}


POSTCODES = [f"CB1 1A{c}" for c in "ABDE"]
ENTRIES = st.dictionaries(
    st.sampled_from(POSTCODES), st.none() | st.integers(1, 5), min_size=1, max_size=4
)


@given(directories=st.lists(ENTRIES, min_size=1, max_size=4))
def test_merging_is_looking_through_the_directories_in_their_order(small_store, directories):
    stores = [
        small_store([(p, e, e) for p, e in entries.items()], vintage=str(rank), sharing=False)
        for rank, entries in enumerate(directories)
    ]

    merged = merge_stores(stores)

    known = sorted(set().union(*directories))
    assert merged.keys.tolist() == postcode_keys(known).tolist()
    for postcode in known:
        points = [d[postcode] for d in directories if d.get(postcode) is not None]
        expected = points[0] if points else NO_COORDINATE
        assert said(merged, postcode)["easting"] == expected


def test_a_store_comes_back_from_its_file(stacked, tmp_path):
    path = tmp_path / "made" / "store.npz"

    write_store(path, stacked, title="Ours")

    again = read_store(path)
    for name in vars(stacked):
        assert (getattr(again, name) == getattr(stacked, name)).all(), name
    assert read_about(path, "title") == {"title": "Ours"}
    assert read_about(path, "absent") is None
    assert [p.name for p in path.parent.iterdir()] == ["store.npz"]


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04cut short"])
def test_a_file_that_is_no_archive_is_not_used(tmp_path, content):
    path = tmp_path / "store.npz"
    path.write_bytes(content)

    assert read_store(path) is None
    assert read_about(path, "title") is None


def test_a_file_with_pickles_is_not_used(stacked, tmp_path):
    path = tmp_path / "store.npz"
    np.savez(path, **dict.fromkeys(vars(stacked), np.array([{}], dtype=object)))

    assert read_store(path) is None


def test_a_folder_that_cannot_be_written_is_only_told(stacked, tmp_path):
    (tmp_path / "file").write_text("")
    told = []

    keep_store(tmp_path / "file" / "store.npz", stacked, lambda step, _: told.append(step))

    assert "cannot be kept" in told[0]


def test_the_empty_store_can_be_made(small_store):
    store = small_store([])

    assert len(store) == 0
    assert isinstance(store, PostcodeStore)
    assert store.authority_codes.tolist() == [""]
