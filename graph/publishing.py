"""Sends a finished snapshot to another engine, so that its readers see the old dataset or the new one.

Whichever way it goes, one request that the engine carries out as one transaction makes the change, the marker
(`graph/publication.py`) with it. A publisher or an engine that is killed leaves the old dataset or the new:

- `changes`: one update with what differs from the snapshot that the engine has, if that is kept here;
- `whole`: one PUT of everything (`graph/publishing_trix.py`) where that is one transaction;
- `first`: one POST of everything into an engine that is empty, where that is one transaction;
- `staged`: what differs goes to scratch graphs first (`graph/publishing_staging.py`), for want of the others.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import IO, Final

from pyoxigraph import QueryBoolean, RdfFormat, serialize

from graph.datadir import DataDirectory, Snapshot
from graph.embedded import EmbeddedStore
from graph.engine_access import Engine
from graph.errors import (
    KnowledgeGraphError,
    QueryTimeoutError,
    RemoteAccessError,
    RemoteStoreError,
    SnapshotGoneError,
    StoreBusyError,
    StoreError,
    StoreMissingError,
    StoreWriteError,
)
from graph.publication import PUBLICATION, Publication, publication_of, publication_quads, read_publication
from graph.publishing_difference import Difference, difference
from graph.publishing_staging import N_QUADS, UPDATE, Staging, clear_staging
from graph.publishing_trix import TRIX, has_odd, parts_of, trix
from graph.publishing_update import change, change_staged, guard
from graph.remote import QUERIES
from graph.remote_client import RemoteClient
from graph.remote_numbers import foreign_lines

PART_BYTES: Final = 1 << 20
Tell = Callable[[int, int], None]


class Way(StrEnum):
    """How a snapshot went to an engine."""

    NOTHING = "nothing"
    CHANGES = "changes"
    WHOLE = "whole"
    FIRST = "first"
    STAGED = "staged"


@dataclass(frozen=True)
class Published:
    """What a publication did, or would do: quads removed and added, and how long the switch took.

    For `whole` and `first`, `added` is all that was sent, and `seconds` are those of sending it.
    """

    snapshot: int
    way: Way
    id: str = ""
    removed: int = 0
    added: int = 0
    seconds: float = 0


class Publisher:
    """Publishes one snapshot, whose files have to stay in their place, to one engine.

    `sender` is a client that waits for long; `tell` hears of what is sent, of how much in all. With `force`,
    what the engine holds is replaced whatever it is.
    """

    def __init__(
        self,
        engine: Engine,
        sender: RemoteClient,
        data: DataDirectory,
        snapshot: Snapshot,
        tell: Tell,
        *,
        force: bool = False,
        rehearsal: bool = False,
    ) -> None:
        self._engine = engine
        self._sender = sender
        self._data = data
        self._snapshot = snapshot
        self._tell = tell
        self._force = force
        self._rehearsal = rehearsal
        self._new = publication_of(snapshot)

    def run(self) -> Published:
        """Publish; where this raises nothing has changed, unless the answer to the switch was lost.

        Raises StoreWriteError where the engine holds what is not ours, StoreBusyError where somebody else
        publishes, RemoteStoreError, RemoteAccessError, QueryTimeoutError and QueryFailedError.
        """
        former = None if self._force else read_publication(self._engine.store)
        if former is not None and former.holds(self._snapshot):
            return Published(self._snapshot.number, Way.NOTHING, former.id)
        is_empty = not self._holds_anything()
        if former is None and not is_empty and not self._force:
            raise StoreWriteError(
                f"{self._engine.addresses.graphs} holds data that osagraph has not published. Name an empty "
                "dataset, or add --replace: everything in it is then thrown away."
            )
        if not self._rehearsal:
            clear_staging(self._engine, self._sender)
        return self._changes_since(former) or self._everything(former, is_empty)

    def _holds_anything(self) -> bool:
        answer = self._engine.store.query((QUERIES / "holds-anything.rq").read_text(encoding="utf-8"))
        assert isinstance(answer, QueryBoolean)
        return bool(answer)

    def _changes_since(self, former: Publication | None) -> Published | None:
        """What became of the way of changes; None where it is none: the former snapshot is not kept here."""
        if former is None:
            return None
        with contextlib.ExitStack() as stack:
            try:
                kept = stack.enter_context(self._data.holding(former.snapshot))
            except (SnapshotGoneError, StoreMissingError):
                return None
            if not former.holds(kept):
                return None
            old = EmbeddedStore(kept.store, read_only=True)
            found = stack.enter_context(difference(old, self._store))
            if self._engine.ability.whole and not self._fits(found):
                return None
            return self._apply(found, former)

    @property
    def _store(self) -> EmbeddedStore:
        return EmbeddedStore(self._snapshot.store, read_only=True)

    def _fits(self, found: Difference) -> bool:
        """Whether one update does it; one operation, where an engine takes half a body for a whole one."""
        ability = self._engine.ability
        is_one = not found.blank and not found.blank_graphs
        return found.is_exact and found.size <= ability.body_bytes and (is_one or not ability.whole)

    def _everything(self, former: Publication | None, is_empty: bool) -> Published:
        ability = self._engine.ability
        if ability.whole or (is_empty and ability.added_whole):
            with tempfile.TemporaryFile() as file:
                self._store.dump(file, RdfFormat.N_QUADS)
                file.write(serialize(publication_quads(self._new), format=RdfFormat.N_QUADS) or b"")
                lines = _Lines(file, self._tell)
                if not ability.whole:
                    return self._first(lines)
                if not lines.has_odd:
                    return self._whole(lines)
        with difference(None if is_empty else self._engine.store, self._store) as found:
            return self._apply(found, former)

    def _whole(self, lines: _Lines) -> Published:
        """All of it instead of all that is there."""
        done = Published(self._snapshot.number, Way.WHOLE, self._new.id, added=lines.count)
        url = self._engine.addresses.graphs
        return self._switch(done, lambda: self._sender.put(url, trix(lines.parts()), TRIX))

    def _first(self, lines: _Lines) -> Published:
        """All of it where nothing is yet."""
        done = Published(self._snapshot.number, Way.FIRST, self._new.id, added=lines.count)
        url, parts = self._engine.bulk_address, map(foreign_lines, lines.parts())
        return self._switch(done, lambda: self._sender.post(url, parts, N_QUADS))

    def _apply(self, found: Difference, former: Publication | None) -> Published:
        """One update with the difference, or with what was staged of it."""
        if not found.is_exact:
            raise RemoteStoreError(
                "Blank nodes within triple terms have changed, and this kind of engine cannot replace them. "
                "Empty the dataset, and publish again."
            )
        where = "" if self._force else guard(former)
        old = list(self._engine.store.quads(graph=PUBLICATION))
        new = list(publication_quads(self._new))
        way = Way.CHANGES if self._fits(found) else Way.STAGED
        done = Published(self._snapshot.number, way, self._new.id, found.removed_count, found.added_count)
        if way is Way.CHANGES:
            text = "" if self._rehearsal else change(found, old, new, where)
            return self._switch(done, lambda: self._update(text))
        if self._rehearsal:
            return done
        staging = Staging(self._engine, self._sender, self._new.id)
        total = staging.send(found, self._engine.ability.body_bytes, self._tell)
        text = staging.switch(where, total) + change_staged(found, old, new, staging.is_ready)
        done = self._switch(done, lambda: self._update(f"{text} ;\nDROP SILENT GRAPH {staging.ready}"))
        clear_staging(self._engine, self._sender)
        return done

    def _update(self, text: str) -> None:
        self._sender.post(self._engine.addresses.update, foreign_lines(text.encode()), UPDATE)

    def _switch(self, done: Published, send: Callable[[], object]) -> Published:
        """The request after which readers see the new dataset; where its answer is lost, the marker tells."""
        if self._rehearsal:
            return done
        started = time.monotonic()
        try:
            send()
        except RemoteAccessError:
            raise
        except (RemoteStoreError, QueryTimeoutError) as error:
            if not self._has_happened():
                raise _uncertain(error) from error
        else:
            if not self._has_happened():
                raise StoreBusyError("Somebody else has published to this engine meanwhile. Publish again.")
        return replace(done, seconds=time.monotonic() - started)

    def _has_happened(self) -> bool:
        try:
            found = read_publication(self._engine.store)
        except KnowledgeGraphError:
            return False
        return found is not None and found.id == self._new.id


def _uncertain(error: StoreError | QueryTimeoutError) -> KnowledgeGraphError:
    """The same error with what to do."""
    return type(error)(
        f"{error} The engine has the old dataset, or switches to the new one yet: publish again to find out."
    )


class _Lines:
    """A file of N-Quads that is sent part by part."""

    def __init__(self, file: IO[bytes], tell: Tell) -> None:
        self._file = file
        self._tell = tell
        self._size = file.tell()
        self.count = 0
        self.has_odd = False
        for part in parts_of(file, PART_BYTES):
            self.count += part.count(b"\n")
            self.has_odd = self.has_odd or has_odd(part)

    def parts(self) -> Iterator[bytes]:
        """All of it, in parts that end with a line."""
        done = 0
        for part in parts_of(self._file, PART_BYTES):
            yield part
            done += len(part)
            self._tell(done, self._size)
