"""A person who stands in every sample of a public file, and who must go no further.

The samples are modules of ``tests/public_samples``, one a format, each with
``write(folder) -> list[Path]``: one file per layout, in the real layout, with invented rows. Where
the real file has a person's name, an e-mail address or a telephone number, these stand there.
"""

from __future__ import annotations

PERSON = ("Zebedee", "Quillfeather")
"""First and last name of a person who must never reach the register, a report or an export."""

EMAIL = "zebedee.quillfeather@example.org"
PHONE = "01632 960123"

CANARIES = ("Zebedee", "Quillfeather", "@example.org", "960123")
"""What must be found nowhere, whatever the case."""
