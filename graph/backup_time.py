"""When a data directory was last backed up, for whoever watches it: DIR/backed-up."""

from __future__ import annotations

import contextlib
import datetime
from pathlib import Path
from typing import Final

from graph.clock import iso_time
from graph.disk import write_atomically
from graph.freshness import moment_seconds

FILE: Final = "backed-up"


def remember_backup(root: Path, moment: datetime.datetime) -> None:
    """Write down that a backup is done; somebody who may only read the directory leaves no trace."""
    with contextlib.suppress(OSError):
        write_atomically(root / FILE, f"{iso_time(moment)}\n")


def last_backup(root: Path) -> int | None:
    """The seconds since 1970 of the last backup; None where none is known."""
    try:
        return moment_seconds((root / FILE).read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError):
        return None
