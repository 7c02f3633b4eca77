"""What two datasets differ in, found in files, so that memory does not grow with them.

Both are written as N-Quads, sorted by the system, and read side by side. Quads with blank nodes are compared
by the canonical names of the nodes; where they differ in anything, all of them are taken as new.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final, NamedTuple

from pyoxigraph import Quad, RdfFormat, parse

from graph.digest import has_blank, sort_lines, with_canonical_names
from graph.publication import PUBLICATION
from graph.store import GraphName, ReadableStore

MARKER: Final = f" {PUBLICATION} .\n".encode()
SCRATCH: Final = b" <urn:osagraph:staged:"


class Lines(NamedTuple):
    """A dataset as N-Quads: a file of sorted lines, and the lines with blank nodes."""

    plain: IO[bytes]
    blank: bytes


@dataclass
class Difference:
    """Files of the quads to remove and to add, none with blank nodes, and how many each has.

    `blank` are all the quads with blank nodes that are to be there instead of those in `blank_graphs`; both
    are empty where these did not change. It is not `is_exact` where blank nodes within triple terms changed:
    no update can tell them.
    """

    removed: IO[bytes]
    added: IO[bytes]
    removed_count: int = 0
    added_count: int = 0
    blank: bytes = b""
    blank_graphs: tuple[GraphName, ...] = ()
    is_exact: bool = True

    @property
    def size(self) -> int:
        """Bytes, all in all."""
        return self.removed.seek(0, 2) + self.added.seek(0, 2) + len(self.blank)

    def removed_quads(self) -> Iterator[Quad]:
        """The quads to remove."""
        self.removed.seek(0)
        return parse(self.removed, format=RdfFormat.N_QUADS, lenient=True)

    def added_quads(self) -> Iterator[Quad]:
        """The quads to add."""
        self.added.seek(0)
        return parse(self.added, format=RdfFormat.N_QUADS, lenient=True)


@contextlib.contextmanager
def difference(old: ReadableStore | None, new: ReadableStore) -> Iterator[Difference]:
    """What has to be done to make one dataset, or none, the other; but for the marker of a publication.

    Raises StoreError where there is no room, and what the stores raise.
    """
    with contextlib.ExitStack() as stack:
        before = stack.enter_context(_lines(old))
        after = stack.enter_context(_lines(new))
        removed, added = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(2))
        found = Difference(removed, added)
        _compare(before.plain, after.plain, found)
        if sorted(before.blank.splitlines()) != sorted(after.blank.splitlines()):
            found.blank = after.blank
            found.is_exact = b"<<(" not in before.blank
            quads = parse(before.blank, format=RdfFormat.N_QUADS, lenient=True)
            found.blank_graphs = tuple(sorted({quad.graph_name for quad in quads}, key=str))
        yield found


@contextlib.contextmanager
def _lines(store: ReadableStore | None) -> Iterator[Lines]:
    with tempfile.TemporaryFile() as ordered:
        blank = bytearray()
        with tempfile.TemporaryFile() as plain, tempfile.TemporaryFile() as whole:
            if store is not None:
                store.dump(whole, RdfFormat.N_QUADS)
            whole.seek(0)
            for line in whole:
                if line.endswith(MARKER) or SCRATCH in line:
                    continue
                if has_blank(line):
                    blank += line
                else:
                    plain.write(line)
            plain.seek(0)
            sort_lines(plain, ordered)
        yield Lines(ordered, with_canonical_names(bytes(blank)))


def _compare(old: IO[bytes], new: IO[bytes], found: Difference) -> None:
    """Both files side by side, as they are sorted."""
    before, after = next(old, b""), next(new, b"")
    while before or after:
        if before == after:
            before, after = next(old, b""), next(new, b"")
        elif before and (not after or before < after):
            found.removed.write(before)
            found.removed_count += 1
            before = next(old, b"")
        else:
            found.added.write(after)
            found.added_count += 1
            after = next(new, b"")
