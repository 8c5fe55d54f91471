"""Who is who in the register, and which sites may be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from app.db.models import Provider, Site, Venue

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
