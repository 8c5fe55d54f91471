"""Large files in which something does not fit: blocks, and the lines of a broken block."""

from __future__ import annotations

import pytest

from etl.errors import SourceError
from etl.sources import bulk_lines
from etl.sources.bulk_lines import Layout, read_blocks

LAYOUT = Layout(("a", "b"), header_bytes=len(b"a,b\n"))


@pytest.fixture
def read(tmp_path):
    """Read a file; return the tables that were taken, the rejects and what was told."""

    def from_bytes(content):
        path = tmp_path / "big.csv"
        path.write_bytes(b"a,b\n" + content)
        taken, told = [], []
        rejects, notes = read_blocks(
            path, LAYOUT, taken.append, lambda _step, share: told.append(share), "big.csv"
        )
        return taken, rejects, notes, told

    return from_bytes


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(bulk_lines, "BLOCK_BYTES", 20)


def test_lines_are_counted_across_blocks(read, small_blocks):
    rows = b"".join(b'"%d","x"\n' % number for number in range(20))

    taken, rejects, _, told = read(rows)

    assert len(taken) > 1
    lines = [line for table in taken for line in table["line"].to_list()]
    assert lines == list(range(2, 22))
    assert rejects.empty
    assert told[-1] == 1.0
    assert told == sorted(told)


def test_a_broken_line_costs_only_itself_and_not_its_block(read):
    taken, rejects, _, _ = read(b'"1","x"\n"2"\n"3","x"\n')

    assert [row for table in taken for row in table["a"].to_list()] == ["1", "3"]
    assert list(rejects["line"]) == [3]
    # The row itself may name a person: it is not repeated.
    assert list(rejects["value"]) == ["3 characters"]


def test_a_block_of_broken_lines_alone_joins_the_others(read, small_blocks):
    taken, rejects, _, _ = read(b'"1","x"\n' * 4 + b'"2","x","y"\n' * 2 + b'"3","x"\n')

    assert sum(table.height for table in taken) == 5
    assert list(rejects["line"]) == [6, 7]


def test_too_many_broken_lines_refuse_the_file(read, monkeypatch):
    monkeypatch.setattr(bulk_lines, "MAX_MISFITS", 2)

    with pytest.raises(SourceError, match=r"more than 2 rows that do not fit.*first on line 2"):
        read(b'"1"\n' * 3)


def test_a_line_without_end_is_refused_before_it_fills_the_memory(read, small_blocks, monkeypatch):
    monkeypatch.setattr(bulk_lines, "MAX_LINE_BYTES", 50)

    with pytest.raises(SourceError, match="line of more than 50 bytes"):
        read(b"x" * 200)
