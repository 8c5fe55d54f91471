"""Decisions as they are written down: read whole, or refused with what to correct."""

from __future__ import annotations

from datetime import date

import pytest

from etl.agreed_file import LARGEST_BYTES
from etl.decision_file import read_decision_file
from etl.errors import SourceError

TEXT = """
title = "Start at Huntingdon"
decided_on = 2026-11-24
cluster_id = "cl-1"
agreed_by = ["providers", "chair", "chair"]
reasons = "Its champion has given an early indication."
conditions = ["A mentor is found by March."]
"""


@pytest.fixture
def read(tmp_path):
    def write_and_read(text):
        path = tmp_path / "decision.toml"
        path.write_text(text, encoding="utf-8")
        return read_decision_file(path)

    return write_and_read


def test_a_decision_is_read(read):
    found = read(TEXT)

    assert (found.title, found.decided_on) == ("Start at Huntingdon", date(2026, 11, 24))
    assert (found.scope, found.agreed_by) == ("all", ("chair", "providers"))
    assert found.conditions == ("A mentor is found by March.",)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"chair", "chair"', '"Jane Example"', "lists roles, never names"),
        ('["providers", "chair", "chair"]', "[]", "'nobody'"),
        ('["providers", "chair", "chair"]', '"chair"', "list of texts"),
        ("decided_on = 2026-11-24", "decided_on = 'soon'", "give a date"),
        ('title = "Start at Huntingdon"', "", "lacks 'title'"),
        ("early indication.", "word: jo@example.org", "e-mail address"),
        ("by March.", "; ask 01223 123456", "telephone number"),
        ("cluster_id", "cluster", "names 'cluster'"),
        ("=", "is", "no TOML"),
    ],
)
def test_what_cannot_be_used_is_refused(read, old, new, said):
    with pytest.raises(SourceError, match=said):
        read(TEXT.replace(old, new))


def test_a_file_that_is_missing_or_too_large_is_refused(read, tmp_path):
    with pytest.raises(SourceError, match="cannot be read"):
        read_decision_file(tmp_path / "absent.toml")
    with pytest.raises(SourceError, match="larger"):
        read("#" * (LARGEST_BYTES + 1))
