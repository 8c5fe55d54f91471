"""Candidate sites: list them, confirm or dismiss them, and take either back.

A candidate is a company at its registered office, which is not a workplace. It counts nowhere until
it is confirmed: by a user, who makes a site of it, or by a list, whose site it then is. What either
says of a site is a claim like any other, with its source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa

from app.db.base import GEOCODED_COLUMNS
from app.db.claims import end_claims, read_claims
from app.db.errors import NotFoundError
from app.db.evidence import Locate, keep_claims, resolve
from app.db.history import next_moment
from app.db.loads import CANDIDATES, LoadRecord, add_load, finish_load, read_load
from app.db.matches import SPEAKS_OF
from app.db.models import CandidateSite, Site
from app.db.precedence import Strength
from app.db.register import fids_of, read_table, remove_rows, write_rows
from geo.candidates import ConfirmRules, match_candidates
from geo.errors import InputError
from geo.types import CandidateStanding

SPEAKER = CANDIDATES
"""As whose word the register keeps what a confirmed candidate says of a site."""

BY_USER = "confirmed by a user"
BY_USERSPEAKS_OF = "confirmed by a user, who gave the workplace's postcode"
BY_LIST = "confirmed by a list"

_SAID = ("employer", "company_number", "name", "postcode", "segment", "sic_codes", "source")
_GIVEN = ("company_number", "sic_codes")
_PLACE = ("postcode", "geometry", *(name for name in GEOCODED_COLUMNS if name != "geom"))


@dataclass(frozen=True, slots=True)
class Choice:
    """Which candidates to list; None is all.

    Attributes
    ----------
    standing, segment, region
        Exactly this value; an open standing is a blank one as well.
    least_weight
        The least weight, inclusive.
    """

    standing: CandidateStanding | None = None
    segment: str | None = None
    region: str | None = None
    least_weight: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """What a match did: ids that were confirmed now, and pairs that a limit held back."""

    confirmed: tuple[str, ...]
    held_back: pd.DataFrame


def list_candidates(connection: sa.Connection, choice: Choice) -> pd.DataFrame:
    """Return the candidates that ``choice`` asks for, the greatest weight first, then by id."""
    rows = _candidates(connection)
    chosen = rows["segment_weight"].fillna(0.0) >= choice.least_weight
    for name in ("standing", "segment", "region"):
        wanted = getattr(choice, name)
        if wanted is not None:
            chosen &= (rows[name] == str(wanted)).fillna(value=False)
    order = ["segment_weight", "site_id"]
    return pd.DataFrame(rows[chosen]).sort_values(order, ascending=[False, True], ignore_index=True)


def count_candidates(rows: pd.DataFrame) -> pd.DataFrame:
    """Return ``standing``, ``reason`` and ``count`` of candidates, the most first."""
    reasons = rows["standing_reason"].fillna("").str.split(":").str[0]
    reason = reasons.mask(reasons == "", rows["segment_reason"].fillna("no reason given"))
    counts = rows.assign(reason=reason).groupby(["standing", "reason"]).size()
    return counts.rename("count").reset_index().sort_values("count", ascending=False, kind="stable")


def confirm_candidates(
    connection: sa.Connection,
    ids: Sequence[str],
    *,
    now: datetime,
    places: gpd.GeoDataFrame | None = None,
) -> None:
    """Make sites of candidates, because the user says that people work there.

    Parameters
    ----------
    ids
        Ids of candidates; their sites keep them.
    now
        The moment of it.
    places
        Where the workplace is, if not at the registered office: one row, with ``postcode``,
        ``geometry`` and what geocoding makes. Without it the site stands at the registered office,
        with that class of precision, which no cluster is built on.

    Raises
    ------
    NotFoundError
        If there is no such candidate.
    InputError
        If one is confirmed already, or a site of its id is there.
    """
    rows = _chosen(connection, ids)
    _require_standing(rows, "confirm", not_yet=CandidateStanding.CONFIRMED)
    there = sorted(fids_of(connection, Site, list(rows["site_id"])))
    if there:
        raise InputError(f"The register has a site {there[0]!r} already: reopen it first.")
    made = rows.assign(
        source=f"{BY_USER}: " + rows["source"].fillna("a candidate site"),
        row_id=rows["site_id"],
        source_row=rows["site_id"],
    )
    if places is not None:
        for name in _PLACE:
            made[name] = places[name].take([0] * len(made)).array
    load = _open_load(connection, BY_USER, Strength.OWN, now)
    _say(connection, made, _SAID, load, locate=_places_of(made))
    reason = BY_USER if places is None else BY_USERSPEAKS_OF
    _decide(connection, rows, load, standing=CandidateStanding.CONFIRMED, standing_reason=reason)
    finish_load(connection, load.load_id, rows_read=len(rows), rows_inserted=len(rows))


def dismiss_candidates(
    connection: sa.Connection, ids: Sequence[str], *, reason: str, now: datetime
) -> None:
    """Say of candidates that they are no workplaces of the sector, and why.

    Raises
    ------
    NotFoundError
        If there is no such candidate.
    InputError
        If one is not open, or no reason is given.
    """
    if not reason.strip():
        raise InputError("Say why the candidate is dismissed.")
    rows = _chosen(connection, ids)
    _require_standing(rows, "dismiss", not_yet=CandidateStanding.DISMISSED)
    _require_standing(rows, "dismiss", not_yet=CandidateStanding.CONFIRMED)
    told = f"dismissed by a user: {reason.strip()}"
    dismissed = rows.assign(standing=CandidateStanding.DISMISSED, standing_reason=told)
    write_rows(connection, CandidateSite, dismissed, moment=next_moment(connection, now))


def reopen_candidate(connection: sa.Connection, candidate_id: str, *, now: datetime) -> None:
    """Take back what was said of a candidate, and what came of it.

    The site that a user's word made of it is removed; what it says of sites of a list is withdrawn.
    The history keeps both.

    Raises
    ------
    NotFoundError
        If there is no such candidate.
    InputError
        If it is open, or another source's row was found to be its site.
    RowsRefusedError
        If other rows of the register refer to its site.
    """
    rows = _chosen(connection, [candidate_id])
    if rows["standing"].iloc[0] == CandidateStanding.OPEN:
        raise InputError(f"The candidate {candidate_id!r} is open already.")
    load = _open_load(connection, f"reopened: {candidate_id}", Strength.SUGGESTED, now)
    claims = read_claims(connection, Site.__tablename__, speaker=SPEAKER)
    claims = claims[claims["source_row"].str.split(SPEAKS_OF).str[0] == candidate_id]
    end_claims(connection, claims["claim_id"].tolist(), load_id=load.load_id)
    ours = [candidate_id] if _is_ours(claims, candidate_id) else []
    if len(read_claims(connection, Site.__tablename__, row_ids=ours)):
        raise InputError(
            f"Rows of other sources are the site {candidate_id!r} too: part them first by "
            "`skillshed review undo`."
        )
    own = fids_of(connection, Site, ours)
    remove_rows(connection, Site, list(own.values()), moment=load.loaded_at)
    others = claims[claims["row_id"] != candidate_id]
    if len(others):
        ids, fields = sorted(others["row_id"].unique()), sorted(others["field"].unique())
        whole = resolve(connection, Site, ids, fields, locate=_stay)
        _write_sites(connection, whole, load)
    blank = dict.fromkeys(("standing", "standing_reason", "matched_site_ids"))
    _decide(connection, rows, load, **blank)


def match_by_lists(connection: sa.Connection, rules: ConfirmRules, *, now: datetime) -> Matched:
    """Confirm the open candidates that sites of other sources stand for, by the rules.

    The sites keep their places. Where they do not say a company number or industry codes, the
    candidate's are claimed of them.
    """
    every = _candidates(connection)
    candidates = every[every["standing"] == CandidateStanding.OPEN].reset_index(drop=True)
    sites = read_table(connection, Site)
    pairs = match_candidates(candidates, sites, rules)
    good = pairs[pairs["held_back"] == ""]
    if len(good):
        load = _open_load(connection, BY_LIST, Strength.SUGGESTED, now)
        _give(connection, candidates, sites, good, load)
        by_id = good.groupby("site_id")
        rows = candidates[candidates["site_id"].isin(good["site_id"])].copy()
        rows["matched_site_ids"] = rows["site_id"].map(by_id["matched_site_id"].agg(";".join))
        rows["standing_reason"] = f"{BY_LIST}: " + rows["site_id"].map(by_id["rule"].first())
        _decide(connection, rows, load, standing=CandidateStanding.CONFIRMED)
        finish_load(connection, load.load_id, rows_read=len(rows), rows_updated=len(rows))
    confirmed = tuple(sorted(good["site_id"].unique()))
    held_back = pairs[(pairs["held_back"] != "") & ~pairs["site_id"].isin(confirmed)]
    return Matched(confirmed, held_back.reset_index(drop=True))


def _candidates(connection: sa.Connection) -> gpd.GeoDataFrame:
    rows = gpd.GeoDataFrame(read_table(connection, CandidateSite))
    return rows.assign(standing=rows["standing"].fillna(str(CandidateStanding.OPEN)))


def _chosen(connection: sa.Connection, ids: Sequence[str]) -> gpd.GeoDataFrame:
    rows = _candidates(connection)
    unknown = sorted(set(ids) - set(rows["site_id"]))
    if unknown:
        raise NotFoundError("candidate site", unknown[0])
    return rows[rows["site_id"].isin(ids)].reset_index(drop=True)


def _require_standing(rows: pd.DataFrame, verb: str, *, not_yet: CandidateStanding) -> None:
    done = rows.loc[rows["standing"] == not_yet, "site_id"]
    if len(done):
        raise InputError(
            f"The candidate {done.iloc[0]!r} is {not_yet} already, so you cannot {verb} it: "
            "reopen it first."
        )


def _open_load(
    connection: sa.Connection, title: str, strength: Strength, now: datetime
) -> LoadRecord:
    """Note that something is said of sites here; there is no file, so its name says what it is."""
    moment = next_moment(connection, now)
    record = LoadRecord(
        load_id=0,
        table_name=Site.__tablename__,
        file_name=f"({SPEAKER})",
        file_sha256="",
        loaded_at=moment,
        rows_read=0,
        rows_inserted=0,
        rows_updated=0,
        rows_unchanged=0,
        rows_rejected=0,
        speaker=SPEAKER,
        title=title,
        strength=int(strength),
        retrieved_on=moment.date(),
    )
    return read_load(connection, add_load(connection, record))


def _say(
    connection: sa.Connection,
    rows: pd.DataFrame,
    fields: Sequence[str],
    load: LoadRecord,
    *,
    locate: Locate,
) -> None:
    """Claim ``fields`` of sites, and write the sites as they then are."""
    keep_claims(connection, Site, rows, fields, load)
    whole = resolve(connection, Site, rows["row_id"].tolist(), fields, locate=locate)
    _write_sites(connection, whole, load)


def _write_sites(connection: sa.Connection, whole: pd.DataFrame, load: LoadRecord) -> None:
    rows = gpd.GeoDataFrame(whole.reset_index(drop=True), geometry="geometry", crs="EPSG:4326")
    write_rows(connection, Site, rows, moment=load.loaded_at)


def _decide(
    connection: sa.Connection, rows: gpd.GeoDataFrame, load: LoadRecord, **values: object
) -> None:
    write_rows(connection, CandidateSite, rows.assign(**values), moment=load.loaded_at)


def _places_of(made: pd.DataFrame) -> Locate:
    """Return what places sites where ``made`` says that they stand."""
    placed = made.set_index("row_id")

    def locate(rows: pd.DataFrame) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(placed.loc[rows.index, list(_PLACE)], geometry="geometry")

    return locate


def _stay(rows: pd.DataFrame) -> gpd.GeoDataFrame:
    """Leave sites of a list where they stand."""
    return gpd.GeoDataFrame(rows, geometry="geometry")


def _give(
    connection: sa.Connection,
    candidates: pd.DataFrame,
    sites: pd.DataFrame,
    pairs: pd.DataFrame,
    load: LoadRecord,
) -> None:
    """Claim of sites what they do not say themselves; of two candidates the first one's."""
    first = pairs.drop_duplicates("matched_site_id").set_index("matched_site_id")["site_id"]
    by_id = candidates.set_index("site_id")
    giver = sites["site_id"].map(first)
    changed = gpd.GeoDataFrame(sites.copy())
    said = pd.DataFrame(
        {
            "site_id": sites["site_id"],
            "row_id": sites["site_id"],
            # A candidate may be several sites, and what it says of each is a row of its own.
            "source_row": giver + SPEAKS_OF + sites["site_id"],
            "source": giver.map(by_id["source"]),
        }
    )
    for name in _GIVEN:
        said[name] = giver.map(by_id[name]).where(sites[name].isna())
        changed[name] = sites[name].fillna(said[name])
    chosen = said[list(_GIVEN)].notna().any(axis=1)
    if chosen.any():
        keep_claims(connection, Site, said[chosen], _GIVEN, load)
        write_rows(connection, Site, changed[chosen], moment=load.loaded_at)


def _is_ours(claims: pd.DataFrame, site_id: str) -> bool:
    """Whether a user's word made the site of a candidate: then its employer is claimed here."""
    own = claims[(claims["row_id"] == site_id) & (claims["field"] == "employer")]
    return len(own) > 0
