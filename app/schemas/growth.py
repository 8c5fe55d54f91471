"""The growth after a pilot as it is sent."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from app.schemas.results import Assumption, Bounds, Provenance

_STRICT = ConfigDict(extra="forbid", frozen=True)


class NamedCluster(BaseModel):
    """A cluster by id and name."""

    model_config = _STRICT

    cluster_id: str
    name: str


class IdleCluster(NamedCluster):
    """A cluster that adds nothing to those before it."""

    unstated_pools: int = Field(
        ge=0,
        description="Pools that could be delivered within its reach and state no places: what they "
        "would add is not known.",
    )


class GrowthStep(IdleCluster):
    """A cluster that joins."""

    served: float = Field(ge=0, description="Places a year filled with it, in the best case.")
    added: float = Field(ge=0, description="How many of them by its joining.")


class BestSet(BaseModel):
    """The clusters with which most is served, of all sets of their number."""

    model_config = _STRICT

    clusters: list[NamedCluster]
    served: float = Field(ge=0)
    at_most: float = Field(
        ge=0, description="No set of that number serves more; equal to `served` if exact."
    )


class GrowthPath(Provenance):
    """In which order clusters could join after a pilot."""

    assumptions: list[Assumption]
    bounds: Bounds | None = None
    pilot: str | None = Field(description="Null where no cluster is pilot-ready: any may be first.")
    pilots: list[str] = Field(description="Every pilot-ready cluster: `pilot` may be any of them.")
    tested: bool = Field(
        description="False if no delivered offer states its places, and nothing can be said."
    )
    exact: bool | None = Field(
        None, description="Whether every order and set was compared; else greedy, with a bound."
    )
    served_before: float | None = Field(None, description="Places a year filled before any joins.")
    steps: list[GrowthStep] | None = None
    best_sets: list[BestSet] | None = Field(None, description="Of 1 cluster, 2 and so on.")
    without_effect: list[IdleCluster] | None = None
