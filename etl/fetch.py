"""Live documents of the Find Apprenticeship Training API, asked for politely and kept as one file.

The file is the only way into the register: what was fetched is read, refused and counted like any
other file, and can be read again when the service no longer says the same.

Paths are those of the service's own pages: ``courses``, ``courses/{LARS code}/providers`` and
``courses/{LARS code}/providers/{UKPRN}``.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import ReadTimeoutError
from urllib3.util.retry import Retry

from etl.errors import FetchError, SourceError
from etl.sources.training_documents import Kind, kind_of, lowered, statements

MAX_WAIT_SECONDS = 120.0
"""A service that asks for a longer pause is asked again another day."""

MAX_PAGES = 1000
"""A list of more pages is taken for a fault of the service."""

_PAGE_SIZE = 100
_KEY_HEADER = "Ocp-Apim-Subscription-Key"
_HEADERS = {"Accept": "application/json", "X-Version": "1", "User-Agent": "skillshed"}
_AGAIN = (429, 500, 502, 503, 504)
_OK, _UNAUTHORISED, _FORBIDDEN, _NOT_FOUND = 200, 401, 403, 404
# Contacts are persons', and nothing that the register holds.
_CONTACTS = {"contact", "email", "phone", "phonenumber", "marketinginfo", "shortlistid"}
Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class FetchOptions:
    """How the service is reached and how politely.

    Attributes
    ----------
    url
        Its address.
    key
        The subscription key that it asks for, if any: never show it.
    retries
        How often a request is sent again after the service failed; before the second and later
        ones ``backoff_seconds`` times 2, 4, 8 … is waited, or as long as the service asks for.
    pause_seconds
        How long to wait before every request.
    """

    url: str
    key: str | None = field(default=None, repr=False)
    timeout_seconds: float = 60.0
    retries: int = 3
    backoff_seconds: float = 2.0
    pause_seconds: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Fetched:
    """What came of asking.

    Attributes
    ----------
    documents
        Path and document, without contacts, in the order in which they were asked for.
    courses
        The programmes that were found, by code.
    unknown
        Codes that are none of the service's courses.
    missing
        Pages of providers that the service lists and does not have.
    requests
        How many answers the service gave.
    """

    documents: tuple[tuple[str, Any], ...]
    courses: tuple[str, ...]
    unknown: tuple[str, ...]
    missing: tuple[str, ...]
    requests: int


class _Patient(Retry):
    """Waits as long as the service asks, unless that is too long."""

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        """Return the seconds that the service asks for."""
        seconds = super().get_retry_after(response)
        if seconds is not None and seconds > MAX_WAIT_SECONDS:
            raise FetchError(
                f"The service asks not to be asked for more than {MAX_WAIT_SECONDS:g} seconds; "
                "go on another day."
            )
        return seconds


class _Service:
    """The service: gives one document at a time."""

    def __init__(self, options: FetchOptions) -> None:
        self._options = options
        self._base = options.url.rstrip("/")
        # Without what else the address may hold: some put a key there.
        self.host = urlsplit(options.url).netloc.rpartition("@")[2]
        self.answers = 0
        self._session = requests.Session()
        self._session.headers.update(_HEADERS)
        if options.key:
            self._session.headers[_KEY_HEADER] = options.key
        retry = _Patient(
            total=options.retries,
            backoff_factor=options.backoff_seconds,
            status_forcelist=_AGAIN,
            allowed_methods=("GET",),
            raise_on_status=False,
        )
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))

    def close(self) -> None:
        self._session.close()

    def get(self, path: str, *, page: int | None = None) -> Any:  # noqa: ANN401 - any JSON
        """Return a document with its keys as they are; None if there is none at ``path``."""
        time.sleep(self._options.pause_seconds)
        query = {} if page is None else {"page": page, "pageSize": _PAGE_SIZE}
        try:
            answer = self._session.get(
                f"{self._base}/{path}",
                params=query,
                timeout=self._options.timeout_seconds,
                # The key is for this host and no other.
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise FetchError(self._failure(error)) from None
        self.answers += 1
        return self._read(answer, path)

    def _failure(self, error: requests.RequestException) -> str:
        reason = getattr(error.args[0] if error.args else None, "reason", None)
        if isinstance(error, requests.Timeout) or isinstance(reason, ReadTimeoutError):
            return (
                f"{self.host} gave no answer within {self._options.timeout_seconds:g} seconds; go "
                "on later, or raise SKILLSHED_COURSES_TIMEOUT_SECONDS."
            )
        kind = type(error).__name__
        return f"{self.host} cannot be asked ({kind}); check SKILLSHED_COURSES_URL."

    def _read(self, answer: requests.Response, path: str) -> Any:  # noqa: ANN401 - any JSON
        status = answer.status_code
        if status == _NOT_FOUND:
            return None
        if status in (_UNAUTHORISED, _FORBIDDEN):
            raise FetchError(
                f"{self.host} refuses to answer (HTTP {status}); check SKILLSHED_COURSES_KEY."
            )
        if status != _OK:
            raise FetchError(f"{self.host} gave HTTP {status} for {path}; go on later.")
        try:
            return orjson.loads(answer.content)
        except orjson.JSONDecodeError:
            raise FetchError(
                f"{self.host} gave no JSON for {path}; check SKILLSHED_COURSES_URL."
            ) from None


def fetch_training(
    options: FetchOptions, codes: Sequence[str], *, progress: Progress | None = None
) -> Fetched:
    """Fetch the courses of some programmes, their providers and every provider's page.

    Parameters
    ----------
    options
        How the service is reached.
    codes
        Codes of programmes: references such as ST0248, or LARS codes such as LARS-14.
    progress
        Is told each step and the share of the work that is done.

    Raises
    ------
    FetchError
        If the service cannot be asked, or answers with something else.
    """
    told = progress or _silent
    service = _Service(options)
    try:
        told("Asking for the courses", 0.0)
        pages = list(_pages(service, "courses", Kind.COURSES))
        wanted = _wanted([document for _, document in pages], codes)
        documents = list(pages)
        missing: list[str] = []
        for at, (code, lars) in enumerate(wanted.items()):
            told(f"Asking for {code}", at / len(wanted))
            for path, document in _course(service, lars):
                if document is None:
                    missing.append(path)
                else:
                    documents.append((path, document))
    finally:
        service.close()
    return Fetched(
        documents=tuple((path, _without_contacts(document)) for path, document in documents),
        courses=tuple(wanted),
        unknown=tuple(code for code in codes if code not in wanted),
        missing=tuple(missing),
        requests=service.answers,
    )


def write_fetched(fetched: Fetched, path: Path, *, options: FetchOptions, now: datetime) -> None:
    """Write what was fetched as one JSON file, whole or not at all, with where and when.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    content = {
        "fetched": {
            "from": urlsplit(options.url).netloc.rpartition("@")[2],
            "on": now.isoformat(timespec="seconds"),
            "courses": list(fetched.courses),
            "requests": fetched.requests,
        },
        "documents": [{"path": at, "document": said} for at, said in fetched.documents],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(orjson.dumps(content, option=orjson.OPT_INDENT_2))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _silent(_step: str, _share: float) -> None:
    return


def _course(service: _Service, lars: str) -> Iterator[tuple[str, Any]]:
    """Yield the pages of a course's providers, then each provider's page, None if it is gone."""
    path = f"courses/{lars}/providers"
    ukprns = []
    for at, document in _pages(service, path, Kind.PROVIDERS):
        yield at, document
        ukprns += [str(one.get("ukprn", "")) for one in lowered(document)["providers"] or []]
    for ukprn in dict.fromkeys(ukprns):
        page = f"{path}/{ukprn}"
        document = service.get(page)
        if document is not None:
            _require(service, document, page, Kind.PROVIDER)
        yield page, document


def _pages(service: _Service, path: str, kind: Kind) -> Iterator[tuple[str, Any]]:
    for page in range(1, MAX_PAGES + 1):
        document = service.get(path, page=page)
        _require(service, document, path, kind)
        yield f"{path}?page={page}", document
        pages = lowered(document).get("totalpages")
        if not isinstance(pages, int) or page >= pages:
            return
    raise FetchError(f"{service.host} gives more than {MAX_PAGES} pages for {path}.")


def _require(service: _Service, document: Any, path: str, kind: Kind) -> None:  # noqa: ANN401
    plain = lowered(document)
    try:
        sound = kind_of(plain) is kind and list(statements(plain)) is not None
    except SourceError:
        sound = False
    if not sound:
        raise FetchError(
            f"{service.host} gave something else than {kind} for {path}; check "
            "SKILLSHED_COURSES_URL."
        )


def _wanted(pages: Iterable[Any], codes: Sequence[str]) -> dict[str, str]:
    """Return the LARS code of each programme that the service knows, in the order of ``codes``."""
    known: dict[str, str] = {}
    for page in pages:
        for course in lowered(page)["standards"] or []:
            lars = str(course.get("larscode", ""))
            known[str(course.get("ifatereferencenumber"))] = lars
            known[f"LARS-{lars}"] = lars
    return {code: known[code] for code in codes if code in known}


def _without_contacts(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return {
            key: _without_contacts(item)
            for key, item in value.items()
            if key.casefold() not in _CONTACTS
        }
    return [_without_contacts(item) for item in value] if isinstance(value, list) else value
