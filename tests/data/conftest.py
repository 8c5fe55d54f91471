"""What the tests of the data share: the folder, the gazetteer, the files of the register."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pandas as pd
import pytest

from etl.gazetteer import open_gazetteer

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="session")
def data_dir():
    """Return the folder that ships with the product."""
    return DATA


@pytest.fixture(scope="session")
def gazetteer(gazetteer_cache):
    """Return the installed gazetteer, compiled once per run."""
    return open_gazetteer(gazetteer_cache)


@pytest.fixture(scope="session")
def register():
    """Return every table of the illustrative register as text, blanks as empty text."""
    return {
        path.stem: pd.read_csv(path, dtype="str", keep_default_na=False)
        for path in sorted((DATA / "register").glob("*.csv"))
    }


@pytest.fixture(scope="session")
def script():
    """Return a function that imports one of the scripts beside the data, by its name."""

    def load(name):
        spec = importlib.util.spec_from_file_location(name, DATA / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load
