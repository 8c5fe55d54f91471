"""The register as a command finds it."""

from __future__ import annotations

import pytest

from app.cli.context import register
from app.cli.registers import ensure_register
from app.db.errors import RegisterMissingError
from app.db.schema import require_current
from app.settings import Settings


def test_a_register_that_is_not_there_is_made(tmp_path):
    with register(Settings(register_file=tmp_path / "new.gpkg")) as engine:
        with pytest.raises(RegisterMissingError):
            require_current(engine)

        ensure_register(engine)

        require_current(engine)
        ensure_register(engine)
