"""The command that validates: a dataset, or files before they are loaded."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from graph.console import data_option, json_option, print_json, progress_bar, quiet_option, reports_errors
from graph.datadir import DataDirectory, Snapshot
from graph.datasets import open_dataset
from graph.embedded import EmbeddedStore
from graph.errors import StoreMissingError
from graph.validation import Findings, checker_processes
from graph.violations import Violation
from loaders.commands import SHIPPED_TABLES
from loaders.loader import LoadContext, installed_loaders
from loaders.names import read_names
from loaders.revising import described_source
from loaders.validate import validate_dataset, validate_files
from loaders.validated import Validation
from ontology.vocabulary import read_vocabulary

BROKEN = 1


@click.command("validate", epilog="Example: osagraph validate --data data my-source.toml")
@click.argument("files", nargs=-1, metavar="[FILE]…", type=click.Path(path_type=Path))
@data_option
@click.option("--workers", type=click.IntRange(1, 64), default=os.cpu_count() or 1, show_default=True)
@json_option
@quiet_option
@reports_errors
def validate_command(
    files: tuple[Path, ...], data: DataDirectory, workers: int, as_json: bool, quiet: bool
) -> None:
    """Check the dataset against the shapes of the ontology, or FILES as a load would read them.

    Ends with exit code 1 where they are broken.
    """
    with tempfile.TemporaryDirectory() as name, checker_processes(1 if files else workers) as checker:
        folder = Path(name)
        validation = Validation(checker, folder)
        if files:
            found = _files(files, data, validation, folder)
        else:
            found = _dataset(data.current(), validation, quiet or as_json)
    _print(found, as_json, quiet)
    if found.count:
        sys.exit(BROKEN)


def _dataset(snapshot: Snapshot, validation: Validation, quiet: bool) -> Findings:
    store = open_dataset(snapshot)
    total = snapshot.counts.get("quads", 0)
    with progress_bar("validate", quiet, unit="quad") as progress:
        return validate_dataset(store, validation, progress, total if isinstance(total, int) else 0)


def _files(files: tuple[Path, ...], data: DataDirectory, validation: Validation, folder: Path) -> Findings:
    try:
        store = open_dataset(data.current())
    except StoreMissingError:
        store = EmbeddedStore()
    context = LoadContext(
        read_names(SHIPPED_TABLES),
        read_vocabulary(),
        described=lambda iri: described_source(store, iri),
        scratch=folder,
    )
    return validate_files(files, installed_loaders(), context, store, validation)


def _print(found: Findings, as_json: bool, quiet: bool) -> None:
    if as_json:
        print_json({"conforms": not found.count, **found.fields()})
        return
    for line in _table(found.violations):
        click.echo(line)
    if found.count > len(found.violations):
        click.echo(f"… and {found.count - len(found.violations):,} more.")
    if not quiet:
        result = f"{found.count:,} violations" if found.count else "No violations"
        click.echo(f"{result} in {found.triples:,} triples ({found.seconds:.1f} s of processor time).")


def _table(violations: Iterable[Violation]) -> Iterator[str]:
    """One line for each violation, under headings; as wide as the longest."""
    rows = [("node", "path", "value", "from", "message")]
    rows += [(each.focus, each.path, each.value or "", each.place, each.message) for each in violations]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows if len(rows) > 1 else ():
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
