"""The map of a run: what stands on it."""

from __future__ import annotations

from app.db.engine import reading
from app.db.runs import read_layer
from app.services.layers import MAP, unpack
from app.services.map_page import venues_shown
from app.services.snapshot import take_snapshot
from geo.types import OfferStatus


def test_every_venue_is_shown_with_its_best_status(demo):
    with reading(demo.engine) as connection:
        snapshot = take_snapshot(connection)

    shown = venues_shown(snapshot.register(demo.reference)).set_index("venue_id")

    venues, offers = snapshot.tables["venues"], snapshot.tables["offers"]
    assert set(shown.index) == set(venues["venue_id"])
    delivering = set(offers.loc[offers["status"] == OfferStatus.DELIVERED, "venue_id"])
    assert set(shown.index[shown["status"] == OfferStatus.DELIVERED]) == delivering
    silent = set(venues["venue_id"]) - set(offers["venue_id"])
    assert silent
    assert set(shown.loc[list(silent), "status"]) == {OfferStatus.UNKNOWN}


def test_the_page_says_what_it_is_and_names_no_sensitive_site(demo):
    with reading(demo.engine) as connection:
        page = unpack(read_layer(connection, demo.run.run_id, MAP)).decode()
        sites = take_snapshot(connection).tables["sites"]

    hidden = sites.loc[sites["sensitive"].fillna(value=False).astype(bool), "site_id"]
    assert len(hidden)
    assert "Illustrative data" in page
    assert demo.run.run_id in page
    assert not [site for site in hidden if site in page]
