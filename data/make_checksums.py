"""Make ``SHA256SUMS``, the checksums of the data files; ``sha256sum -c`` reads it too."""

from __future__ import annotations

import hashlib
from pathlib import Path

HERE = Path(__file__).parent
PATTERNS = ("*.csv", "*.geojson", "illustrative/*.csv", "illustrative/*.toml", "register/*")


def make_text() -> str:
    """Return a line a file: its digest, two spaces, its path."""
    paths = sorted(path for pattern in PATTERNS for path in HERE.glob(pattern))
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(HERE).as_posix()}"
        for path in paths
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (HERE / "SHA256SUMS").write_text(make_text(), "utf-8", newline="\n")
