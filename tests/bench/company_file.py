"""Write a file of companies in the real layout of BasicCompanyData, of any size, at random.

Names, numbers and addresses are invented; postcodes are real, drawn from the gazetteer, and some of
them carry hundreds of companies, as those of formation agents do. About one company in two hundred
has an industry code of the sector.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1]))

from public_samples.companies_house import COLUMNS

SECTOR = {
    "72190 - Other research and experimental development on natural sciences and engineering": 40,
    "72110 - Research and experimental development on biotechnology": 18,
    "32500 - Manufacture of medical and dental instruments and supplies": 16,
    "46460 - Wholesale of pharmaceutical goods": 14,
    "21200 - Manufacture of pharmaceutical preparations": 6,
    "21100 - Manufacture of basic pharmaceutical products": 4,
    "26600 - Manufacture of irradiation, electromedical and electrotherapeutic equipment": 2,
}
OTHERS = {
    "82990 - Other business support service activities n.e.c.": 12,
    "70229 - Management consultancy activities other than financial management": 11,
    "68209 - Other letting and operating of own or leased real estate": 11,
    "47910 - Retail sale via mail order houses or via Internet": 9,
    "62020 - Information technology consultancy activities": 9,
    "41100 - Development of building projects": 8,
    "98000 - Residents property management": 8,
    "99999 - Dormant Company": 6,
    "56102 - Unlicensed restaurants and cafes": 6,
    "74909 - Other professional, scientific and technical activities n.e.c.": 6,
    "49410 - Freight transport by road": 5,
    "43210 - Electrical installation": 5,
    "None Supplied": 4,
}
ALIKE = {
    "RegAddress.PostTown": "EXAMPLETON",
    "RegAddress.Country": "ENGLAND",
    "CompanyCategory": "Private Limited Company",
    "CountryOfOrigin": "United Kingdom",
    "Accounts.AccountRefDay": "31",
    "Accounts.AccountRefMonth": "5",
    "Accounts.NextDueDate": "28/02/2027",
    "Mortgages.NumMortCharges": "0",
    "Mortgages.NumMortOutstanding": "0",
    "Mortgages.NumMortPartSatisfied": "0",
    "Mortgages.NumMortSatisfied": "0",
    "LimitedPartnerships.NumGenPartners": "0",
    "LimitedPartnerships.NumLimPartners": "0",
    "ConfStmtNextDueDate": "23/05/2027",
    " ConfStmtLastMadeUpDate": "09/05/2026",
}
"""What every company has; the columns beside are empty."""

SECTOR_SHARE = 0.005
ACTIVE_SHARE = 0.95
AGENTS = 400
AGENT_SHARE = 0.12
BATCH = 250_000
_WORDS = (
    "ALDER", "AMBER", "ANVIL", "AVOCET", "BASALT", "BITTERN", "CEDAR", "COBBLE", "CURLEW",
    "DUNLIN", "ELDER", "FENNEL",
)  # fmt: skip
_KINDS = (
    "BIOSCIENCE", "THERAPEUTICS", "LABS", "DEVICES", "SERVICES", "CONSULTING", "TRADING", "CAFÉ",
    "HOLDINGS", "SOLUTIONS", "ENGINEERING", "PARTNERS", "GROUP", "INVESTMENTS", "SYSTEMS",
    "RESEARCH", "ASSOCIATES", "INTERNATIONAL", "UK", "DRONES",
)  # fmt: skip
_ACCOUNTS = ("MICRO ENTITY", "DORMANT", "NO ACCOUNTS FILED", "TOTAL EXEMPTION FULL", "FULL")


def write_companies(path: Path, count: int, postcodes: Sequence[str], *, seed: int = 1) -> None:
    """Write ``count`` companies at the given real postcodes; the same ones for the same seed."""
    random = np.random.default_rng(seed)
    known = np.array(postcodes, dtype=object)
    agents = known[random.integers(len(known), size=AGENTS)]
    with path.open("wb") as file:
        file.write((",".join(COLUMNS) + "\r\n").encode())
        for start in range(0, count, BATCH):
            table = _companies(random, start, min(BATCH, count - start), known, agents)
            table.write_csv(
                file, include_header=False, quote_style="always", line_terminator="\r\n"
            )


def _companies(
    random: np.random.Generator, start: int, count: int, known: np.ndarray, agents: np.ndarray
) -> pl.DataFrame:
    numbers = np.arange(start, start + count)
    at_agent = random.random(count) < AGENT_SHARE
    places = np.where(
        at_agent, _of(random, agents, count), known[random.integers(len(known), size=count)]
    )
    in_sector = random.random(count) < SECTOR_SHARE
    codes = np.where(in_sector, _drawn(random, SECTOR, count), _drawn(random, OTHERS, count))
    second = np.where(random.random(count) < 0.15, _drawn(random, OTHERS, count), "")
    day = [f"{d:02d}/{m:02d}/{y}" for d, m, y in _days(random, count)]
    empty = pl.Series([""]).new_from_index(0, count)
    columns = dict.fromkeys(COLUMNS, empty)
    names = [
        f"{first} {kind} {number} LIMITED"
        for first, kind, number in zip(
            _of(random, np.array(_WORDS, dtype=object), count),
            _of(random, np.array(_KINDS, dtype=object), count),
            numbers,
            strict=True,
        )
    ]
    status = np.where(random.random(count) < ACTIVE_SHARE, "Active", "Liquidation")
    varied = {
        "CompanyName": names,
        " CompanyNumber": [f"{number:08d}" for number in numbers],
        "RegAddress.AddressLine1": [f"{number % 300 + 1} HIGH STREET" for number in numbers],
        "RegAddress.PostCode": places.tolist(),
        "CompanyStatus": status.tolist(),
        "IncorporationDate": day,
        "Accounts.AccountCategory": _of(random, np.array(_ACCOUNTS, dtype=object), count).tolist(),
        "SICCode.SicText_1": codes.tolist(),
        "SICCode.SicText_2": second.tolist(),
        "URI": [f"http://business.data.gov.uk/id/company/{number:08d}" for number in numbers],
    }
    columns |= {name: pl.Series([text]).new_from_index(0, count) for name, text in ALIKE.items()}
    columns |= {name: pl.Series(cells) for name, cells in varied.items()}
    return pl.DataFrame({name: columns[name] for name in COLUMNS})


def _of(random: np.random.Generator, choices: np.ndarray, count: int) -> np.ndarray:
    return choices[random.integers(len(choices), size=count)]


def _drawn(random: np.random.Generator, shares: dict[str, int], count: int) -> np.ndarray:
    weights = np.array(list(shares.values()), dtype=float)
    at = random.choice(len(shares), size=count, p=weights / weights.sum())
    return np.array(list(shares), dtype=object)[at]


def _days(random: np.random.Generator, count: int) -> zip:
    return zip(
        random.integers(1, 29, count),
        random.integers(1, 13, count),
        random.integers(1990, 2026, count),
        strict=True,
    )
