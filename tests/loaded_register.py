"""A small register made by real loads: sources that disagree, a secret site, a load undone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from findings_by_hand import HOSTILE
from public_samples import apar

from app.db.engine import make_engine
from app.db.schema import upgrade
from app.main import create_app
from app.settings import Settings
from etl.gazetteer import Gazetteer, open_gazetteer
from etl.mapping import Mapping, make_mapping
from etl.pipeline import When, load_file
from etl.prepare import Tools
from etl.undo import undo_load

START = datetime(2026, 11, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SECRETS = ("Hush Labs", "SECRET", "TURNED", "GONE", "Quiet Ltd", "Left Ltd", "CB1 2SE")
"""What nothing may tell: the sites, their employers and their postcode."""

PROVIDERS = f"""ukprn,name,website,nation,as_at
10099901,Example College {HOSTILE},http://www.example.org/,England,2026-09-01
10099903,Sample Jones & Co. Ltd,,England,2026-09-01
10099909,Only Ours,,Mars,2026-09-01
10099908,Only Ours,,,2026-09-01
"""
PROGRAMMES = "programme_code,title\nP,Laboratory technician\n"
VENUES = "venue_id,ukprn,name,postcode\nV,10099901,Hall,SG1 2NY\nW,10099903,Annexe,CB2 1TN\n"
VENUES_LATER = "venue_id,ukprn,name,postcode\nV,10099901,New hall,SG1 2NY\n"
OFFERS = "venue_id,programme_code,mode,status\nV,P,day_release,delivered\n"
SITES = """site_id,employer,postcode,employees,sensitive
PLAIN,Open Labs,SG1 2NY,40,
SECRET,Hush Labs,CB1 2SE,50,yes
TURNED,Quiet Ltd,CB1 2SE,60,
"""
SITES_LATER = "site_id,employer,postcode,sensitive\nTURNED,Quiet Ltd,CB1 2SE,yes\n"
SITES_UNDONE = "site_id,employer,postcode,sensitive\nGONE,Left Ltd,CB1 2SE,yes\n"
MEMBERS = """site_id,employer,employees
PLAIN,Open Laboratories,45
SECRET,Hush Labs Ltd,55
TURNED,Quiet Ltd,60
"""
DEMAND = """site_id,programme_code,stream,places
PLAIN,P,new_starters,4
SECRET,P,new_starters,7
"""
LISTING = make_mapping(
    {
        "table": "sites",
        "source": f"Members {HOSTILE}",
        "columns": {"site_id": "site_id", "employer": "employer", "employees": "employees"},
    },
    name="members",
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """The register and the ids of its loads, by the word for each."""

    engine: sa.Engine
    settings: Settings
    loads: dict[str, int]


def load_all(engine: sa.Engine, folder: Path, gazetteer: Gazetteer) -> dict[str, int]:
    """Load the files one a day, at noon; return the ids of the loads by word."""
    tools = Tools(
        pd.DataFrame(columns=["authority_code", "authority", "region", "nation"], dtype="str"),
        gazetteer,
    )
    ids: dict[str, int] = {}

    def load(word: str, table: str, file: str | Path, mapping: Mapping | None = None) -> None:
        path = file if isinstance(file, Path) else folder / f"{word}.csv"
        if isinstance(file, str):
            path.write_text(file, encoding="utf-8")
        moment = START + len(ids) * DAY
        report = load_file(
            engine,
            table,
            path,
            authorities=tools.authorities,
            gazetteer=gazetteer,
            mapping=mapping,
            when=When(now=moment, retrieved_on=date(2026, 10, 31)),
        )
        ids[word] = report.load_id

    load("providers", "providers", PROVIDERS)
    load("apar", "auto", apar.write(folder)[0])
    load("programmes", "programmes", PROGRAMMES)
    load("venues", "venues", VENUES)
    load("offers", "offers", OFFERS)
    load("sites", "sites", SITES)
    load("members", "sites", MEMBERS, LISTING)
    load("demand", "demand", DEMAND)
    load("undone", "sites", SITES_UNDONE)
    undo_load(engine, ids["undone"], tools, now=START + len(ids) * DAY)
    load("later", "venues", VENUES_LATER)
    load("turned", "sites", SITES_LATER)
    return ids


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory, gazetteer_cache: Path) -> Iterator[Loaded]:
    """Build the register in a file; nobody may change it."""
    folder = tmp_path_factory.mktemp("loaded")
    settings = Settings(register_file=folder / "skillshed.gpkg", cache_dir=gazetteer_cache)
    engine = make_engine(settings.url)
    upgrade(engine)
    loads = load_all(engine, folder, open_gazetteer(gazetteer_cache))
    yield Loaded(engine, settings, loads)
    engine.dispose()


@pytest.fixture(scope="session")
def loaded_client(loaded: Loaded) -> Iterator[TestClient]:
    """Ask the service, which reads that register."""
    with TestClient(create_app(loaded.settings)) as asked:
        yield asked
