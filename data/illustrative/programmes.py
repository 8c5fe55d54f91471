"""The eight programmes of the four pathways, with their units. All of them are invented."""

from __future__ import annotations

from dataclasses import dataclass

from illustrative.table import Row

HIGHER, ADVANCED, DEGREE, BIOTECH = "H", "A", "G", "B"
MODULES_CODE = "FDM-UK"
MIN_COHORT = 8

TRAINED_PER_YEAR = 0.25 * 0.057
"""Learners a year per employee, for sizing offers: technicians, times new and trained-on ones."""


@dataclass(frozen=True, slots=True)
class _Programme:
    code: str
    title: str
    levels: tuple[int | None, int | None]
    award: str
    pathway: str
    nation: str
    share: float
    after: str
    unit_stem: str


_HIGHER = "higher-level apprenticeship"
_ADVANCED = "advanced-level apprenticeship"
_DEGREE = "foundation degree and modules"
_BIOTECH = "biotechnology processing"

_PROGRAMMES = (
    _Programme(
        "ALA-ENG", "Example laboratory technician, advanced level (England)", (3, None),
        "apprenticeship certificate", _ADVANCED, "England", 0.35, "HLA-ENG;FDG-UK", "AL",
    ),
    _Programme(
        "ALA-SCO", "Example laboratory technician, advanced level (Scotland)", (None, 6),
        "modern apprenticeship certificate", _ADVANCED, "Scotland", 0.35, "HLA-SCO;FDG-UK", "AL",
    ),
    _Programme(
        "ALA-WAL", "Example laboratory technician, advanced level (Wales)", (3, None),
        "apprenticeship certificate", _ADVANCED, "Wales", 0.35, "FDG-UK", "AL",
    ),
    _Programme(
        "BIO-UK", "Example biotechnology processing pathway", (4, 7),
        "diploma", _BIOTECH, "", 0.2, "FDG-UK", "BP",
    ),
    _Programme(
        "FDG-UK", "Example foundation degree in life science practice", (5, 8),
        "foundation degree", _DEGREE, "", 0.12, "", "FD",
    ),
    _Programme(
        MODULES_CODE, "Example foundation degree modules, taken singly", (5, 8),
        "credit", _DEGREE, "", 0.1, "FDG-UK", "FM",
    ),
    _Programme(
        "HLA-ENG", "Example senior technician, higher level (England)", (5, None),
        "higher apprenticeship certificate", _HIGHER, "England", 0.18, "", "HL",
    ),
    _Programme(
        "HLA-SCO", "Example senior technician, higher level (Scotland)", (None, 8),
        "technical apprenticeship certificate", _HIGHER, "Scotland", 0.18, "", "HL",
    ),
)  # fmt: skip

_UNITS: dict[str, tuple[tuple[str, str, str, str, str], ...]] = {
    "HL": (
        ("K1", "Quality systems and regulation", "knowledge", "either", ""),
        ("K2", "Analytical chemistry", "knowledge", "provider", "teaching laboratory"),
        ("P1", "Instrument methods", "practical", "provider", "HPLC;spectrometry"),
        ("P2", "Leading a laboratory team", "practical", "workplace", ""),
    ),
    "AL": (
        ("K1", "Laboratory science", "knowledge", "either", ""),
        ("K2", "Health, safety and records", "knowledge", "either", ""),
        ("P1", "Aseptic technique", "practical", "provider", "containment laboratory"),
        ("P2", "Routine assays", "practical", "either", "teaching laboratory"),
    ),
    "FD": (
        ("K1", "Cell and molecular biology", "knowledge", "provider", ""),
        ("K2", "Data handling", "knowledge", "either", ""),
        ("P1", "Molecular methods", "practical", "provider", "PCR laboratory"),
        ("P2", "Work-based project", "practical", "either", ""),
    ),
    "FM": (
        ("K1", "Good manufacturing practice", "knowledge", "either", ""),
        ("K2", "Statistics for the laboratory", "knowledge", "either", ""),
        ("P1", "Method validation", "practical", "either", "HPLC"),
    ),
    "BP": (
        ("K1", "Process science", "knowledge", "either", ""),
        ("P1", "Upstream processing", "practical", "provider", "pilot fermenter"),
        ("P2", "Downstream processing", "practical", "either", "chromatography skid"),
    ),
}
_LEFT_OUT = "P1"
"""The practical unit that a partial offer leaves out: only a provider can teach it, but in FM."""

_STEM = {p.code: p.unit_stem for p in _PROGRAMMES}


def code_for(pathway: str, nation: str) -> str:
    """Return the code of the programme of a pathway's letter in a nation."""
    suffix = {"England": "ENG", "Scotland": "SCO", "Wales": "WAL"}.get(nation, "")
    if pathway in (HIGHER, ADVANCED):
        return f"{pathway}LA-{suffix}"
    return {DEGREE: "FDG-UK", BIOTECH: "BIO-UK"}[pathway]


def share_of(code: str) -> float:
    """Return the share of technicians who need the programme."""
    return next(p.share for p in _PROGRAMMES if p.code == code)


def unit_codes(code: str, *, whole: bool = True) -> str:
    """Return a programme's units as a list cell; without ``whole``, a practical one is left out."""
    stem = _STEM[code]
    codes = [f"{stem}-{u[0]}" for u in _UNITS[stem] if whole or u[0] != _LEFT_OUT]
    return ";".join(codes)


def hostable_units() -> dict[str, tuple[str, ...]]:
    """Return the units that a site may host, by kind: always at work, or there too."""
    found: dict[str, list[str]] = {"workplace": [], "either": []}
    for stem, units in _UNITS.items():
        for code, _, kind, place, _ in units:
            if kind == "practical" and place in found:
                found[place].append(f"{stem}-{code}")
    return {place: tuple(codes) for place, codes in found.items()}


def programme_rows() -> list[Row]:
    """Return the rows of ``programmes``."""
    return [
        {
            "programme_code": p.code,
            "title": p.title,
            "level_rqf": p.levels[0],
            "level_scqf": p.levels[1],
            "award": p.award,
            "pathway": p.pathway,
            "nation": p.nation or None,
            "min_cohort": MIN_COHORT,
            "demand_share": p.share,
            "recognised_by": "Example Society of Technicians",
            "registration": "Example registered technician" if p.pathway != _DEGREE else None,
            "progresses_to": p.after or None,
        }
        for p in _PROGRAMMES
    ]


def unit_rows() -> list[Row]:
    """Return the rows of ``units``."""
    return [
        {
            "programme_code": p.code,
            "unit_code": f"{p.unit_stem}-{code}",
            "title": title,
            "kind": kind,
            "place": place,
            "facilities": facilities or None,
        }
        for p in _PROGRAMMES
        for code, title, kind, place, facilities in _UNITS[p.unit_stem]
    ]
