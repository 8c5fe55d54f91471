"""Tables of achievement rates: the statistics', and the training register's two."""

from __future__ import annotations

import csv
from pathlib import Path

STATISTICS_HEADER = [
    "time_period",
    "time_identifier",
    "geographic_level",
    "country_code",
    "country_name",
    "provider_name",
    "provider_ukprn",
    "provider_type",
    "ssa_tier_1",
    "level",
    "std_fwk_name_stcode",
    "age_youth_adult",
    "age_group",
    "leavers",
    "completers",
    "achievers",
    "retention_rate",
    "pass_rate",
    "achievement_rate",
]
TECHNICIAN = "Example lab technician (ST9248)"
SCIENCE = "Science and Mathematics"
# Period, provider, subject, level, standard, age, leavers, rate.
STATISTICS_ROWS = [
    ("202425", "99900041", "Total", "Total", TECHNICIAN, "Total", "60", "100.0"),
    ("202425", "99900041", SCIENCE, "Total", TECHNICIAN, "Total", "60", "100.0"),
    ("202425", "99900041", "Total", "Advanced", TECHNICIAN, "Total", "60", "100.0"),
    ("202425", "99900041", "Total", "Total", TECHNICIAN, "19-23", "20", "90.0"),
    ("202324", "99900041", "Total", "Total", TECHNICIAN, "Total", "40", "9.8"),
    ("202425", "99900042", SCIENCE, "Total", TECHNICIAN, "Total", "low", "c"),
    ("202425", "z", "Total", "Total", TECHNICIAN, "Total", "350", "57.7"),
    ("202425", "99900041", "Total", "Total", "Total", "Total", "600", "64.2"),
    ("202425", "99900041", "Total", "Total", "Laboratory framework", "Total", "10", "50.0"),
    ("2025", "99900043", "Total", "Total", TECHNICIAN, "Total", "10", "50.0"),
]
# Rates that the register of training providers compares as text, and the other way round here.
QAR_RATES = {
    "99900051": ("20", "100.0"),
    "99900052": ("20", "100"),
    "99900053": ("40", "9.8"),
    "99900054": ("40", "7.5"),
    "99900055": ("40", "50"),
    "99900056": ("40", "60"),
    "99900057": ("40", "70"),
    "99900058": ("low", "low"),
    "99900059": ("10", "x"),
    "99900060": ("low", "x"),
    "99900061": ("-", "-"),
    "99900062": ("20", "about 60"),
}


def write(folder: Path) -> list[Path]:
    """Write the three tables."""
    statistics = folder / "app-narts-provider-level-fwk-std.csv"
    rows = [
        {
            "time_period": period,
            "time_identifier": "Academic year",
            "geographic_level": "National" if ukprn == "z" else "Provider",
            "country_code": "E92000001",
            "country_name": "England",
            "provider_name": "Total" if ukprn == "z" else "Example, Provider Ltd",
            "provider_ukprn": ukprn,
            "provider_type": "Total",
            "ssa_tier_1": subject,
            "level": level,
            "std_fwk_name_stcode": standard,
            "age_youth_adult": "Total",
            "age_group": age,
            "leavers": leavers,
            "completers": "z",
            "achievers": "z",
            "retention_rate": "z",
            "pass_rate": "z",
            "achievement_rate": rate,
        }
        for period, ukprn, subject, level, standard, age, leavers, rate in STATISTICS_ROWS
    ]
    with statistics.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, STATISTICS_HEADER)
        writer.writeheader()
        writer.writerows(rows)
    provider = [
        ("2425", "ST9248", ukprn, leavers, rate) for ukprn, (leavers, rate) in QAR_RATES.items()
    ]
    header = ("TimePeriod", "IfateReferenceNumber", "Ukprn", "Leavers", "AchievementRate")
    national = [("TimePeriod", "IfateReferenceNumber", "Leavers", "AchievementRate")]
    national += [("2425", "ST9248", "350", "57.7"), ("2425", "ST9247", "low", "x")]
    return [
        statistics,
        _write(folder / "StandardProviderQAR.csv", [header, *provider]),
        _write(folder / "StandardQAR.csv", national),
    ]


def _write(path: Path, rows: list[tuple[str, ...]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path
