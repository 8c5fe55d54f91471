"""Parts of England by the names that DfE's services have for them, as codes of authorities.

Its course directory and its register of apprenticeship training providers name 152 sub-regions:
counties and unitary authorities as they were before 2019. What a provider declares to serve is
told by polygons or codes here, never by the nearest of those names' points, which stand up to
100 km off: Essex west of London, Cambridgeshire at Peterborough.
"""

from __future__ import annotations

import re

import pandas as pd

# Codes of the Office for National Statistics: the number of the first, or first-last.
_COUNTIES = {
    "Cambridgeshire": "E07 8-12",
    "Derbyshire": "E07 32-39",
    "Devon": "E07 40-47",
    "East Sussex": "E07 61-65",
    "Essex": "E07 66-77",
    "Gloucestershire": "E07 78-83",
    "Hampshire": "E07 84-94",
    "Hertfordshire": "E07 95-96 98-99 102-103 240-243",
    "Kent": "E07 105-116",
    "Lancashire": "E07 117-128",
    "Leicestershire": "E07 129-135",
    "Lincolnshire": "E07 136-142",
    "Norfolk": "E07 143-149",
    "Nottinghamshire": "E07 170-176",
    "Oxfordshire": "E07 177-181",
    "Staffordshire": "E07 192-199",
    "Suffolk": "E07 200 202-203 244-245",
    "Surrey": "E07 207-217",
    "Warwickshire": "E07 218-222",
    "West Sussex": "E07 223-229",
    "Worcestershire": "E07 234-239",
    "Brighton and Hove": "E06 43",  # codespell:ignore hove
    # Joined or parted since, so that the authority of today may be the larger one.
    "Bournemouth": "E06 58",
    "Cumbria": "E06 63-64",
    "Northamptonshire": "E06 61-62",
    "Poole": "E06 58",
}
_SINGLE = """\
E06000001=Hartlepool; E06000002=Middlesbrough; E06000003=Redcar and Cleveland;
E06000004=Stockton-on-Tees; E06000005=Darlington; E06000006=Halton; E06000007=Warrington;
E06000008=Blackburn with Darwen; E06000009=Blackpool; E06000010=Kingston upon Hull;
E06000011=East Riding of Yorkshire; E06000012=North East Lincolnshire;
E06000013=North Lincolnshire; E06000014=York; E06000015=Derby; E06000016=Leicester;
E06000017=Rutland; E06000018=Nottingham; E06000019=Herefordshire; E06000020=Telford and Wrekin;
E06000021=Stoke-on-Trent; E06000022=Bath and North East Somerset; E06000023=Bristol;
E06000024=North Somerset; E06000025=South Gloucestershire; E06000026=Plymouth; E06000027=Torbay;
E06000030=Swindon; E06000031=Peterborough; E06000032=Luton; E06000033=Southend-on-Sea;
E06000034=Thurrock; E06000035=Medway; E06000036=Bracknell Forest; E06000037=West Berkshire;
E06000038=Reading; E06000039=Slough; E06000040=Windsor and Maidenhead; E06000041=Wokingham;
E06000042=Milton Keynes; E06000044=Portsmouth;
E06000045=Southampton; E06000046=Isle of Wight; E06000047=County Durham; E06000049=Cheshire East;
E06000050=Cheshire West and Chester; E06000051=Shropshire; E06000052=Cornwall;
E06000053=Isles of Scilly; E06000054=Wiltshire; E06000055=Bedford;
E06000056=Central Bedfordshire; E06000057=Northumberland; E06000059=Dorset;
E06000060=Buckinghamshire; E06000065=North Yorkshire; E06000066=Somerset; E08000001=Bolton;
E08000002=Bury; E08000003=Manchester; E08000004=Oldham; E08000005=Rochdale; E08000006=Salford;
E08000007=Stockport; E08000008=Tameside; E08000009=Trafford; E08000010=Wigan; E08000011=Knowsley;
E08000012=Liverpool; E08000013=St Helens; E08000014=Sefton; E08000015=Wirral;
E08000017=Doncaster; E08000018=Rotherham; E08000021=Newcastle upon Tyne;
E08000022=North Tyneside; E08000023=South Tyneside; E08000024=Sunderland; E08000025=Birmingham;
E08000026=Coventry; E08000027=Dudley; E08000028=Sandwell; E08000029=Solihull; E08000030=Walsall;
E08000031=Wolverhampton; E08000032=Bradford; E08000033=Calderdale; E08000034=Kirklees;
E08000035=Leeds; E08000036=Wakefield; E08000037=Gateshead; E08000038=Barnsley;
E08000039=Sheffield; E09000001=City of London; E09000002=Barking and Dagenham; E09000003=Barnet;
E09000004=Bexley; E09000005=Brent; E09000006=Bromley; E09000007=Camden; E09000008=Croydon;
E09000009=Ealing; E09000010=Enfield; E09000011=Greenwich; E09000012=Hackney;
E09000013=Hammersmith and Fulham; E09000014=Haringey; E09000015=Harrow; E09000016=Havering;
E09000017=Hillingdon; E09000018=Hounslow; E09000019=Islington; E09000020=Kensington and Chelsea;
E09000021=Kingston upon Thames; E09000022=Lambeth; E09000023=Lewisham; E09000024=Merton;
E09000025=Newham; E09000026=Redbridge; E09000027=Richmond upon Thames; E09000028=Southwark;
E09000029=Sutton; E09000030=Tower Hamlets; E09000031=Waltham Forest; E09000032=Wandsworth;
E09000033=Westminster;
"""
_IN_BRACKETS = re.compile(r"\s*\([^()]*\)$")
# Some names hold a comma; the lists that name them are separated by commas, too.
_WITH_COMMA = ("Bristol, City of", "Herefordshire, County of", "Kingston upon Hull, City of")


def _codes(span: str) -> str:
    kind, *ranges = span.split()
    found = []
    for part in ranges:
        low, _, high = part.partition("-")
        found += [f"{kind}{number:06}" for number in range(int(low), int(high or low) + 1)]
    return ";".join(found)


def _known() -> dict[str, str]:
    pairs = [pair.split("=") for pair in re.split(r";\s*", _SINGLE.strip()) if pair]
    single = {name: code for code, name in pairs}
    named = single | {name: _codes(span) for name, span in _COUNTIES.items()}
    full = {name: single[name.partition(",")[0]] for name in _WITH_COMMA}
    return {name.casefold(): codes for name, codes in (named | full).items()}


SUBREGIONS = _known()
"""Codes of authorities, separated by ``;``, by the sub-region's name in small letters."""


def delivery_areas(texts: pd.Series) -> pd.Series:
    """Return lists of sub-regions as delivery areas of the register.

    Parameters
    ----------
    texts
        Names separated by commas. A name may be followed by its region in brackets, as in
        ``Essex (East of England)``.

    Returns
    -------
    Codes of authorities, separated by ``;``, each once and in order. A name that is no sub-region,
    such as that of a region or a nation, stays as it is; blank stays blank.

    Examples
    --------
    >>> delivery_areas(pd.Series(["Luton,Cumbria", "London", ""])).tolist()
    ['E06000032;E06000063;E06000064', 'London', '']
    """
    return texts.map({text: _areas(text) for text in texts.unique()}).astype("str")


def _areas(text: str) -> str:
    for name in _WITH_COMMA:
        text = text.replace(name, name.partition(",")[0])
    names = [_IN_BRACKETS.sub("", name.strip()) for name in text.split(",")]
    codes = [SUBREGIONS.get(name.casefold(), name) for name in names if name]
    return ";".join(sorted({code for listed in codes for code in listed.split(";")}))
