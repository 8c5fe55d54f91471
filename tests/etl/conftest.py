"""What the ETL's tests share: the installed gazetteer, and authorities."""

from __future__ import annotations

import pandas as pd
import pytest

from etl.gazetteer import Gazetteer, open_gazetteer, postcode_keys
from etl.postcode_store import NO_COORDINATE, PostcodeStore


@pytest.fixture(scope="session")
def gazetteer(gazetteer_cache):
    """Return the installed gazetteer, compiled once per run."""
    return open_gazetteer(gazetteer_cache)


@pytest.fixture(scope="session")
def small_store():
    """Make a store of a few postcodes: text, easting and northing (None for no point), and more."""

    def make(rows, *, vintage="ours", sharing=True, live_only=False, **more):
        points = [(NO_COORDINATE if e is None else e, n or NO_COORDINATE) for _, e, n in rows]
        table = pd.DataFrame(
            {
                "key": postcode_keys([postcode for postcode, _, _ in rows]),
                "easting": [easting for easting, _ in points],
                "northing": [northing for _, northing in points],
                "authority_code": "E07000008",
                **more,
            }
        )
        store = PostcodeStore.of(table, vintage=vintage, live_only=live_only)
        return store.with_sharing() if sharing else store

    return make


@pytest.fixture(scope="session")
def small_gazetteer(small_store):
    """Make a gazetteer of a few postcodes; ``options`` are its own fields."""

    def make(rows, *, options=None, **more):
        return Gazetteer.over(small_store(rows, **more), **(options or {}))

    return make


@pytest.fixture(scope="session")
def authorities():
    """Return the authorities of the test postcodes; names and codes are public."""
    return pd.DataFrame(
        {
            "authority_code": ["E07000243", "E07000008", "N09000003", "W06000015"],
            "authority": ["Stevenage", "Cambridge", "Belfast", "Cardiff"],
            "region": ["East of England", "East of England", "Northern Ireland", "Wales"],
            "nation": ["England", "England", "Northern Ireland", "Wales"],
        }
    )
