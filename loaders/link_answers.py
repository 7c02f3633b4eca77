"""What somebody has answered so far: kept on disk at once, so that no answer is lost with the terminal.

The answers of a session become one snapshot in the end; those of one that was killed, with the next session.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Final

from graph.curation import LINKING
from graph.datadir import DataDirectory, locked
from graph.disk import write_atomically, writing
from loaders.link_candidates import ITEM
from loaders.linking import Answer, Linked, decide_links
from loaders.replay import Workshop

NAME: Final = "link-answers.jsonl"
LOCK: Final = "link.lock"


class Answers:
    """The answers of a session, and of one before it that did not come to its end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._given = _read(path)
        self.left_over = len(self._given)

    def __len__(self) -> int:
        return len(self._given)

    def add(self, answer: Answer) -> None:
        """Keep an answer; the disk has it afterwards.

        Raises StoreWriteError.
        """
        line = json.dumps(asdict(answer), ensure_ascii=False) + "\n"
        with writing(self._path), self._path.open("a", encoding="utf-8") as file:
            if file.tell() and not _ends_well(self._path):
                file.write("\n")
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        self._given.append(answer)

    def drop(self, subjects: Collection[str]) -> int:
        """Forget the answers about individuals; how many there were.

        Raises StoreWriteError.
        """
        kept = [answer for answer in self._given if answer.subject not in subjects]
        dropped = len(self._given) - len(kept)
        if dropped:
            text = "".join(json.dumps(asdict(answer), ensure_ascii=False) + "\n" for answer in kept)
            with writing(self._path):
                write_atomically(self._path, text)
            self._given = kept
        return dropped

    def record(self, workshop: Workshop) -> Linked:
        """Record all answers in one snapshot; they stay where they are until that is published.

        Raises what `decide_links` raises.
        """
        linked = decide_links(workshop, self._given)
        with writing(self._path):
            self._path.unlink(missing_ok=True)
        self._given = []
        return linked


@contextmanager
def answering(data: DataDirectory) -> Iterator[Answers]:
    """The answers of a session; there is one at a time.

    Raises StoreBusyError while another is open, StoreWriteError.
    """
    with locked(data.root / LOCK, "Somebody is linking already"):
        yield Answers(data.root / NAME)


def _ends_well(path: Path) -> bool:
    return path.read_bytes().endswith(b"\n")


def _read(path: Path) -> list[Answer]:
    """The answers in a file; a line that was cut off by a crash was never confirmed, and is passed over."""
    lines = path.read_bytes().split(b"\n") if path.exists() else []
    return [answer for line in lines if (answer := _answer(line)) is not None]


def _answer(line: bytes) -> Answer | None:
    try:
        answer = Answer(**json.loads(line))
    except (ValueError, TypeError):
        return None
    texts = (answer.subject, answer.item, answer.by, answer.evidence)
    is_whole = all(isinstance(text, str) and text for text in texts)
    return answer if is_whole and answer.act in LINKING and ITEM.fullmatch(answer.item) else None
