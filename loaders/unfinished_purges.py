"""Which purges have begun and not come to their end: `DIR/purges.json`, by name, with when they began.

One that was killed says nothing more; whoever repeats it has it finished.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from graph.disk import sync_folder, write_atomically, writing
from graph.errors import StoreFormatError

NAME: Final = "purges.json"


def unfinished_purges(root: Path) -> dict[str, str]:
    """What is being purged in a data directory, or was when somebody was killed.

    Raises StoreFormatError where the file is damaged.
    """
    try:
        return {str(name): str(since) for name, since in json.loads((root / NAME).read_bytes()).items()}
    except FileNotFoundError:
        return {}
    except (ValueError, AttributeError) as error:
        raise StoreFormatError(f"{root / NAME} is damaged. Remove it, and repeat the purge.") from error


def begin_purge(root: Path, name: str, since: str) -> None:
    """Note that a purge has begun.

    Raises StoreWriteError.
    """
    _write(root, {**unfinished_purges(root), name: since})


def end_purge(root: Path, name: str) -> None:
    """Note that it has come to its end.

    Raises StoreWriteError.
    """
    _write(root, {other: since for other, since in unfinished_purges(root).items() if other != name})


def _write(root: Path, purges: dict[str, str]) -> None:
    with writing(root):
        if purges:
            write_atomically(root / NAME, json.dumps(purges, indent=1) + "\n")
        else:
            (root / NAME).unlink(missing_ok=True)
            sync_folder(root)
