"""Water in the way: the estuary is named, and no straight line is drawn over the sea."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import geo.barriers as module
from geo.barriers import blocked_by
from geo.errors import CrsError, InputError, MissingColumnsError

WASH = ("The Wash", "estuary", shapely.LineString([(0, -5), (0, 5)]))
MAINLAND = ("Mainland", "island", shapely.box(-10, -10, 10, 10))
WIGHT = ("Wight", "island", shapely.box(20, 20, 30, 30))


def ways(*pairs):
    starts = np.array([shapely.Point(start) for start, _ in pairs], dtype=object)
    ends = np.array([shapely.Point(end) for _, end in pairs], dtype=object)
    return starts, ends


def test_lines_over_water_are_blocked_and_others_are_not(tables):
    starts, ends = ways(
        ((-1, 0), (1, 0)),  # over the estuary
        ((-1, 6), (1, 6)),  # round its head
        ((1, 0), (2, 0)),  # beside it
        ((-1, 5), (1, 5)),  # through its very end: touching is crossing
        ((1, 1), (25, 25)),  # to another island
        ((21, 21), (29, 29)),  # on that island
        ((1, 1), (15, 15)),  # into the sea
        ((15, 15), (16, 16)),  # at sea
        ((15, 15), (1, 1)),  # out of the sea
        ((10, 0), (9, 0)),  # from the very shore
        ((3, 3), (3, 3)),  # nowhere at all
    )

    found = blocked_by(starts, ends, tables.barriers([WASH, MAINLAND, WIGHT]))

    wash, sea = "The Wash", "the sea"
    assert found.tolist() == [wash, "", "", wash, sea, "", sea, sea, sea, "", ""]


def test_the_first_of_two_estuaries_names_the_crossing(tables):
    second = ("Humber", "estuary", shapely.LineString([(1, -5), (1, 5)]))
    starts, ends = ways(((-1, 0), (2, 0)))

    assert blocked_by(starts, ends, tables.barriers([WASH, second])).tolist() == ["The Wash"]
    assert blocked_by(starts, ends, tables.barriers([second, WASH])).tolist() == ["Humber"]


def test_an_estuary_may_have_several_lines(tables):
    two = shapely.MultiLineString([[(0, -5), (0, -4)], [(0, 4), (0, 5)]])
    starts, ends = ways(((-1, 0), (1, 0)), ((-1, 4.5), (1, 4.5)))

    found = blocked_by(starts, ends, tables.barriers([("Severn", "estuary", two)]))

    assert found.tolist() == ["", "Severn"]


@pytest.mark.parametrize("rows", [[], [WASH], [MAINLAND]])
def test_no_pairs_and_no_barriers_give_nothing(tables, rows):
    assert blocked_by(*ways(), tables.barriers(rows)).tolist() == []
    assert blocked_by(*ways(((1, 1), (2, 2))), tables.barriers(rows)).tolist() == [""]


coordinate = st.integers(-12, 12)
point = st.tuples(coordinate, coordinate)


@given(pairs=st.lists(st.tuples(point, point), max_size=12))
def test_the_way_back_is_as_blocked_as_the_way_there(tables, pairs):
    barriers = tables.barriers([WASH, MAINLAND])
    before = barriers.copy()
    starts, ends = ways(*pairs)

    there, back = blocked_by(starts, ends, barriers), blocked_by(ends, starts, barriers)

    assert there.tolist() == back.tolist()
    assert barriers.equals(before)


def test_pairs_in_many_blocks_are_as_in_one(tables, monkeypatch):
    pairs = [((-1, y), (1, y)) for y in range(-8, 9)]
    barriers = tables.barriers([WASH])
    whole = blocked_by(*ways(*pairs), barriers).tolist()
    monkeypatch.setattr(module, "_BLOCK", 4)

    assert blocked_by(*ways(*pairs), barriers).tolist() == whole
    assert whole.count("The Wash") == 11


def test_wrong_barriers_are_refused(tables):
    starts, ends = ways(((0, 0), (1, 1)))
    sound = tables.barriers([WASH])

    with pytest.raises(MissingColumnsError, match="'barriers' lacks kind"):
        blocked_by(starts, ends, sound.drop(columns="kind"))
    with pytest.raises(InputError, match="'kind' in 'barriers' holds lake"):
        blocked_by(starts, ends, sound.assign(kind="lake"))
    with pytest.raises(CrsError, match="barriers is in EPSG:4326"):
        blocked_by(starts, ends, sound.to_crs("EPSG:4326"))
