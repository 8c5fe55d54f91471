"""Routing engines: minutes by car between points, asked politely, with every failure told."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt
import requests
from routingpy import ORS, OSRM, Valhalla
from routingpy.client_base import BaseClient

from etl.errors import RoutingError

FloatArray = npt.NDArray[np.float64]
Point = tuple[float, float]

PROFILES: Mapping[str, str] = {
    "osrm": "driving",
    "valhalla": "auto",
    "openrouteservice": "driving-car",
}
"""What each engine calls a journey by car."""

MAX_WAIT_SECONDS = 120.0
"""An engine that asks for a longer pause is asked again another day."""

_OK, _UNAUTHORISED, _FORBIDDEN, _TOO_MANY, _SERVER_FAULT = 200, 401, 403, 429, 500
_LONGEST_REASON = 200
_NO_TABLE = "the engine's answer is no table of the times asked for"
_USER_AGENT = "skillshed"


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How an engine is reached and how politely.

    Attributes
    ----------
    engine
        A key of ``PROFILES``.
    url
        The engine's address.
    key
        The key that it asks for, if any: never show it.
    retries
        How often a request is sent again after the engine failed, waiting ``backoff_seconds``,
        then twice as long each time.
    pause_seconds
        How long to wait before every request.
    snap_metres
        How far a place may be from the engine's nearest road.
    """

    engine: str
    url: str
    key: str | None = field(default=None, repr=False)
    timeout_seconds: float = 60.0
    retries: int = 3
    backoff_seconds: float = 2.0
    pause_seconds: float = 1.0
    snap_metres: float = 1000.0


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """What an engine says of a block of journeys.

    Attributes
    ----------
    minutes
        Sources × targets, one way; NaN where there is no time.
    reasons
        Why there is none; "" where there is one.
    """

    minutes: FloatArray
    reasons: npt.NDArray[np.object_]


def wait_seconds(options: EngineOptions, attempt: int, *, asked_for: float = 0.0) -> float:
    """Return the wait after a failed attempt, counted from 0: the longest of all reasons for one.

    Examples
    --------
    >>> options = EngineOptions("osrm", "http://127.0.0.1:5000", backoff_seconds=2.0)
    >>> [wait_seconds(options, attempt) for attempt in range(3)]
    [2.0, 4.0, 8.0]
    >>> wait_seconds(options, 0, asked_for=30.0)
    30.0
    """
    return max(options.pause_seconds, options.backoff_seconds * float(2**attempt), asked_for)


class AnswerError(Exception):
    """The engine gave no answer to one request; another may be answered."""


class NotRoutableError(AnswerError):
    """The engine refuses this request: a place of it is none of its roads'."""


class EngineDownError(RoutingError):
    """The engine cannot be used any further: there is no use in asking on."""


class Engine:
    """A routing engine: asks for one block of journeys at a time."""

    def __init__(self, options: EngineOptions) -> None:
        self.options = options
        self.profile = PROFILES[options.engine]
        more: dict[str, Any] = {"base_url": options.url.rstrip("/"), "client": _Client}
        more["options"] = options
        if options.engine == "openrouteservice":
            more["api_key"] = options.key
        router = {"osrm": OSRM, "valhalla": Valhalla, "openrouteservice": ORS}[options.engine]
        self._router = router(**more)

    def matrix(self, sources: Sequence[Point], targets: Sequence[Point]) -> Matrix:
        """Return the minutes from every source to every target.

        Parameters
        ----------
        sources, targets
            Longitude and latitude in degrees, at least one of each.

        Raises
        ------
        NotRoutableError
            If the engine refuses the request as it is.
        AnswerError
            If it gave no usable answer, however often it was asked.
        EngineDownError
            If it cannot be reached, refuses the key or asks for a long pause.
        """
        points: list[Any] = [*sources, *targets]
        if self.options.engine == "valhalla":
            cutoff = self.options.snap_metres
            points = [Valhalla.Waypoint(list(at), search_cutoff=cutoff) for at in points]
        more: dict[str, Any] = (
            {"annotations": ("duration",)} if self.options.engine == "osrm" else {}
        )
        try:
            answer = self._router.matrix(
                locations=points,
                profile=self.profile,
                sources=list(range(len(sources))),
                destinations=list(range(len(sources), len(points))),
                **more,
            )
            seconds = np.array(answer.durations, dtype=float)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise AnswerError(_NO_TABLE) from error
        if seconds.shape != (len(sources), len(targets)):
            raise AnswerError(_NO_TABLE)
        return _explained(seconds, answer.raw, self.options.snap_metres)


class _Client(BaseClient):  # type: ignore[misc]
    """The transport under routingpy's routers: its own sleeps a fixed time and only warns."""

    def __init__(
        self,
        base_url: str,
        *_: object,
        options: EngineOptions,
        headers: Mapping[str, str | None] | None = None,
    ) -> None:
        super().__init__(base_url, user_agent=_USER_AGENT, timeout=options.timeout_seconds)
        self.headers |= headers or {}
        self._options = options
        # Without what else the address may hold: some put a key there.
        self._host = urlsplit(base_url).netloc.rpartition("@")[2]
        self._session = requests.Session()

    def _request(
        self,
        url: str,
        get_params: Mapping[str, Any] | None = None,
        post_params: Mapping[str, Any] | None = None,
        **_: object,
    ) -> Any:  # noqa: ANN401 - JSON
        wait = self._options.pause_seconds
        reason = ""
        for attempt in range(self._options.retries + 1):
            time.sleep(wait)
            try:
                return self._ask_once(url, get_params or {}, post_params)
            except _TryAgainError as again:
                reason = str(again)
                wait = wait_seconds(self._options, attempt, asked_for=again.seconds)
                last = again
        if last.final:
            raise EngineDownError(f"{reason}. {last.final}")
        raise AnswerError(reason)

    def _ask_once(
        self, url: str, get_params: Mapping[str, Any], post_params: Mapping[str, Any] | None
    ) -> Any:  # noqa: ANN401 - JSON
        try:
            answer = self._session.request(
                "GET" if post_params is None else "POST",
                f"{self.base_url}{self._generate_auth_url(url, get_params)}",
                json=post_params,
                headers=self.headers,
                timeout=self.timeout,
            )
        except requests.ReadTimeout:
            # Not sent again as it is: a smaller block may be answered in time.
            seconds = self._options.timeout_seconds
            raise AnswerError(f"no answer within {seconds:g} seconds") from None
        except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError):
            raise _TryAgainError("the engine's answer broke off") from None
        except requests.ConnectionError:
            raise _TryAgainError(
                f"The engine at {self._host} cannot be reached",
                final="Check that it runs, and SKILLSHED_ROUTING_URL.",
            ) from None
        except requests.RequestException as error:
            raise EngineDownError(
                f"The engine at {self._host} cannot be asked ({type(error).__name__}); check "
                "SKILLSHED_ROUTING_URL."
            ) from None
        return self._read(answer)

    def _read(self, answer: requests.Response) -> Any:  # noqa: ANN401 - JSON
        status = answer.status_code
        if status == _OK:
            try:
                return answer.json()
            except requests.JSONDecodeError:
                raise _TryAgainError("the engine's answer is no JSON") from None
        said = _said(answer.text, self._options.key)
        if status in (_UNAUTHORISED, _FORBIDDEN):
            raise EngineDownError(
                f"The engine refuses to answer (HTTP {status}: {said}); check "
                "SKILLSHED_ROUTING_KEY."
            )
        if status == _TOO_MANY:
            raise _TryAgainError(
                f"The engine was asked too much (HTTP {status}: {said})",
                seconds=_patience(answer),
                final="Go on later, or raise SKILLSHED_ROUTING_PAUSE_SECONDS.",
            )
        if status >= _SERVER_FAULT:
            raise _TryAgainError(f"HTTP {status}: {said}", seconds=_patience(answer))
        raise NotRoutableError(f"HTTP {status}: {said}")


class _TryAgainError(Exception):
    """A request failed in a way that may pass; ``final`` says what to do if it does not."""

    def __init__(self, reason: str, *, seconds: float = 0.0, final: str = "") -> None:
        super().__init__(reason)
        self.seconds = seconds
        self.final = final


def _patience(answer: requests.Response) -> float:
    """Return for how many seconds the engine asks to be left alone."""
    text = answer.headers.get("Retry-After", "").strip()
    seconds = float(text) if text.isascii() and text.isdigit() else 0.0
    if seconds > MAX_WAIT_SECONDS:
        raise EngineDownError(
            f"The engine asks not to be asked for {seconds:.0f} seconds; go on after that."
        )
    return seconds


def _said(text: str, key: str | None) -> str:
    """Return what an engine says of an error as one short line, without the key."""
    try:
        found = json.loads(text)
    except ValueError:
        found = text
    for name in ("error", "message"):
        if isinstance(found, dict) and name in found:
            found = found[name]
    line = " ".join(str(found).split()) or "no words"
    line = line.replace(key, "…") if key else line
    return line if len(line) <= _LONGEST_REASON else f"{line[:_LONGEST_REASON]}…"


def _explained(seconds: FloatArray, raw: Any, snap_metres: float) -> Matrix:  # noqa: ANN401
    """Return minutes, and why some are missing; a place far from any road gets none."""
    reasons = np.full(seconds.shape, "", dtype=object)
    reasons[~np.isfinite(seconds)] = "the engine finds no way"
    negative = seconds < 0
    reasons[negative] = "the engine gives a time below 0"
    for axis, (end, name) in enumerate((("site", "sources"), ("venue", "destinations"))):
        for position, metres in _snaps(raw, name, seconds.shape[axis]):
            if metres > snap_metres:
                far = f"the engine's nearest road is {metres:,.0f} m from the {end}"
                reasons[(position, slice(None)) if axis == 0 else (slice(None), position)] = far
    return Matrix(np.where(reasons == "", seconds / 60.0, np.nan), reasons)


def _snaps(raw: Any, name: str, count: int) -> list[tuple[int, float]]:  # noqa: ANN401
    """Return how far each place was moved to a road, where the engine says so."""
    places = raw.get(name) if isinstance(raw, dict) else None
    if not isinstance(places, list) or len(places) != count:
        return []
    found = []
    for position, place in enumerate(places):
        if isinstance(place, dict):
            metres = place.get("distance", place.get("snapped_distance"))
            if isinstance(metres, int | float):
                found.append((position, float(metres)))
    return found
