"""The views of a data directory: found where they were made before, made where they were not.

DIR/views/{snapshot}-{key}/   store/ and view.json: one finished view of one snapshot
DIR/views/staging/            the view that is being made; of no worth after a crash
DIR/views/lock                held by the one process that makes a view
"""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from graph.clock import Clock, utc_now
from graph.curation import read_curation
from graph.datadir import STORE, DataDirectory, Snapshot
from graph.datasets import require_here
from graph.disk import sync_folder, sync_tree, writing
from graph.embedded import EmbeddedStore
from graph.tallies import NAME as TALLIES
from graph.tallies import tally
from graph.view_build import Progress, ViewPlan, build_view
from graph.view_retention import DETAILS, VIEWS, forget_views
from graph.view_sources import choose_sources, publication_dates
from graph.views import ViewChoice, perspective_query, publication_days, round_down

# Views that another version of this program made are not taken for ours.
FORMAT: Final = "1"


@dataclass(frozen=True)
class View:
    """A finished view.

    `counts`: its `sources`, those of the snapshot that it leaves out (`left_out`), how many of these have no
    date (`undated`), its `claims`, `facts`, `contradictions` and `corroborations`.
    """

    choice: ViewChoice
    number: int
    folder: Path
    counts: Mapping[str, Any]

    @property
    def snapshot(self) -> Snapshot:
        """The view in place of the snapshot that it is of, for whoever asks a snapshot."""
        return Snapshot(self.number, self.folder, self.counts)

    @property
    def description(self) -> str:
        """What its perspective holds, and what it does not."""
        name = self.choice.perspective
        return perspective_query(name).description if name else ""

    @property
    def text(self) -> str:
        """What the view is and holds, for a header."""
        return f"{self.choice.text}; sources={self.counts['sources']}; undated={self.counts['undated']}"


class ViewCache:
    """The views of a data directory; a choice is given as `rounded` gives it."""

    def __init__(self, data: DataDirectory, clock: Clock = utc_now) -> None:
        self._data = data
        self._clock = clock
        self._folder = data.root / VIEWS

    def rounded(self, snapshot: Snapshot, choice: ViewChoice) -> ViewChoice:
        """The same choice with the last day of publication that it includes.

        Raises InvalidParameterError and UnknownResourceError.
        """
        if choice.as_of is None:
            return choice
        require_here(snapshot, "A view")
        store = EmbeddedStore(snapshot.store, read_only=True)
        return round_down(choice, publication_days(publication_dates(store)), self._clock())

    def find(self, number: int, choice: ViewChoice) -> View | None:
        """The view of a snapshot, from now on the one that was used last; None where it is not made."""
        folder = self._folder / view_name(number, choice)
        try:
            counts = json.loads((folder / DETAILS).read_bytes())
            os.utime(folder)
        except (OSError, ValueError):
            return None
        return View(choice, number, folder, counts)

    def make(self, number: int, choice: ViewChoice, progress: Progress = lambda _done, _total: None) -> View:
        """The view of a snapshot, made now unless it is there; gone again at once if that is not current.

        Waits while another process makes a view. Raises SnapshotGoneError, StoreWriteError, and
        StoreFormatError where what curators decided cannot be read.
        """
        with writing(self._data.root), self._alone():
            found = self.find(number, choice)
            if found is not None:
                return found
            stage = self._folder / "staging"
            # What somebody was making who was killed.
            shutil.rmtree(stage, ignore_errors=True)
            stage.mkdir()
            with self._data.holding(number) as snapshot:
                require_here(snapshot, "A view")
                counts = self._fill(stage, snapshot, choice, progress)
            folder = self._folder / view_name(number, choice)
            stage.rename(folder)
            sync_folder(self._folder)
            forget_views(self._folder, self._data.trash, self._data.current_number())
            return View(choice, number, folder, counts)

    def _fill(
        self, stage: Path, snapshot: Snapshot, choice: ViewChoice, progress: Progress
    ) -> dict[str, Any]:
        began = time.monotonic()
        store = EmbeddedStore(snapshot.store, read_only=True)
        chosen = choose_sources(store, choice)
        plan = ViewPlan(store, chosen.sources, read_curation(snapshot.folder), _claims(snapshot))
        scratch = stage / "scratch"
        scratch.mkdir()
        target = EmbeddedStore(stage / STORE)
        with contextlib.closing(target):
            made = build_view(plan, target, scratch, progress)
            tallies = tally(target)
        shutil.rmtree(scratch)
        counts = {
            **choice_fields(choice),
            "snapshot": snapshot.number,
            "sources": len(chosen.sources),
            "left_out": chosen.left_out,
            "undated": chosen.undated,
            "claims": made.claims,
            "facts": made.facts,
            "contradictions": made.contradictions,
            "corroborations": made.corroborations,
            TALLIES: tallies,
            "bytes": sum(path.stat().st_size for path in (stage / STORE).iterdir()),
            "seconds": round(time.monotonic() - began, 3),
        }
        (stage / DETAILS).write_text(json.dumps(counts, indent=1) + "\n", encoding="utf-8")
        sync_tree(stage)
        return counts

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the right to make a view, after those who came before; it ends with the process."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def view_name(number: int, choice: ViewChoice) -> str:
    """The name of a view's folder: a perspective that is defined anew gives another one."""
    text = perspective_query(choice.perspective).text if choice.perspective else ""
    digest = hashlib.blake2b(f"{FORMAT}\n{text}".encode(), digest_size=4).hexdigest()
    return f"{number:06d}-{choice.key}-{digest}"


def _claims(snapshot: Snapshot) -> int:
    claims = snapshot.counts.get("claims", 0)
    return claims if isinstance(claims, int) else 0


def choice_fields(choice: ViewChoice) -> dict[str, str | None]:
    """The choice in a form that JSON can hold."""
    return {
        "as_of": choice.as_of.isoformat() if choice.as_of else None,
        "perspective": choice.perspective,
    }


def choice_of(fields: Mapping[str, str | None]) -> ViewChoice:
    """The choice of `choice_fields`."""
    as_of = fields["as_of"]
    return ViewChoice(datetime.date.fromisoformat(as_of) if as_of else None, fields["perspective"])
