"""Personal data: cells that look like a person's e-mail address or telephone number."""

from __future__ import annotations

import pandas as pd

from app.db.fields import Field, Kind

EMAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
PHONE = r"(?<![\d/])(?:\+44|0044|0)[\s-]?(?:\(0\))?(?:[\s()-]*\d){9,10}(?!\d)"
"""A British number, with its leading zero or country code and ten or eleven digits in all."""

_CODED = ("postcode", "ukprn", "company_number", "sic_codes", "units", "units_hosted", "year")
_LINKED = ("website",)


def has_email(texts: pd.Series, name: str, field: Field) -> pd.Series:
    """Say which texts hold an e-mail address. Web addresses are not searched."""
    if field.kind not in (Kind.TEXT, Kind.LIST) or name in _LINKED:
        return pd.Series(data=False, index=texts.index)
    return _contains(texts, EMAIL)


def has_phone(texts: pd.Series, name: str, field: Field) -> pd.Series:
    """Say which texts hold a British telephone number. Ids, codes and links are not searched."""
    coded = name in (*_CODED, *_LINKED) or name.endswith(("_id", "_code", "code", "progresses_to"))
    if field.kind not in (Kind.TEXT, Kind.LIST) or coded:
        return pd.Series(data=False, index=texts.index)
    return _contains(texts, PHONE)


def _contains(texts: pd.Series, pattern: str) -> pd.Series:
    """Search each distinct text once: most columns of a large file repeat a few."""
    position, distinct = pd.factorize(texts, use_na_sentinel=False)
    found = pd.Series(distinct, dtype="str").str.contains(pattern, regex=True)
    return found.take(position).set_axis(texts.index)
