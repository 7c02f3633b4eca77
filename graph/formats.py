"""The formats of a data directory: which one this osagraph writes, and what it says of the others.

    1   the first release: snapshots, the journal of loads; later the journal of curation, pins and tokens
    2   `snapshot.json` says what computed the graphs (`graph/computation.py`), so that a change of the
        ontology or of the policy is noticed instead of being mixed with what was computed before

A directory of an earlier format can be read, backed up and upgraded, and takes no other writes: a load brings
the facts of what it names up to date, and would mix them with those of another policy.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from graph.errors import StoreFormatError

FORMAT: Final = "2"
EARLIER: Final = ("1",)
FILE: Final = "format"
REPLICA: Final = "replica"
# The first version of osagraph that writes the format; an earlier one shows this to whoever uses it.
SINCE: Final = "0.2.0"
TEXT: Final = f"{FORMAT} (osagraph {SINCE} or later)\n"


def read_format(root: Path) -> str:
    """The format of a data directory; this one where it does not say.

    >>> read_format(Path("no/such/folder")) == FORMAT
    True
    """
    words = _text(root).split()
    return words[0] if words else FORMAT


def require_readable(root: Path) -> None:
    """Raises StoreFormatError where a later osagraph wrote the directory."""
    found = read_format(root)
    if found not in (FORMAT, *EARLIER):
        later = _text(root).partition("(")[2].partition(")")[0] or "a later osagraph"
        raise StoreFormatError(
            f"{root} has format {found}, this osagraph reads formats up to {FORMAT}. Use {later}, "
            "or restore a backup made before that into another directory."
        )


def require_current(root: Path) -> None:
    """Raises StoreFormatError for any other format than that which this osagraph writes."""
    require_readable(root)
    found = read_format(root)
    if found == FORMAT:
        return
    if (root / REPLICA).exists():
        raise StoreFormatError(
            f"{root} is a read replica of format {found}, this osagraph writes format {FORMAT}. "
            "Upgrade the dataset that it follows (osagraph upgrade), then replicate again."
        )
    raise StoreFormatError(
        f"{root} has format {found}, this osagraph writes format {FORMAT}. "
        f"Bring it there with: osagraph upgrade --data {root}"
    )


def _text(root: Path) -> str:
    try:
        return (root / FILE).read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return ""
