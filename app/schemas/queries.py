"""Query parameters. Unknown ones are refused, so that a misspelt one shows."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from app.db.models import REGISTER_MODELS
from geo.selection import Tier
from geo.types import Mode

SHOWN_CHARACTERS = 60
"""As much of a refused value is repeated in an answer."""


class Format(StrEnum):
    """How places are written."""

    JSON = "json"
    GEOJSON = "geojson"


class TableFormat(StrEnum):
    """How a report is written."""

    JSON = "json"
    CSV = "csv"


class Dimension(StrEnum):
    """What totals may be grouped by."""

    NATION = "nation"
    REGION = "region"
    AUTHORITY = "authority"
    CLUSTER = "cluster"
    SIZE = "size"
    SEGMENT = "segment"
    PROGRAMME = "programme"
    STREAM = "stream"


MOMENT_WORDS = (
    "a day (its end), a moment (ISO 8601, in UTC unless it says otherwise), the id of a run (the "
    "register that it was computed from) or the id of a load (the register just after it)"
)

TABLES = tuple(model.__tablename__ for model in REGISTER_MODELS)
"""Names of the register tables."""


def _known_table(name: str) -> str:
    if name not in TABLES:
        raise PydanticCustomError(
            "unknown_table",
            "There is no table '{name}'; there are: {known}",
            {"parameter": "table", "name": name[:SHOWN_CHARACTERS], "known": ", ".join(TABLES)},
        )
    return name


TableName = Annotated[str, AfterValidator(_known_table), WithJsonSchema({"enum": list(TABLES)})]


class StrictQuery(BaseModel):
    """Base of the parameters of a path: what is not named here is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown(cls, values: dict[str, Any]) -> dict[str, Any]:
        unknown = sorted(set(values) - set(cls.model_fields))
        if unknown:
            known = ", ".join(cls.model_fields) or "none"
            raise PydanticCustomError(
                "unknown_parameter",
                "There is no such parameter here; there are: {known}",
                {"parameter": unknown[0][:SHOWN_CHARACTERS], "known": known},
            )
        return values


class NoQuery(StrictQuery):
    """A path that takes no parameter."""


class PageQuery(StrictQuery):
    """A page of a list."""

    limit: int = Field(100, ge=1, le=1000, description="Most items in the answer.")
    cursor: str | None = Field(
        None, min_length=1, max_length=2000, description="Where to go on: `next` of an answer."
    )


class RegisterQuery(PageQuery):
    """A page of a list of the register, now or as it once was."""

    as_of: str | None = Field(
        None,
        min_length=1,
        max_length=100,
        description=f"The list as it stood then: {MOMENT_WORDS}. Without it, as it is now.",
        examples=["2026-11-01"],
    )


class PlacesQuery(RegisterQuery):
    """A page of a list of places."""

    f: Format = Field(Format.JSON, description="`geojson` gives a FeatureCollection.")


class ClaimsQuery(StrictQuery):
    """A row of the register."""

    table: TableName = Field(description="Register table.")
    id: str = Field(
        min_length=1,
        max_length=500,
        description="Id of the row; if it has several parts, they are joined by `|`.",
        examples=["10000001"],
    )


class DiffQuery(PageQuery):
    """Two moments of the register."""

    before: str = Field(min_length=1, max_length=100, description=f"From when: {MOMENT_WORDS}.")
    after: str = Field(min_length=1, max_length=100, description="Until when: the same.")
    table: TableName | None = Field(None, description="Only this register table.")


class DataQualityQuery(StrictQuery):
    """How the report is written, and to which day ages are counted."""

    as_of: date | None = Field(
        None, description="Day to which ages are counted; without it that of the newest load."
    )
    f: TableFormat = Field(
        TableFormat.JSON, description="`csv` gives one line for each number, for spreadsheets."
    )


class RunQuery(StrictQuery):
    """Which run the answer is read from."""

    run: str | None = Field(
        None, min_length=1, max_length=100, description="Id of a run; without it the current one."
    )


class LayerQuery(RunQuery):
    """One programme of a run."""

    programme: str = Field(min_length=1, max_length=200, description="Code of the programme.")


class RankingQuery(RunQuery):
    """The ranking for one programme, or for all together."""

    programme: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        description="Code of the programme; without it all programmes together.",
    )


class GrowthQuery(RunQuery):
    """The growth after one pilot."""

    pilot: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        description="Id of the pilot-ready cluster that is first; without it the leader.",
    )


class StrengthQuery(RunQuery):
    """The strength of clusters, beside an earlier run."""

    since: str | None = Field(
        None,
        min_length=1,
        max_length=100,
        description="Id of the earlier run; without it the last of an earlier day and another "
        "snapshot.",
    )


class ProgrammeQuery(RunQuery):
    """What was found of one programme, or of all."""

    programme: str | None = Field(
        None, min_length=1, max_length=200, description="Code of the programme; all without it."
    )


class RunPageQuery(RunQuery, PageQuery):
    """A page of what was found."""


class FindingsQuery(ProgrammeQuery, PageQuery):
    """A page of what was found of one programme, or of all."""


class CoverageQuery(RankingQuery):
    """Totals of coverage, which offers count, and what the totals are grouped by."""

    mode: Mode | None = Field(
        None,
        description="Only offers in this delivery mode count, and their places are shared anew; "
        "so modes do not add up to the whole.",
    )
    tier: Tier = Field(
        Tier.ANY,
        description="`any` counts every delivered offer, `verified` those whose claim is dated "
        "and fresh, `good` those of them whose provider is labelled good.",
    )

    by: str = Field(
        "",
        max_length=200,
        description="What to group by, separated by commas: any of "
        + ", ".join(Dimension)
        + ". Without it there is one row.",
        examples=["region", "nation,size"],
    )

    @model_validator(mode="after")
    def _check_dimensions(self) -> Self:
        names = self.by.split(",") if self.by else []
        unknown = [name for name in names if name not in list(Dimension)]
        if unknown or len(set(names)) < len(names):
            raise PydanticCustomError(
                "unknown_dimension",
                "'{name}' is nothing to group by; give each of these at most once, separated by "
                "commas: {known}",
                {
                    "parameter": "by",
                    "name": (unknown or names)[0][:SHOWN_CHARACTERS],
                    "known": ", ".join(Dimension),
                },
            )
        return self

    @property
    def dimensions(self) -> list[str]:
        """What to group by, in the order asked for."""
        return self.by.split(",") if self.by else []
