"""Every error that reading and loading files raises on purpose; each message is one line.

EtlError
    TableError       there is no such register table
    SourceError      a file cannot be read as it is
    ColumnsError     a file has columns that its table lacks, or lacks columns that it needs
    MappingError     a column mapping cannot be used, or does not fit its file
    GazetteerError   the packaged postcodes are missing or of another release
    RoutingError     a routing engine cannot be used at all
    FetchError       a service that publishes documents cannot be asked
    UndoError        a load cannot be undone
    ReviewError      a match cannot be decided as asked
    CountError       rows went astray: read is not loaded plus rejected (a fault of ours)
"""

from __future__ import annotations


class EtlError(Exception):
    """Base class: catch this to catch them all."""


class TableError(EtlError, LookupError):
    """There is no such register table."""


class SourceError(EtlError, ValueError):
    """A file cannot be read as it is."""


class ColumnsError(EtlError, ValueError):
    """A file has columns that its table lacks, or lacks columns that it needs."""


class MappingError(EtlError, ValueError):
    """A column mapping cannot be used, or does not fit its file."""


class GazetteerError(EtlError):
    """The packaged postcodes are missing or of a release that this version does not know."""


class RoutingError(EtlError):
    """A routing engine cannot be used at all."""


class FetchError(EtlError):
    """A service that publishes documents cannot be asked, or answers with something else."""


class UndoError(EtlError):
    """A load cannot be undone as things stand."""


class ReviewError(EtlError):
    """A match of two rows cannot be decided on as it was asked."""


class CountError(EtlError):
    """Rows went astray between reading and loading; nothing was written."""
