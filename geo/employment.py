"""How many people work at a site: as stated, or as a band says."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.contracts import require_columns, require_not_negative

_COLUMNS = ("employees", "employees_low", "employees_high")


def employees_of(sites: pd.DataFrame) -> pd.DataFrame:
    """Return how many people work at each site.

    Parameters
    ----------
    sites
        ``employees``, ``employees_low`` and ``employees_high`` in persons, none below 0.

    Returns
    -------
    ``employees``, ``low`` and ``high`` in persons, indexed like ``sites``; NaN is unknown. Where
    only a band is given, its middle stands for the number (an assumption).

    Raises
    ------
    InputError
        If a column is missing, or a number is below 0 or infinite.
    """
    require_columns(sites, _COLUMNS, table="sites")
    given, low, high = (sites[column].astype(float) for column in _COLUMNS)
    for column in (given, low, high):
        require_not_negative(column, table="sites")
    middle = given.fillna((low + high) / 2.0)
    return pd.DataFrame(
        {"employees": middle, "low": low.fillna(middle), "high": high.fillna(middle)},
        index=sites.index,
        dtype=np.float64,
    )
