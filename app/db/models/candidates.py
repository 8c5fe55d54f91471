"""Companies that may have a site of the sector; none counts until it is confirmed."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Mapped

from app.db.base import Located, RegisterBase
from app.db.fields import choice, day, items, number, text, whole
from geo.types import CandidateStanding


class CandidateSite(Located, RegisterBase):
    """A company of the sector at its registered office, which is not a workplace.

    No snapshot holds this table, so no analysis can count a candidate as an employer's site.
    """

    __tablename__ = "candidate_sites"
    KEY = ("site_id",)

    site_id: Mapped[str] = text("Id that the site has if it is confirmed", required=True)
    employer: Mapped[str] = text("Name of the company", required=True)
    company_number: Mapped[str] = text("Company number, 8 characters", required=True)
    name: Mapped[str | None] = text("Name of the site, where it is known")
    postcode: Mapped[str | None] = text("Postcode of the registered office")
    sic_codes: Mapped[str | None] = items("Industry codes, all that the company gives")
    segment: Mapped[str | None] = text("Segment of the sector")
    segment_weight: Mapped[float | None] = number(
        "How far codes and name speak for the sector, 0 to 1; an assumption", high=1
    )
    segment_reason: Mapped[str | None] = text("What the segment and the weight rest on")
    company_status: Mapped[str | None] = text("Status of the company")
    accounts_category: Mapped[str | None] = text("Category of its accounts, a hint at its size")
    incorporated_on: Mapped[date | None] = day("Day on which it was incorporated")
    companies_at_address: Mapped[int | None] = whole(
        "Companies at the same postcode in the register of all companies"
    )
    standing: Mapped[str | None] = choice(
        "Whether it is a workplace; blank is open", CandidateStanding
    )
    standing_reason: Mapped[str | None] = text("What the standing rests on")
    matched_site_ids: Mapped[str | None] = items("Sites of the register that confirm it")
    source: Mapped[str | None] = text("Where the row comes from")
    licence: Mapped[str | None] = text("Terms of the source")
    as_at: Mapped[date | None] = day("Date for which the row holds")


DECIDED = ("standing", "standing_reason", "matched_site_ids")
"""Fields that say what users and rules decided; a file that does not speak of them keeps them."""
