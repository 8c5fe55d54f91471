"""A scenario: every parameter of the analysis, with its unit and where its value comes from.

The values stand in ``data/scenarios/default.toml``; no default is repeated here, so that there is
one place to read them and one to change them. A parameter whose source is ``assumption`` is our
policy and no fact, and is shown to the user as one.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, get_type_hints

from geo.changes import Change, read_changes
from geo.errors import ScenarioError
from geo.manual import ManualCluster, read_manual_clusters
from geo.policies import (
    ClusterPolicy,
    CohortPolicy,
    DemandPolicy,
    EvidencePolicy,
    FragilityPolicy,
    GapPolicy,
    QualityPolicy,
    RobustnessPolicy,
    SkillsPolicy,
    StabilityPolicy,
    SupplyPolicy,
    TolerancePolicy,
    TravelPolicy,
)
from geo.types import Mode

ASSUMPTION = "assumption"
RESIDENTIAL_MODES = (Mode.BLOCK_RESIDENTIAL, Mode.SUMMER_SCHOOL)
HALF_DAY_MODES = (Mode.EVENING,)
UNLIMITED_MODES = (Mode.E_LEARNING, Mode.MENTORING)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value of a scenario, as the user sees it."""

    name: str
    value: float
    unit: str
    source: str

    @property
    def is_assumption(self) -> bool:
        """Whether the value is policy and no fact."""
        return self.source.startswith(ASSUMPTION)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of the ranking: its weight and the goalposts that scale it to 0 to 1.

    ``scaling`` is ``linear`` or ``log``; ``worst`` and ``best`` are values of the criterion.
    """

    name: str
    sub_index: str
    weight: float
    worst: float
    best: float
    scaling: str
    source: str

    def __post_init__(self) -> None:
        for part in ("weight", "worst", "best"):
            value = getattr(self, part)
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ScenarioError(f"The {part} of {self.name!r} is {value!r}; give a number.")
            if not abs(value) <= _LARGEST:
                raise ScenarioError(f"The {part} of {self.name!r} is {value}; give a number.")
        if not self.weight >= 0:
            raise ScenarioError(f"The weight of {self.name!r} is {self.weight}; give 0 or more.")
        if self.worst == self.best:
            raise ScenarioError(
                f"The goalposts of {self.name!r} coincide at {self.best:g}; set them apart."
            )
        if self.scaling not in ("linear", "log"):
            raise ScenarioError(
                f"The scaling of {self.name!r} is {self.scaling!r}; give 'linear' or 'log'."
            )
        if self.scaling == "log" and not (self.worst > 0 and self.best > 0):
            raise ScenarioError(f"The goalposts of {self.name!r} must be above 0 to scale by log.")


@dataclass(frozen=True, slots=True)
class WeightSet:
    """Whose weights and goalposts they are: a decision has to say."""

    name: str
    owner: str
    dated: str
    version: str

    def entry(self) -> dict[str, str]:
        """Return it as a scenario names it."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


@dataclass(frozen=True, slots=True)
class RankingPolicy:
    """What the ranking weighs, and when a cluster is pilot-ready."""

    weight_set: WeightSet
    pilot_ready_level: float
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named, complete set of parameters.

    Attributes
    ----------
    parameters
        Every single value with its unit and source, in the order of its name.
    content
        The resolved content as canonical JSON; the scenario's id is its hash.
    """

    name: str
    seed: int
    travel: TravelPolicy
    tolerance: TolerancePolicy
    demand: DemandPolicy
    supply: SupplyPolicy
    skills: SkillsPolicy
    cohort: CohortPolicy
    quality: QualityPolicy
    evidence: EvidencePolicy
    fragility: FragilityPolicy
    gaps: GapPolicy
    clusters: ClusterPolicy
    stability: StabilityPolicy
    robustness: RobustnessPolicy
    ranking: RankingPolicy
    changes: tuple[Change, ...]
    manual_clusters: tuple[ManualCluster, ...]
    parameters: tuple[Parameter, ...] = field(repr=False)
    content: str = field(repr=False)

    @property
    def scenario_id(self) -> str:
        """First 16 hexadecimal digits of the SHA-256 of the resolved content."""
        return hashlib.sha256(self.content.encode()).hexdigest()[:16]

    @property
    def assumptions(self) -> tuple[Parameter, ...]:
        """The parameters whose values are policy and no fact."""
        return tuple(p for p in self.parameters if p.is_assumption)

    def with_changes(
        self, changes: Sequence[Change], settings: Mapping[str, float] | None = None
    ) -> Scenario:
        """Return this scenario with further changes of rows after its own, and other values.

        Parameters
        ----------
        settings
            Values of parameters by name, such as ``skills.max_partners``.
        """
        content = json.loads(self.content)
        laid: dict[str, Any] = {
            "changes": [*content["changes"], *(change.entry() for change in changes)]
        }
        for name, value in (settings or {}).items():
            section, parameter = name.split(".")
            laid.setdefault(section, {})[parameter] = {"value": value}
        return make_scenario(content, laid)


_LARGEST = sys.float_info.max
_UNNAMED_WEIGHTS = {"name": "unnamed", "owner": "nobody named", "dated": "", "version": ""}
_POLICIES: Mapping[str, type[Any]] = {
    "travel": TravelPolicy,
    "tolerance": TolerancePolicy,
    "demand": DemandPolicy,
    "supply": SupplyPolicy,
    "skills": SkillsPolicy,
    "cohort": CohortPolicy,
    "quality": QualityPolicy,
    "evidence": EvidencePolicy,
    "fragility": FragilityPolicy,
    "gaps": GapPolicy,
    "clusters": ClusterPolicy,
    "stability": StabilityPolicy,
    "robustness": RobustnessPolicy,
}
_SECTIONS = ("name", "seed", "changes", "manual_clusters", *_POLICIES, "ranking")


def make_scenario(default: Mapping[str, Any], changes: Mapping[str, Any] | None = None) -> Scenario:
    """Lay ``changes`` over the complete ``default`` and check every value.

    Parameters
    ----------
    default
        The content of the default scenario: sections of ``{value, unit, source}`` tables.
    changes
        Another scenario, which names only what it changes. A value that it changes without
        naming a source becomes an assumption.

    Raises
    ------
    ScenarioError
        If a name is unknown or a value is missing, not a number or out of bounds.
    """
    content = _overlay(default, changes or {}, path="")
    weighed = (changes or {}).get("ranking", {})
    if set(weighed) & {"criteria", "pilot_ready_level"} and "weight_set" not in weighed:
        # Weights that were changed are no longer those that were agreed under the old name.
        content["ranking"] = content["ranking"] | {"weight_set": _UNNAMED_WEIGHTS}
    for section in sorted(set(content) ^ set(_SECTIONS)):
        fault = "lacks the" if section in _SECTIONS else "has no"
        raise ScenarioError(
            f"A scenario {fault} section {section!r}; it has {', '.join(_SECTIONS)}."
        )
    ranking = content["ranking"]
    return Scenario(
        name=_name(content["name"]),
        seed=_seed(content["seed"]),
        **{section: _policy(kind, content, section) for section, kind in _POLICIES.items()},
        ranking=RankingPolicy(
            weight_set=_weight_set(ranking["weight_set"]),
            pilot_ready_level=_number(ranking["pilot_ready_level"], "ranking.pilot_ready_level"),
            criteria=_criteria(ranking["criteria"]),
        ),
        changes=read_changes(content["changes"]),
        manual_clusters=read_manual_clusters(content["manual_clusters"]),
        parameters=_parameters(content),
        content=json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True),
    )


def _weight_set(entry: Mapping[str, Any]) -> WeightSet:
    names = [f.name for f in fields(WeightSet)]
    wrong = sorted(set(entry) ^ set(names))
    wrong += [name for name in names if not isinstance(entry.get(name), str)]
    if wrong:
        raise ScenarioError(
            f"'ranking.weight_set' is named by the texts {', '.join(names)}; see to {wrong[0]!r}."
        )
    return WeightSet(**entry)


def _overlay(default: Mapping[str, Any], changes: Mapping[str, Any], path: str) -> dict[str, Any]:
    result = dict(default)
    for key, change in changes.items():
        where = f"{path}{key}"
        if "value" in default and key in ("low", "high", "unit"):
            raise ScenarioError(f"{where!r} is fixed by the default scenario; leave it out.")
        if key not in default:
            raise ScenarioError(
                f"A scenario has no parameter {where!r}; here it may name "
                f"{', '.join(sorted(default))}."
            )
        if isinstance(default[key], Mapping):
            if not isinstance(change, Mapping):
                raise ScenarioError(f"{where!r} must be a table, such as {{ value = 1 }}.")
            result[key] = _overlay(default[key], change, f"{where}.")
        else:
            result[key] = change
    if "value" in changes and "source" not in changes:
        result["source"] = ASSUMPTION
    return result


def _name(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ScenarioError(f"The 'name' of a scenario is {value!r}; give a text.")
    return value


def _seed(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ScenarioError(f"The 'seed' of a scenario is {value!r}; give a whole number from 0.")
    return value


def _policy(kind: type[Any], content: Mapping[str, Any], section: str) -> Any:  # noqa: ANN401
    table = content[section]
    names = [field.name for field in fields(kind)]
    unknown = sorted(set(table) - set(names))
    missing = sorted(set(names) - set(table))
    if unknown or missing:
        raise ScenarioError(
            f"Section {section!r}: unknown {', '.join(unknown) or 'none'}; "
            f"missing {', '.join(missing) or 'none'}."
        )
    return kind(**{name: _number(table[name], f"{section}.{name}") for name in names})


def _number(entry: Mapping[str, Any], where: str) -> float:
    value = entry.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ScenarioError(f"{where!r} is {value!r}; give a number.")
    low, high = entry.get("low", 0.0), entry.get("high", _LARGEST)
    if not low <= value <= high:
        raise ScenarioError(f"{where!r} is {value:g}; give a number from {low:g} to {high:g}.")
    return float(value)


def _criteria(table: Mapping[str, Mapping[str, Any]]) -> tuple[Criterion, ...]:
    hints = get_type_hints(Criterion)
    made = []
    # By name: a scenario that was stored and read again has its criteria in that order too.
    for name, entry in sorted(table.items()):
        unknown = set(entry) - set(hints)
        if unknown:
            raise ScenarioError(f"Criterion {name!r} has no {sorted(unknown)[0]!r}.")
        made.append(Criterion(name=name, **entry))
    if not sum(criterion.weight for criterion in made) > 0:
        raise ScenarioError("All weights of the ranking are 0; give one above 0.")
    return tuple(made)


def _parameters(content: Mapping[str, Any]) -> tuple[Parameter, ...]:
    found = []
    for section in (*_POLICIES, "ranking"):
        for name, entry in content[section].items():
            if "value" in entry:
                found.append(
                    Parameter(
                        f"{section}.{name}", float(entry["value"]), entry["unit"], entry["source"]
                    )
                )
    for name, entry in content["ranking"]["criteria"].items():
        units = {
            "weight": "share",
            "worst": f"value that scores 0, {entry['scaling']} scale",
            "best": f"value that scores 1, {entry['scaling']} scale",
        }
        found += [
            Parameter(f"ranking.criteria.{name}.{part}", float(entry[part]), unit, entry["source"])
            for part, unit in units.items()
        ]
    return tuple(sorted(found, key=lambda parameter: parameter.name))
