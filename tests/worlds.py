"""Synthetic worlds of which everything is known: to be blanked in part, and filled in again.

Many small worlds stand in one register, farther apart than anybody travels and each with its own
programmes, so that one model holds them all. A world is small enough to be measured whole, with
loops over nothing but its units: :func:`places_in` shares no code with the analysis.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geo.types import Register

SITES, VENUES, PROGRAMMES, AREAS = 14, 7, 2, 7
PARTS = (("K", "knowledge", "provider"), ("L", "practical", "either"), ("M", "practical", "either"))
LIMIT = {"day_release": 45.0, "block_daily": 60.0, "mentoring": np.inf}
APART_METRES = 1_000_000.0
SIDE_METRES = 60_000.0
BLANKED = 0.3
RATE = 0.25 * (0.047 + 0.01)
"""Places a year an employee, by the default scenario's shares and rates."""

FIELDS = ("status", "places", "taught", "demand", "employees", "hosted")


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """A world in full, as arrays: sites, offers, and the values of the fields that may be blank.

    ``fields`` are one array a field: ``status`` (delivered or not), ``places`` and ``taught``
    (offers × parts) by offer, ``demand`` by site for the first programme, ``employees`` by
    site, from which comes the demand for the second, and ``hosted`` (sites × parts).
    """

    number: int
    site_at: np.ndarray
    venue_at: np.ndarray
    area: np.ndarray
    venue: np.ndarray
    programme: np.ndarray
    mode: np.ndarray
    pool: np.ndarray
    share: float
    fields: Mapping[str, np.ndarray]

    @property
    def weight(self) -> np.ndarray:
        """Sites × offers: the weight by distance, 0 beyond the limit."""
        metres = np.hypot(*(self.site_at[:, None, :] - self.venue_at[None, self.venue, :]).T).T
        minutes = 5.0 + 1.3 * metres / 1000.0
        limit = np.array([LIMIT[m] for m in self.mode])[None, :]
        near = np.where(np.isinf(limit), 0.0, limit * 2.0 / 3.0)
        span = np.where(np.isinf(limit), 1.0, limit - near)
        falling = 1.0 - 0.5 * np.clip((minutes - near) / span, 0.0, 1.0)
        return np.where(np.isinf(limit), 1.0, np.where(minutes <= limit, falling, 0.0))


def make_world(random: np.random.Generator, number: int) -> World:
    """Draw a world; demand and places are of one size, so that some places are too few."""
    offers = [
        (v, p, str(mode))
        for v in range(VENUES)
        for p in range(PROGRAMMES)
        if p == v % PROGRAMMES or random.random() < 0.7
        for mode in random.choice(
            ["day_release", "block_daily", "mentoring"],
            size=random.integers(1, 3),
            replace=False,
            p=[0.5, 0.4, 0.1],
        )
    ]
    venue, programme = (np.array([o[i] for o in offers], dtype=int) for i in (0, 1))
    mode = np.array([o[2] for o in offers], dtype=object)
    # Half of the venues share their places over modes.
    shared = random.random(VENUES) < 0.5
    key = [(v, p) if shared[v] else (v, p, m) for v, p, m in offers]
    pool = np.array([sorted(set(key), key=str).index(k) for k in key], dtype=int)
    places = random.integers(3, 25, size=pool.max() + 1).astype(float)[pool]
    taught = random.random((len(offers), len(PARTS))) < [1.0, 0.75, 0.75]
    at = random.uniform(0, SIDE_METRES, (SITES, 2))
    return World(
        number=number,
        site_at=at,
        venue_at=random.uniform(0, SIDE_METRES, (VENUES, 2)),
        area=np.argsort(np.argsort(at[:, 0])) * AREAS // SITES,
        venue=venue,
        programme=programme,
        mode=mode,
        pool=pool,
        share=0.8,
        fields={
            "status": random.random(len(offers)) < 0.7,
            "places": places,
            "taught": taught,
            "demand": random.integers(1, 15, size=SITES).astype(float),
            "employees": np.round(np.exp(random.normal(6.3, 0.8, size=SITES))),
            "hosted": random.random((SITES, len(PARTS))) < [0.0, 0.5, 0.5],
        },
    )


def blank(random: np.random.Generator, world: World) -> Mapping[str, np.ndarray]:
    """Say which fields of which rows are not stated; no row goes."""
    return {f: random.random(len(world.fields[f])) < BLANKED for f in FIELDS}


def completions(
    random: np.random.Generator, world: World, blanks: Mapping[str, np.ndarray], count: int
) -> Mapping[str, np.ndarray]:
    """Return fields with each blank drawn from what is stated, ``count`` times (the first axis).

    A pool whose number one of its offers states has that number, and one that no offer states
    has one number.
    """
    made = {}
    for field in FIELDS:
        values, hidden = world.fields[field], blanks[field]
        stated = values[~hidden] if (~hidden).any() else values
        drawn = stated[random.integers(0, len(stated), size=(count, len(values)))]
        keep = (~hidden).reshape(1, -1, *([1] * (values.ndim - 1)))
        made[field] = np.where(keep, values[None], drawn)
    for pool in range(world.pool.max() + 1):
        mine = np.flatnonzero(world.pool == pool)
        known = mine[~blanks["places"][mine]]
        source = world.fields["places"][known[0]] if len(known) else made["places"][:, mine[0]]
        made["places"][:, mine] = np.reshape(source, (-1, 1)) if len(known) == 0 else source
    return made


def demand_in(world: World, fields: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return demand: worlds × sites × programmes."""
    return np.stack([fields["demand"], fields["employees"] * RATE * world.share], axis=2)


def places_in(world: World, fields: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the places available, by their definition: worlds × sites × programmes."""
    demand = demand_in(world, fields)
    taught, hosted = fields["taught"], fields["hosted"]
    cover = (taught[:, None, :, :] | hosted[:, :, None, :]).all(axis=3)
    valid = world.weight[None] * cover * fields["status"][:, None, :]
    found = np.zeros_like(demand)
    for pool in range(world.pool.max() + 1):
        mine = np.flatnonzero(world.pool == pool)
        weight = valid[:, :, mine].max(axis=2)
        programme = world.programme[mine[0]]
        wanted = demand[:, :, programme] * weight
        places = np.where(fields["status"][:, mine], fields["places"][:, mine], 0.0).max(axis=1)
        total = wanted.sum(axis=1)
        per = np.divide(places, total, out=np.zeros_like(total), where=total > 0)
        found[:, :, programme] += wanted * per[:, None]
    return found


def truth_of(world: World) -> Mapping[str, np.ndarray]:
    """Return the fields as they are, as one world."""
    return {field: values[None] for field, values in world.fields.items()}


def register_of(
    tables: Any, worlds: Sequence[World], blanks: Sequence[Mapping[str, np.ndarray]]
) -> Register:
    """Return one register of all worlds, as far as they are stated."""
    rows: dict[str, Any] = {"sites": {}, "venues": {}, "offers": [], "demand": []}
    programmes, units = {}, []
    for world, hidden in zip(worlds, blanks, strict=True):
        _add(rows, world, hidden)
        for p, share in ((f"w{world.number:03}P", 0.0), (f"w{world.number:03}Q", world.share)):
            programmes[p] = {"nation": f"W{world.number}", "demand_share": share, "min_cohort": 1}
            units += [
                {"programme_code": p, "unit_code": code, "kind": kind, "place": place}
                for code, kind, place in PARTS
            ]
    providers = {row["ukprn"]: {} for row in rows["venues"].values()}
    return Register(
        sites=tables.sites(rows["sites"]),
        venues=tables.venues(rows["venues"]),
        providers=tables.providers(providers),
        achievements=tables.achievements(),
        programmes=tables.programmes(programmes),
        units=tables.units(units),
        offers=tables.offers(rows["offers"]),
        demand=tables.demand(rows["demand"]),
        champions=tables.champions(),
        travel_times=tables.travel_times(),
        barriers=tables.barriers(),
        places=tables.places({"Hereby": (0.0, 0.0)}),
    )


def site_id(world: World, site: int) -> str:
    return f"w{world.number:03}s{site:02}"


def offer_key(world: World, offer: int) -> tuple[str, str, str]:
    name = f"w{world.number:03}"
    code = f"{name}{'PQ'[world.programme[offer]]}"
    return f"{name}v{world.venue[offer]}", code, str(world.mode[offer])


def _add(rows: dict[str, Any], world: World, hidden: Mapping[str, np.ndarray]) -> None:
    name, shift = f"w{world.number:03}", world.number * APART_METRES
    values = world.fields
    nation = {"nation": f"W{world.number}"}
    for s in range(SITES):
        rows["sites"][site_id(world, s)] = {
            **nation,
            "at": (world.site_at[s, 0] + shift, world.site_at[s, 1]),
            "authority_code": f"{name}a{world.area[s]}",
            "employees": np.nan if hidden["employees"][s] else values["employees"][s],
            "units_hosted": None if hidden["hosted"][s] else _codes(values["hosted"][s]),
        }
        rows["demand"] += [
            {
                "site_id": site_id(world, s),
                "programme_code": f"{name}P",
                "stream": stream,
                "places": np.nan if hidden["demand"][s] else number,
            }
            for stream, number in (
                ("new_starters", values["demand"][s]),
                ("existing_workforce", 0.0),
            )
        ]
    for v in range(VENUES):
        at = (world.venue_at[v, 0] + shift, world.venue_at[v, 1])
        rows["venues"][f"{name}v{v}"] = {**nation, "at": at, "ukprn": f"{name}u{v // 2}"}
    for o in range(len(world.venue)):
        venue, code, mode = offer_key(world, o)
        taught, status = values["taught"][o], values["status"][o]
        rows["offers"].append(
            {
                "venue_id": venue,
                "programme_code": code,
                "mode": mode,
                "status": "unknown"
                if hidden["status"][o]
                else ("delivered" if status else "lapsed"),
                "pool_id": f"{name}q{world.pool[o]}",
                "places_per_year": np.nan if hidden["places"][o] else values["places"][o],
                "units": None if hidden["taught"][o] else _codes(taught),
                "last_starts": 99,
            }
        )


def _codes(marks: np.ndarray) -> str:
    return ";".join(code for (code, _, _), has in zip(PARTS, marks, strict=True) if has) or "none"
