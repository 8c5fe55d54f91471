"""Which candidate sites a list of sites confirms, by rules that the user can read."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from geo.contracts import require_columns

SAME_NUMBER = "same company number"
SAME_NAME = "same name and postcode"

_ENDINGS = r"\b(LIMITED|LTD|PLC|LLP|LP|CIC|CYFYNGEDIG|CYF|CCC|INCORPORATED|INC|UK|COMPANY|CO)\b"
_CANDIDATE_COLUMNS = (
    "site_id",
    "employer",
    "company_number",
    "postcode",
    "accounts_category",
    "companies_at_address",
    "source",
)
_SITE_COLUMNS = ("site_id", "employer", "company_number", "postcode", "source")


@dataclass(frozen=True, slots=True)
class ConfirmRules:
    """When a site of another list confirms a candidate; the limits are assumptions.

    Attributes
    ----------
    same_company_number
        A site with the candidate's company number does.
    same_name_and_postcode
        A site with its name, see :func:`name_key`, and its postcode does, within the limits below:
        the postcode is that of the registered office.
    most_companies_at_address
        So many companies may stand at the postcode, inclusive. Not known is within the limit.
    accounts_of_inactive
        Categories of accounts with which a company is taken to do nothing there.
    """

    same_company_number: bool
    same_name_and_postcode: bool
    most_companies_at_address: int
    accounts_of_inactive: tuple[str, ...]


def match_candidates(
    candidates: pd.DataFrame, sites: pd.DataFrame, rules: ConfirmRules
) -> pd.DataFrame:
    """Return which candidates are confirmed by which sites, and those that a limit holds back.

    A site never confirms the candidate that it came from, nor one of its own source. A name and
    postcode that two candidates share confirms neither.

    Parameters
    ----------
    candidates
        ``site_id``, ``employer``, ``company_number``, ``postcode``, ``accounts_category``,
        ``companies_at_address`` and ``source``.
    sites
        ``site_id``, ``employer``, ``company_number``, ``postcode`` and ``source``.
    rules
        The rules.

    Returns
    -------
    A row per candidate and site that match, sorted: ``site_id`` of the candidate,
    ``matched_site_id``, ``rule``, and ``held_back``, why it is not confirmed, empty where it is.
    Each pair stands once, by the company number where that is the same.
    """
    require_columns(candidates, _CANDIDATE_COLUMNS, table="candidate_sites")
    require_columns(sites, _SITE_COLUMNS, table="sites")
    found = [_pairs(candidates.iloc[:0], sites.iloc[:0], ["company_number"], SAME_NUMBER)]
    if rules.same_company_number:
        found.append(_pairs(candidates, sites, ["company_number"], SAME_NUMBER))
    if rules.same_name_and_postcode:
        named, listed = (
            table.assign(name=name_key(table["employer"])) for table in (candidates, sites)
        )
        by_name = _pairs(named, listed, ["name", "postcode"], SAME_NAME)
        found.append(by_name.assign(held_back=_held_back(by_name, named, rules)))
    matched = pd.concat(found, ignore_index=True)
    matched = matched.drop_duplicates(["site_id", "matched_site_id"], keep="first")
    return matched.sort_values(["site_id", "matched_site_id"], ignore_index=True)


def name_key(names: pd.Series) -> pd.Series:
    """Return names without case, punctuation, legal form or a leading "the".

    Examples
    --------
    >>> name_key(pd.Series(["The Example & Sons Ltd.", "EXAMPLE AND SONS LIMITED"])).tolist()
    ['EXAMPLE AND SONS', 'EXAMPLE AND SONS']
    """
    texts = names.fillna("").astype("str").str.upper().str.replace("&", " AND ", regex=False)
    texts = texts.str.replace("[.'\u2019]", "", regex=True).str.replace(r"\W+", " ", regex=True)
    bare = texts.str.replace(_ENDINGS, " ", regex=True).str.replace(r"^\s*THE\b", "", regex=True)
    return bare.str.replace(r"\s+", " ", regex=True).str.strip()


def _pairs(
    candidates: pd.DataFrame, sites: pd.DataFrame, keys: list[str], rule: str
) -> pd.DataFrame:
    """Return the pairs that agree on all of ``keys``, none of them blank."""
    left, right = (
        table.assign(**{key: table[key].fillna("").astype("str").str.upper() for key in keys})
        for table in (candidates, sites)
    )
    left = left[(left[keys] != "").all(axis=1)]
    joined = left[["site_id", "source", *keys]].merge(
        right[["site_id", "source", *keys]], on=keys, suffixes=("", "_of_site")
    )
    other = (joined["site_id"] != joined["site_id_of_site"]) & (
        joined["source"].fillna("") != joined["source_of_site"].fillna("")
    )
    pairs = joined.loc[other, ["site_id", "site_id_of_site"]]
    pairs = pairs.rename(columns={"site_id_of_site": "matched_site_id"})
    return pairs.assign(rule=rule, held_back="").astype("str")


def _held_back(pairs: pd.DataFrame, candidates: pd.DataFrame, rules: ConfirmRules) -> pd.Series:
    """Return why a match by name and postcode confirms nothing, empty where it does."""
    known = candidates.set_index("site_id")
    together = pairs["site_id"].map(known["companies_at_address"]).astype("Float64")
    accounts = pairs["site_id"].map(known["accounts_category"]).astype("str").fillna("")
    shared = pairs.groupby("matched_site_id")["site_id"].transform("nunique") > 1
    limit = rules.most_companies_at_address
    crowded = "more than " + f"{limit} companies at the postcode"
    why = pd.Series("", index=pairs.index, dtype="str")
    why = why.mask(shared, "two companies of that name at that postcode")
    why = why.mask(accounts.isin(rules.accounts_of_inactive), "accounts: " + accounts.str.lower())
    return why.mask((together > limit).fillna(value=False), crowded)
