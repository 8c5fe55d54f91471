"""Which errors are told in one line."""

from __future__ import annotations

import pytest

from app.cli.errors import EXPECTED, CommandError
from app.db.errors import NoRunError
from etl.errors import SourceError
from geo.errors import InputError


@pytest.mark.parametrize(
    "error", [CommandError("x"), NoRunError(), SourceError("x"), InputError("x"), OSError("x")]
)
def test_what_a_user_can_mend_is_expected(error):
    assert isinstance(error, EXPECTED)


def test_a_fault_of_ours_is_not():
    assert not isinstance(KeyError("x"), EXPECTED)
