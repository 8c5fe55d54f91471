"""Means of travel: what is blank is by car, and what is said stays as it is."""

from __future__ import annotations

import pandas as pd
import pytest

from etl.clean.transport import fill_transport
from etl.sources.tabular import read_table


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("from_id,transport\ns1,\ns2,walk\ns3,Car\n", ["car", "walk", "Car"]),
        ("from_id\ns1\n", ["car"]),
    ],
)
def test_blank_is_by_car(tmp_path, content, expected):
    path = tmp_path / "times.csv"
    path.write_text(content)
    raw = read_table(path)
    before = raw.cells.copy()

    filled = fill_transport(raw)

    assert filled.cells["transport"].tolist() == expected
    assert filled.sha256 == raw.sha256
    pd.testing.assert_frame_equal(raw.cells, before)
