"""The process that makes one view, and may be killed at any moment.

`graph.view_desk` starts it as `python -m graph.view_child ORDER`, with a pipe as standard input that lasts as
long as somebody wants the view. It answers with one JSON object: empty, or the error.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from graph.confinement import confine, end_with_parent
from graph.datadir import DataDirectory
from graph.errors import KnowledgeGraphError, QueryFailedError
from graph.reader import ROOMS
from graph.view_cache import ViewCache, choice_fields, choice_of
from graph.views import ViewChoice
from graph.write_protocol import error_fields

# Everything else goes first: whoever asks a view has been told to wait.
NICENESS: Final = 10


def start_view_child(
    root: Path, number: int, choice: ViewChoice, memory_bytes: int
) -> subprocess.Popen[bytes]:
    """A process that makes the view of a snapshot in a data directory, and ends with this one."""
    order = {
        "root": str(root.absolute()),
        "number": number,
        "memory_bytes": memory_bytes,
        **choice_fields(choice),
    }
    path = os.pathsep.join([str(ROOMS), *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "graph.view_child", json.dumps(order)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # Each arena of the allocator takes 64 MiB of address space, used or not.
        env={**os.environ, "PYTHONPATH": path, "MALLOC_ARENA_MAX": "1"},
    )


def make(order: dict[str, Any]) -> dict[str, Any]:
    """What became of an order: nothing to tell, or an error."""
    try:
        ViewCache(DataDirectory(Path(order["root"]))).make(order["number"], choice_of(order))
    except KnowledgeGraphError as error:
        return error_fields(error)
    except Exception as error:
        # The engine raises what it likes; whatever it is, it is reported.
        return error_fields(QueryFailedError(f"The view could not be made: {error}"))
    return {}


def main() -> None:
    """Make the view that the command line orders."""
    order = json.loads(sys.argv[1])
    confine(order["memory_bytes"])
    os.nice(NICENESS)
    end_with_parent(sys.stdin.fileno())
    print(json.dumps(make(order)))


if __name__ == "__main__":
    main()
