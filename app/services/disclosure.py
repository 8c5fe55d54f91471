"""Who is who in the register, and which sites may be shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
import sqlalchemy as sa

from app.db.history import history_of, read_as_of
from app.db.models import REGISTER_MODELS, UNCOUNTED_MODELS, Provider, Site, Venue
from app.db.register import ID_SEPARATOR, table_of

_SITE_KEYS = ("site_id", "from_id")
_VENUE_KEYS = ("venue_id", "to_id")


@dataclass(frozen=True, slots=True)
class Names:
    """What things of the register are called now.

    A site that is sensitive is not among ``employers``, nor is one that has left the register:
    nobody can say any more whether it may be shown.
    """

    employers: Mapping[str, str]
    venues: Mapping[str, str]
    provider_of_venue: Mapping[str, str]
    providers: Mapping[str, str]

    def may_show(self, key: Mapping[str, str]) -> bool:
        """Say whether a row of that key tells of no site, or of one that may be shown."""
        return all(key[name] in self.employers for name in _SITE_KEYS if name in key)

    def of_whom(self, key: Mapping[str, str]) -> str | None:
        """Return who can tell about the row of that key; None if the register does not know."""
        for name in _VENUE_KEYS:
            venue = self.venues.get(key.get(name, ""))
            if venue is not None:
                provider = self.providers.get(self.provider_of_venue[key[name]], "")
                return f"{venue}, {provider}" if provider else venue
        for name in _SITE_KEYS:
            if key.get(name) in self.employers:
                return self.employers[key[name]]
        return self.providers.get(key.get("ukprn", ""))


def read_names(connection: sa.Connection) -> Names:
    """Read the names of providers, venues and the employers whose sites may be shown."""
    shown = sa.or_(Site.sensitive.is_(None), Site.sensitive.is_(other=False))
    sites = connection.execute(sa.select(Site.site_id, Site.employer).where(shown)).all()
    venues = connection.execute(sa.select(Venue.venue_id, Venue.name, Venue.ukprn)).all()
    providers = connection.execute(sa.select(Provider.ukprn, Provider.name)).all()
    return Names(
        employers={row.site_id: row.employer for row in sites},
        venues={row.venue_id: row.name for row in venues},
        provider_of_venue={row.venue_id: row.ukprn for row in venues},
        providers={row.ukprn: row.name for row in providers},
    )


def hidden_sites(connection: sa.Connection, *moments: datetime) -> frozenset[str]:
    """Return the ids of the sites of which nothing may be shown.

    Those are the sites that are sensitive now; those that have left the register and ever were,
    since nobody can say any more that they may be shown; and those that were at one of the
    ``moments`` that are shown.
    """
    table = table_of(Site)
    kept = history_of(table)
    here = sa.select(table.c.site_id)
    now = sa.select(table.c.site_id).where(table.c.sensitive.is_(other=True))
    left = sa.select(kept.c.site_id).where(
        kept.c.sensitive.is_(other=True), kept.c.site_id.not_in(here)
    )
    found = {*connection.scalars(now), *connection.scalars(left)}
    for moment in moments:
        sites = read_as_of(connection, Site, moment)
        marked = sites["sensitive"].fillna(value=False).astype(bool)
        found |= set(sites.loc[marked, "site_id"])
    return frozenset(map(str, found))


def of_sites(table_name: str, row_ids: pd.Series, sites: Collection[str]) -> pd.Series:
    """Say of each row of a register table whether it tells of one of the ``sites``.

    Parameters
    ----------
    row_ids
        Ids of rows, as :func:`app.db.register.row_ids` makes them.
    """
    models = (*REGISTER_MODELS, *UNCOUNTED_MODELS)
    [key] = [model.KEY for model in models if model.__tablename__ == table_name]
    named = [at for at, name in enumerate(key) if name in _SITE_KEYS]
    if not named:
        return pd.Series(data=False, index=row_ids.index)
    parts = row_ids.str.split(ID_SEPARATOR, regex=False).str[named[0]]
    return parts.isin(list(sites))
