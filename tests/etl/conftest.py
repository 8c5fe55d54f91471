"""What the ETL's tests share: the installed gazetteer, and authorities."""

from __future__ import annotations

import pandas as pd
import pytest

from etl.gazetteer import open_gazetteer


@pytest.fixture(scope="session")
def gazetteer(gazetteer_cache):
    """Return the installed gazetteer, compiled once per run."""
    return open_gazetteer(gazetteer_cache)


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
