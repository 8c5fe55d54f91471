"""Every error that the database layer raises on purpose; each is one line that says what to do.

DatabaseError
    DatabaseUnavailableError    nothing answers, or it is busy for too long
    NotADatabaseError           the address or the file is none that can be used
    RegisterMissingError        there is no register yet
    RegisterTooOldError         the register was made by an older release
    RegisterTooNewError         the register was made by a newer release
    RowsRefusedError            rows cannot be stored as they are; nothing of them was
    BadCursorError              a page was asked for after a place that is none
    NotFoundError               nothing has the id
    NoRunError                  nothing was computed yet
    RunTooOldError              a run of an earlier release lacks what is asked for
"""

from __future__ import annotations


class DatabaseError(Exception):
    """Base class: catch this to catch them all."""


class DatabaseUnavailableError(DatabaseError):
    """The database does not answer, or not in time."""

    def __init__(self, place: str, reason: str) -> None:
        self.place = place
        self.reason = " ".join(reason.split()).rstrip(".")
        super().__init__(
            f"The database at {place} cannot be used ({self.reason}): see that it runs, that "
            "nothing else writes to it for long, and that SKILLSHED_DATABASE_URL is right."
        )


class NotADatabaseError(DatabaseError):
    """The address or the file is none that Skillshed can use."""


class RegisterMissingError(DatabaseError):
    """There is no register at the address."""

    def __init__(self, place: str) -> None:
        self.place = place
        super().__init__(
            f"No register at {place}: start with `skillshed demo` or `skillshed load`."
        )


class RegisterTooOldError(DatabaseError):
    """The register lacks migrations that this release needs."""

    def __init__(self, place: str) -> None:
        self.place = place
        super().__init__(
            f"The register at {place} was made by an older release: run `skillshed db upgrade`."
        )


class RegisterTooNewError(DatabaseError):
    """The register has migrations that this release does not know."""

    def __init__(self, place: str, revision: str) -> None:
        self.place = place
        self.revision = revision
        super().__init__(
            f"The register at {place} was made by a newer release (revision {revision!r}): "
            "update Skillshed."
        )


class RowsRefusedError(DatabaseError, ValueError):
    """Rows cannot be stored as they are; nothing of them was."""

    def __init__(self, table: str, reason: str) -> None:
        self.table = table
        self.reason = reason
        super().__init__(f"Nothing was written to {table!r}: {reason}")


class BadCursorError(DatabaseError, ValueError):
    """A page was asked for after a place that is none."""

    def __init__(self, cursor: str) -> None:
        self.cursor = cursor
        super().__init__(
            f"{cursor!r} is no cursor of this list: leave it out to start at the beginning."
        )


class NotFoundError(DatabaseError, LookupError):
    """Nothing of a kind has the id."""

    def __init__(self, kind: str, identifier: str) -> None:
        self.kind = kind
        self.identifier = identifier
        super().__init__(f"No {kind} has the id {identifier!r}.")


class NoRunError(DatabaseError, LookupError):
    """Nothing was computed yet."""

    def __init__(self) -> None:
        super().__init__("No run is stored: start with `skillshed run`.")


class RunTooOldError(DatabaseError, LookupError):
    """A run was computed by an earlier release, and lacks what is asked for."""

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        super().__init__(
            f"The run {run_id!r} was computed by an earlier release and lacks what is asked for: "
            "compute it again by `skillshed run`."
        )
