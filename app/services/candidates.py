"""Candidate sites: list them, confirm or dismiss them, and take either back.

A candidate is a company at its registered office, which is not a workplace. It counts nowhere until
it is confirmed: by a user, who makes a site of it, or by a list, whose site it then is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa

from app.db.base import GEOCODED_COLUMNS, RegisterBase
from app.db.errors import NotFoundError
from app.db.models import REGISTER_MODELS, CandidateSite, Site
from app.db.register import read_table, table_of, write_rows
from geo.candidates import ConfirmRules, match_candidates
from geo.errors import InputError
from geo.types import CandidateStanding

BY_USER = "confirmed by a user"
BY_USER_AT = "confirmed by a user, who gave the workplace's postcode"
BY_LIST = "confirmed by a list"

_COPIED = ("site_id", "employer", "company_number", "name", "postcode", "segment", "sic_codes")
_PLACE = ("postcode", "geometry", *(name for name in GEOCODED_COLUMNS if name != "geom"))
_GIVEN = ("company_number", "sic_codes")


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
    reasons = rows["standing_reason"].fillna("").str.partition(":")[0]
    reason = reasons.mask(reasons == "", rows["segment_reason"].fillna("no reason given"))
    counts = rows.assign(reason=reason).groupby(["standing", "reason"]).size()
    return counts.rename("count").reset_index().sort_values("count", ascending=False, kind="stable")


def confirm_candidates(
    connection: sa.Connection, ids: Sequence[str], *, places: gpd.GeoDataFrame | None = None
) -> None:
    """Make sites of candidates, because the user says that people work there.

    Parameters
    ----------
    ids
        Ids of candidates; their sites keep them.
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
    sites = read_table(connection, Site)
    there = sorted(set(rows["site_id"]) & set(sites["site_id"]))
    if there:
        raise InputError(f"The register has a site {there[0]!r} already: reopen it first.")
    made = gpd.GeoDataFrame(
        rows.reindex(columns=sites.columns), geometry=rows.geometry, crs=rows.crs
    )
    made["source"] = f"{BY_USER}: " + rows["source"].fillna("a candidate site")
    if places is not None:
        for name in _PLACE:
            made[name] = [places[name].iloc[0]] * len(made)
        made = made.set_geometry(gpd.GeoSeries(made["geometry"], crs=places.crs))
    _write(connection, Site, made)
    reason = BY_USER if places is None else BY_USER_AT
    _set(connection, rows, standing=CandidateStanding.CONFIRMED, standing_reason=reason)


def dismiss_candidates(connection: sa.Connection, ids: Sequence[str], *, reason: str) -> None:
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
    _set(
        connection,
        rows,
        standing=CandidateStanding.DISMISSED,
        standing_reason=f"dismissed by a user: {reason.strip()}",
    )


def reopen_candidate(connection: sa.Connection, candidate_id: str) -> None:
    """Take back what was said of a candidate, and what came of it.

    The site that a user's word made of it is removed; what it gave to sites of a list is taken back
    from them, where it still stands there as it was given.

    Raises
    ------
    NotFoundError
        If there is no such candidate.
    InputError
        If it is open, or other rows of the register refer to its site.
    """
    rows = _chosen(connection, [candidate_id])
    if rows["standing"].iloc[0] == CandidateStanding.OPEN:
        raise InputError(f"The candidate {candidate_id!r} is open already.")
    _remove_site(connection, candidate_id)
    _take_back(connection, rows.iloc[0])
    blank = dict.fromkeys(("standing", "standing_reason", "matched_site_ids", "fields_given"))
    _set(connection, rows, **blank)


def match_by_lists(connection: sa.Connection, rules: ConfirmRules) -> Matched:
    """Confirm the open candidates that sites of other sources stand for, by the rules.

    The sites keep their places. Where they do not say a company number or industry codes, they get
    the candidate's.
    """
    every = _candidates(connection)
    candidates = every[every["standing"] == CandidateStanding.OPEN].reset_index(drop=True)
    sites = read_table(connection, Site)
    pairs = match_candidates(candidates, sites, rules)
    good = pairs[pairs["held_back"] == ""]
    if len(good):
        given = _give(connection, candidates, sites, good)
        by_id = good.groupby("site_id")
        rows = candidates[candidates["site_id"].isin(good["site_id"])].copy()
        rows["matched_site_ids"] = rows["site_id"].map(by_id["matched_site_id"].agg(";".join))
        rows["fields_given"] = rows["site_id"].map(given).astype("str")
        rows["standing_reason"] = f"{BY_LIST}: " + rows["site_id"].map(by_id["rule"].first())
        _set(connection, rows, standing=CandidateStanding.CONFIRMED)
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


def _set(connection: sa.Connection, rows: gpd.GeoDataFrame, **values: object) -> None:
    _write(connection, CandidateSite, rows.assign(**values))


def _write(connection: sa.Connection, model: type[RegisterBase], rows: gpd.GeoDataFrame) -> None:
    """Store rows; the one place where this module writes, for whoever keeps a history of it."""
    write_rows(connection, model, rows)


def _give(
    connection: sa.Connection,
    candidates: pd.DataFrame,
    sites: pd.DataFrame,
    pairs: pd.DataFrame,
) -> pd.Series:
    """Fill in what sites do not say; return what was given, as a list, by the candidate's id."""
    # Where two candidates match one site, the first gives.
    first = pairs.drop_duplicates("matched_site_id").set_index("matched_site_id")["site_id"]
    by_id = candidates.set_index("site_id")
    changed = sites.copy()
    given: list[tuple[str, str]] = []
    giver = changed["site_id"].map(first)
    for name in _GIVEN:
        value = giver.map(by_id[name])
        fill = changed[name].isna() & value.notna()
        changed.loc[fill, name] = value[fill]
        given += zip(giver[fill], changed.loc[fill, "site_id"] + f":{name}", strict=True)
    touched = changed["site_id"].isin({entry.rpartition(":")[0] for _, entry in given})
    if touched.any():
        _write(connection, Site, changed[touched])
    table = pd.DataFrame(given, columns=["site_id", "entry"], dtype="str")
    return table.groupby("site_id")["entry"].agg(";".join)


def _take_back(connection: sa.Connection, candidate: pd.Series) -> None:
    entries = candidate["fields_given"]
    if pd.isna(entries):
        return
    sites = read_table(connection, Site)
    changed = sites.copy()
    for entry in entries.split(";"):
        site_id, _, name = entry.rpartition(":")
        still = (changed["site_id"] == site_id) & (changed[name] == candidate[name])
        changed.loc[still.fillna(value=False), name] = None
    touched = changed["site_id"].isin({entry.rpartition(":")[0] for entry in entries.split(";")})
    if touched.any():
        _write(connection, Site, changed[touched])


def _remove_site(connection: sa.Connection, site_id: str) -> None:
    """Remove the site that a user's word made of a candidate, if there is one."""
    for model in REGISTER_MODELS:
        for column in table_of(model).columns:
            refers = any(key.target_fullname == "sites.site_id" for key in column.foreign_keys)
            query = sa.select(sa.literal(1)).where(column == site_id).limit(1)
            if refers and connection.execute(query).first():
                raise InputError(
                    f"Rows of {model.__tablename__!r} refer to the site {site_id!r}: it cannot be "
                    "taken back."
                )
    connection.execute(sa.delete(Site).where(Site.site_id == site_id))
