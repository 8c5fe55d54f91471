"""Quality, fragility and the best case of a stored run."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.db.engine import make_engine, reading, writing
from app.db.errors import NotFoundError
from app.db.runs import current_run
from app.services.provision import (
    BOTTLENECK_COLUMNS,
    QUALITY_COLUMNS,
    best_case_of,
    fragility_of,
    quality_of,
)


@pytest.fixture
def connection(small_register):
    engine = make_engine(f"sqlite:///{small_register}")
    with reading(engine) as connection:
        yield connection
    engine.dispose()


def test_quality_is_ordered_and_names_the_provider(connection):
    rows = quality_of(connection, current_run(connection))
    assert tuple(rows.columns) == QUALITY_COLUMNS
    assert rows["ukprn"].tolist() == ["99000001", "99000002"]
    assert rows["provider"][1] == "Example University"
    assert rows["gates"][1] == []


def test_a_programme_that_nobody_delivers_has_no_quality_and_no_loss(connection):
    run = current_run(connection)
    assert len(quality_of(connection, run, programme="P2")) == 0
    fragility = fragility_of(connection, run, programme="P2")
    assert len(fragility.losses) == 0
    assert fragility.concentration is None
    assert len(fragility.pairs) == 1


def test_the_greatest_loss_stands_first(connection):
    losses = fragility_of(connection, current_run(connection)).losses
    assert losses["served_lost"].tolist() == [14.004, 0.0]
    assert fragility_of(connection, current_run(connection), programme="P1").losses["share"][0] == 1


@pytest.mark.parametrize("asked", [quality_of, fragility_of])
def test_an_unknown_programme_is_named(connection, asked):
    with pytest.raises(NotFoundError, match="P9"):
        asked(connection, current_run(connection), programme="P9")


def test_the_best_case_comes_with_its_bottlenecks(connection):
    components, pools = best_case_of(connection, current_run(connection))
    assert components["programme_codes"].tolist() == [["P1"]]
    assert tuple(pools.columns) == BOTTLENECK_COLUMNS
    assert pools["venue_ids"].tolist() == [["V1"]]


def test_a_provider_that_has_left_the_register_has_no_name(small_register, tmp_path):
    copy = tmp_path / "copy.gpkg"
    copy.write_bytes(small_register.read_bytes())
    engine = make_engine(f"sqlite:///{copy}")
    with writing(engine) as connection:
        connection.execute(sa.text("DELETE FROM offers WHERE venue_id = 'V3'"))
        connection.execute(sa.text("DELETE FROM venues WHERE ukprn = '99000002'"))
        connection.execute(sa.text("DELETE FROM providers WHERE ukprn = '99000002'"))
        rows = quality_of(connection, current_run(connection))
        pairs = fragility_of(connection, current_run(connection)).pairs
    engine.dispose()
    assert rows["provider"][1] is None
    assert pairs["provider_b"][0] is None
