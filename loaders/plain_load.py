"""Loads RDF into a plain dataset as it is: no claims, no checks but the engine's own, at its own speed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from pyoxigraph import RdfFormat

from graph.disk import writing
from graph.embedded import EmbeddedStore
from graph.errors import (
    ComputedGraphError,
    MalformedSourceError,
    SourceUnavailableError,
    StoreMissingError,
)
from graph.turn import for_a_command
from loaders.operations import COUNTED, Report
from loaders.rdf_parse import FORMATS
from loaders.replay import Workshop
from loaders.revising import publish_work


def load_plain(workshop: Workshop, paths: Sequence[Path]) -> Report:
    """Add the quads of files to a plain dataset, which is made where there is none; all or nothing.

    Raises ComputedGraphError where the dataset has claims, SourceError, StoreBusyError or StoreWriteError.
    """
    started = time.monotonic()
    formats = [format_of(path) for path in paths]
    data = workshop.data
    with for_a_command(data), writing(data.root):
        stage = data.stage()
        store = _copy(workshop, stage)
        try:
            for path, format in zip(paths, formats, strict=True):
                _load(store, path, format)
            store.flush()
        finally:
            store.close()
        snapshot = publish_work(data, stage, [], dict.fromkeys(COUNTED, 0), "load", workshop.clock())
    return Report("load", snapshot.number, seconds=time.monotonic() - started)


def _copy(workshop: Workshop, stage: Path) -> EmbeddedStore:
    """The current dataset to be added to, or an empty one."""
    try:
        current = workshop.data.current()
    except StoreMissingError:
        return EmbeddedStore(stage / "store")
    if current.counts.get("sources") or current.counts.get("claims"):
        raise ComputedGraphError(
            f"The dataset in {workshop.data.root} has claims, from which its facts follow. "
            "Load without --plain, or choose another directory with --data."
        )
    EmbeddedStore(current.store, read_only=True).backup(stage / "store")
    return EmbeddedStore(stage / "store")


def _load(store: EmbeddedStore, path: Path, format: RdfFormat) -> None:
    try:
        store.bulk_load(path, format, lenient=False)
    except SyntaxError as error:
        raise MalformedSourceError(
            error.msg or str(error), file=path, line=error.lineno, column=error.offset
        ) from error


def format_of(path: Path) -> RdfFormat:
    """The format of a file by its name.

    Raises SourceUnavailableError where there is no such file or format.
    """
    if not path.is_file():
        raise SourceUnavailableError("no such file", file=path, remedy="Check the path.")
    format = FORMATS.get(path.suffix.lower())
    if format is None:
        raise SourceUnavailableError(
            "no RDF format has files of this name", file=path, remedy=f"Use one of: {', '.join(FORMATS)}."
        )
    return format
