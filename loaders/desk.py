"""Where the hand works: the live store, the ledger of what was written there, and how both are saved."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from graph.curation import NAME as CURATION
from graph.curation import read_curation
from graph.datadir import Snapshot
from graph.label_keeping import LabelWriter
from graph.write_protocol import WriteRequest
from loaders.dataset_writes import DatasetWriter
from loaders.journal import NAME as JOURNAL
from loaders.journal import Journal
from loaders.ledger import Ledger
from loaders.live_store import LiveStore
from loaders.plain_writes import Outcome, Touch, update_plainly, write_graph
from loaders.records import record_quads, timestamp
from loaders.replay import Workshop


class Desk:
    """A live store made from a snapshot, and what was written there since."""

    def __init__(self, workshop: Workshop, base: Snapshot, folder: Path) -> None:
        self._workshop = workshop
        self._ledger = Ledger(base)
        self._folder = base.folder
        self._base = base.number
        self._labels = LabelWriter(workshop.data.root)
        self._scratch = folder.with_suffix(".scratch")
        shutil.rmtree(self._scratch, ignore_errors=True)
        self._live = LiveStore(base, folder)
        self._scratch.mkdir()
        self._dataset = DatasetWriter(
            workshop, self._live, self._ledger, self._scratch, read_curation(base.folder)
        )

    def write(self, request: WriteRequest, touch: Touch) -> Outcome:
        """Carry out a request; an error after a call of `touch` leaves traces."""
        if not request.raw:
            return self._dataset.write(request, touch)
        store = self._live.store
        is_update = request.op == "update"
        outcome = update_plainly(store, request) if is_update else write_graph(store, request, touch)
        self._ledger.note_unknown(request.op)
        return outcome

    def save(self, folder: Path, number: int) -> dict[str, Any]:
        """Copy everything into the folder of the next snapshot; its counts, and what made it."""
        ledger, moment = self._ledger, self._workshop.clock()
        store = self._live.store
        if ledger.fresh:
            files = [kept for entry in ledger.fresh for kept in entry.files]
            validated = self._workshop.checkers is not None
            record = set(record_quads(number, ledger.operation, moment, files, ledger.graphs, validated))
            ledger.count_quads(store.add_new(record))
        if ledger.is_unknown:
            # Nobody knows which names were written: the index of names stays behind, and is made anew.
            store.take_noted()
        else:
            self._labels.keep(store, store.take_noted(), self._base, number)
        ledger.recount(store.quad_count)
        self._live.save(folder / "store")
        self._save_journals(folder)
        report = {
            "counts": {**ledger.counted(), "made": timestamp(moment)},
            "operation": ledger.operation,
        }
        ledger.close_page()
        self._base = number
        self._folder = self._workshop.data.snapshots / f"{number:06d}"
        return report

    def _save_journals(self, folder: Path) -> None:
        for name in (JOURNAL, CURATION):
            (folder / name).unlink(missing_ok=True)
            if name == JOURNAL and self._ledger.fresh:
                Journal(self._ledger.entries).write(folder)
            elif (self._folder / name).exists():
                # Nothing new in it: the disk has it already.
                os.link(self._folder / name, folder / name)

    def tidy(self) -> None:
        """Keep the live store small."""
        self._live.tidy()

    def close(self) -> None:
        """Remove the live store."""
        self._live.close()
        self._labels.close()
        shutil.rmtree(self._scratch, ignore_errors=True)
