"""Reads the rules by which a list of sites confirms candidates, from a small TOML file."""

from __future__ import annotations

from pathlib import Path

from etl.agreed_file import read_toml, require_keys
from etl.errors import SourceError
from geo.candidates import ConfirmRules

FILE = Path("sector") / "confirm.toml"
_FLAGS = ("same_company_number", "same_name_and_postcode")
_LIMIT, _ACCOUNTS = "most_companies_at_address", "accounts_of_inactive"


def read_confirm_rules(path: Path) -> ConfirmRules:
    """Read a file of rules.

    Raises
    ------
    SourceError
        If it cannot be read, or a rule is missing, unknown or not as it should be.
    """
    entry = read_toml(path, what="rule file")
    require_keys(path, entry, known=(*_FLAGS, _LIMIT, _ACCOUNTS), what="rule file")
    for name in _FLAGS:
        if not isinstance(entry.get(name), bool):
            raise SourceError(f"{path.name} has {name} = {entry.get(name)!r}: write true or false.")
    limit, accounts = entry.get(_LIMIT), entry.get(_ACCOUNTS)
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 0:
        raise SourceError(f"{path.name} has {_LIMIT} = {limit!r}: write a whole number.")
    if not isinstance(accounts, list) or not all(isinstance(one, str) for one in accounts):
        raise SourceError(f"{path.name} has {_ACCOUNTS} = {accounts!r}: write a list of texts.")
    return ConfirmRules(
        same_company_number=entry["same_company_number"],
        same_name_and_postcode=entry["same_name_and_postcode"],
        most_companies_at_address=limit,
        accounts_of_inactive=tuple(accounts),
    )
