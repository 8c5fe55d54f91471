"""The links file of Get Information about Schools: which establishment followed which.

``URN, LinkURN, LinkName, LinkType, LinkEstablishedDate``, Windows-1252. Each link stands twice,
once from either end: "Predecessor" on the new establishment, "Successor" on the old one, with how
it came about behind a dash. "Result of Amalgamation" stands on the new establishment too. Other
kinds of link (expansion, closure, a shared sixth form) are no succession and are set aside. No
register table takes these pairs, so this is no format of ``skillshed load``: they say to whoever
resolves identities which closed college's venues and offers became whose.

References
----------
Department for Education: Get Information about Schools, link types.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from etl.errors import CountError, SourceError
from etl.rejects import join_rejects, make_rejects
from etl.sources.probe import Probe
from etl.sources.published import counted, find_places, iso_days, read_named, refuse, whole_text

NO_SUCCESSION = "a link that is no succession"
KINDS = ("split", "amalgamated", "merged", "succeeded")
"""How one became the other, the more telling first: where the two ends differ, it counts."""

_COLUMNS = {
    "urn": "URN",
    "other": "LinkURN",
    "type": "LinkType",
    "day": "LinkEstablishedDate",
}
_DAYS = ("%d-%m-%Y", "%d/%m/%Y", "%Y-%m-%d")
_URN = r"[0-9]{5,7}"
_PAIR = ["predecessor", "successor"]


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """Who followed whom.

    Attributes
    ----------
    pairs
        Sorted and without repetition: ``predecessor``, ``successor`` (URN), ``kind`` (one of
        :data:`KINDS`), ``day`` (ISO; empty where the file says none; the earlier where its two
        ends differ).
    read
        How many rows the file has.
    also
        How many rows say a pair again, most often from its other end.
    rejects
        Rows that are refused. Those of a circle, in which an establishment would follow itself,
        are among them by the rule ``circle``, each with the circle's URNs.
    set_aside
        How many rows are left out by which rule.
    notes
        What is to be said of the file, in sentences.
    """

    pairs: pd.DataFrame
    read: int
    also: int
    rejects: pd.DataFrame
    set_aside: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        total = len(self.pairs) + self.also + len(self.rejects) + sum(self.set_aside.values())
        if total != self.read:
            raise CountError(f"Of {self.read} links {total} are accounted for; report this fault.")


def read_links(path: Path) -> Links:
    """Read the links file.

    Raises
    ------
    ColumnsError
        If a column is missing.
    SourceError
        If it is no such file or cannot be read.
    """
    places = find_places(Probe(path), "URN", "LinkURN")
    if not places:
        raise SourceError(f"{path.name} has no columns URN and LinkURN: it is no links file.")
    raw = read_named(path, places[0], _COLUMNS)
    cells = raw.cells.assign(urn=whole_text(raw.cells["urn"]), other=whole_text(raw.cells["other"]))
    word = cells["type"].str.casefold()
    backward = word.str.startswith("predecessor") | (word == "result of amalgamation")
    related = backward | word.str.startswith("successor")
    broken = related & ~(cells["urn"].str.fullmatch(_URN) & cells["other"].str.fullmatch(_URN))
    ends = pd.DataFrame(
        {
            "predecessor": cells["other"].where(backward, cells["urn"]),
            "successor": cells["urn"].where(backward, cells["other"]),
            "kind": _kinds(word),
            "day": iso_days(cells["day"], _DAYS),
        }
    )[related & ~broken]
    circles = _circles(ends)
    sound = ends[~ends.index.isin(circles["line"])]
    pairs = _pairs(sound)
    days = sound[sound["day"] != ""].groupby(_PAIR)["day"]
    differ = int((days.min() != days.max()).sum())
    bad_urn = refuse(
        cells.assign(urn=cells["urn"] + ", " + cells["other"]),
        broken,
        field="urn",
        rule="URN",
        suggestion="give the numbers of both establishments",
    )
    return Links(
        pairs=pairs,
        read=raw.read,
        also=len(sound) - len(pairs),
        rejects=join_rejects([raw.rejects, bad_urn, circles]),
        set_aside=counted([(NO_SUCCESSION, int((~related).sum()))]),
        notes=(
            *raw.notes,
            *((f"{differ} pair(s) have two days; the earlier is kept.",) if differ else ()),
        ),
    )


def _kinds(word: pd.Series) -> pd.Series:
    return pd.Series(
        np.select(
            [word.str.contains(part, regex=False) for part in ("split", "amalgam", "merged")],
            list(KINDS[:3]),
            KINDS[3],
        ),
        index=word.index,
        dtype="str",
    )


def _pairs(ends: pd.DataFrame) -> pd.DataFrame:
    rank = ends["kind"].map({kind: at for at, kind in enumerate(KINDS)})
    grouped = ends.assign(rank=rank, day=ends["day"].mask(ends["day"] == "")).groupby(_PAIR)
    told = grouped.agg(rank=("rank", "min"), day=("day", "min")).reset_index()
    kinds = [KINDS[int(at)] for at in told["rank"]]
    return pd.DataFrame(
        {
            **{name: told[name].astype("str") for name in _PAIR},
            "kind": pd.Series(kinds, index=told.index, dtype="str"),
            "day": told["day"].astype("str").fillna(""),
        }
    )


def _circles(ends: pd.DataFrame) -> pd.DataFrame:
    """Return the rejects of links by which an establishment would come to follow itself."""
    codes, urns = pd.factorize(pd.concat([ends["predecessor"], ends["successor"]]))
    start, end = np.split(codes, 2)
    size = len(urns)
    graph = coo_matrix((np.ones(len(start)), (start, end)), shape=(size, size))
    _, part = connected_components(graph, directed=True, connection="strong")
    inside = part[start] == part[end] if size else np.zeros(0, dtype=bool)
    members = (
        pd.Series(np.asarray(urns, dtype=object))
        .groupby(part)
        .agg(lambda of: ", ".join(sorted(of)))
    )
    at = ends.index[inside]
    return make_rejects(
        at,
        field="urn",
        rule="circle",
        values=[members[group] for group in part[start][inside]],
        suggestions="find out which came first: by these links an establishment follows itself",
    )
