"""Delivery areas: names of nations, regions, counties and authorities that must be known."""

from __future__ import annotations

from difflib import get_close_matches

import pandas as pd

from etl.rejects import make_rejects


def check_delivery_areas(rows: pd.DataFrame, authorities: pd.DataFrame) -> pd.DataFrame:
    """Return rejects for the rows whose ``delivery_area`` names something that is no area.

    A name that nothing matches would reach no site, and nobody would be told.

    Parameters
    ----------
    rows
        Cleaned venues, indexed by line; ``delivery_area`` is a list separated by ``;``. Blank
        declares no area and passes.
    authorities
        ``authority_code``, ``authority``, ``region``, ``nation`` and perhaps ``county``. Nations,
        regions, counties and codes of authorities are areas, in any case; the name of an
        authority below a county council is not, but gets its code suggested. A county is the
        area of one council: that of the county council, or of an authority with none above it.
    """
    kinds = ("nation", "region", "county", "authority_code")
    columns = [authorities[name] for name in kinds if name in authorities]
    areas = {name.casefold(): name for name in pd.concat(columns).dropna().unique()}
    meant = dict(areas)
    named = authorities.dropna(subset="authority").drop_duplicates("authority", keep=False)
    for code, name in zip(named["authority_code"], named["authority"], strict=True):
        meant.setdefault(name.casefold(), code)
    listed = rows["delivery_area"].dropna().str.split(";").explode().str.strip()
    unknown = listed[~listed.str.casefold().isin(list(areas))]
    first = unknown[~unknown.index.duplicated()]
    advice = {name: _advise(name, meant) for name in first.unique()}
    return make_rejects(
        first.index,
        field="delivery_area",
        rule="unknown area",
        values=first,
        suggestions=[advice[name] for name in first],
    )


def _advise(name: str, meant: dict[str, str]) -> str:
    words = "the name of a nation, region or county, or the code of an authority"
    close = get_close_matches(name.casefold(), list(meant), n=1, cutoff=0.6)
    return f"write {meant[close[0]]} if you mean that, or {words}" if close else f"write {words}"
