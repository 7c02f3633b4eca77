"""The hand: the process that parses and applies strangers' updates and documents, and may be killed.

`loaders.hand` starts it as `python -m loaders.hand_child '[DIR, MEMORY_BYTES]'` with a socket as its standard
input. It answers one message at a time: `open` makes the live store from a snapshot, `write` carries out one
request there, `save` copies the live store to where the writer publishes it, `tidy` is for idle moments.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import sys
from pathlib import Path
from typing import Any, Final

from graph.clock import utc_now
from graph.confinement import confine, end_with_parent
from graph.datadir import DataDirectory
from graph.disk import write_error
from graph.errors import KnowledgeGraphError, QueryFailedError, StoreError
from graph.validation_check import OwnChecker
from graph.write_protocol import WriteRequest, error_fields, message, receive
from loaders.desk import Desk
from loaders.loader import installed_loaders
from loaders.replay import Workshop

NICENESS: Final = 5
SHIPPED_TABLES: Final = Path(__file__).parent / "data"


class Hand:
    """Carries out what the writer asks, at one desk."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._desk: Desk | None = None
        self._is_touched = False

    def answer(self, fields: dict[str, Any]) -> dict[str, Any]:
        """What became of a message; an error says whether it left traces in the live store."""
        self._is_touched = False
        try:
            match fields["do"]:
                case "open":
                    return self._open(fields["number"], Path(fields["folder"]))
                case "write":
                    return self._opened.write(WriteRequest.read(fields["request"]), self._touch)._asdict()
                case "save":
                    return self._save(Path(fields["folder"]), fields["number"])
                case _:
                    return self._tidy()
        except Exception as error:
            # The engine raises what it likes; whatever it is, it is reported and this process lives on.
            reported = write_error(self._workshop.data.root, error) if isinstance(error, OSError) else error
            is_harmless = isinstance(error, KnowledgeGraphError) and not isinstance(error, StoreError)
            return {**error_fields(reported), "is_dirty": self._is_touched or not is_harmless}

    def _touch(self) -> None:
        self._is_touched = True

    @property
    def _opened(self) -> Desk:
        if self._desk is None:
            raise QueryFailedError("The live store is not open.")
        return self._desk

    def _open(self, number: int, folder: Path) -> dict[str, Any]:
        if self._desk is not None:
            self._desk.close()
            self._desk = None
        self._desk = Desk(self._workshop, self._workshop.data.snapshot(number), folder)
        return {}

    def _save(self, folder: Path, number: int) -> dict[str, Any]:
        # What a hand that was killed had begun.
        shutil.rmtree(folder / "store", ignore_errors=True)
        return self._opened.save(folder, number)

    def _tidy(self) -> dict[str, Any]:
        self._opened.tidy()
        return {}


def serve(hand: Hand, connection: socket.socket) -> None:
    """Answer messages until there are no more, or nobody to answer."""
    with contextlib.suppress(ConnectionError):
        while (fields := receive(connection)) is not None:
            connection.sendall(message(hand.answer(fields)))


def main() -> None:
    """Answer on the socket that is standard input."""
    root, memory_bytes = json.loads(sys.argv[1])
    confine(memory_bytes)
    # Reads go first: a large write takes a core for as long as it may.
    os.nice(NICENESS)
    end_with_parent(sys.stdin.fileno())
    checker = OwnChecker()
    workshop = Workshop(
        DataDirectory(Path(root)),
        SHIPPED_TABLES,
        installed_loaders(),
        utc_now,
        checkers=lambda _most: contextlib.nullcontext(checker),
    )
    serve(Hand(workshop), socket.socket(fileno=sys.stdin.fileno()))


if __name__ == "__main__":
    main()
