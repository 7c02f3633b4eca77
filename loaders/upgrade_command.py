"""The command that upgrades a data directory, by a build of what the user brought in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from graph.bundle import source_graph
from graph.console import data_option, json_option, print_json, progress_bar, quiet_option, reports_errors
from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from graph.formats import FORMAT
from graph.rights import SOURCE_ID
from graph.snapshot_status import lock_state
from graph.sources import source_iri
from graph.upgrade import OPERATION, Upgraded, upgrade
from loaders.commands import workshop
from loaders.operations import rebuild
from loaders.replay import graph_name


@click.command("upgrade", epilog="Example: osagraph upgrade --data data")
@data_option
@click.option(
    "--tables",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The folder of tables that the dataset was built from, if not the shipped ones.",
)
@click.option(
    "--drop", "dropped", multiple=True, metavar="SOURCE", help="A source or graph that need not be kept."
)
@click.option("--workers", type=click.IntRange(1, 64), default=os.cpu_count() or 1, show_default=True)
@json_option
@quiet_option
@reports_errors
def upgrade_command(
    data: DataDirectory,
    tables: Path | None,
    dropped: tuple[str, ...],
    workers: int,
    as_json: bool,
    quiet: bool,
) -> None:
    """Bring a data directory of an earlier osagraph to this one: its format, and what is computed.

    Everything that was loaded or decided stays, and so do pins, tokens and the numbers of snapshots; the
    facts follow from it anew, as a new snapshot. Until then the old one can be read. An upgrade that was
    interrupted is taken up by the next. What was accepted before is not put to today's shapes: see
    `osagraph validate`.
    """
    with progress_bar(OPERATION, quiet or as_json) as progress:

        def recompute(require: Callable[[EmbeddedStore], None]) -> None:
            made = workshop(data, validated=False)
            rebuild(made, progress, workers, tables, OPERATION, require)

        done = upgrade(data, recompute, list(map(_graph_of, dropped)))
    if as_json:
        print_json(_fields(done))
    elif not quiet:
        for line in _lines(data, done):
            click.echo(line)


def _graph_of(name: str) -> str:
    """The IRI of the graph that a source's id, or the name of a graph, stands for."""
    graph = source_graph(source_iri(name)) if SOURCE_ID.fullmatch(name) else graph_name(name)
    return name if graph is None else graph.value


def _fields(done: Upgraded) -> dict[str, Any]:
    return {
        "from_format": done.format,
        "format": FORMAT,
        "before": done.before,
        "snapshot": done.snapshot,
        "computed": done.is_computed,
    }


def _lines(data: DataDirectory, done: Upgraded) -> Iterator[str]:
    if done.format == FORMAT and not done.is_computed:
        yield f"{data.root} is as this osagraph writes it: nothing to do."
        return
    yield f"{data.root}: format {done.format} to {FORMAT}."
    if done.is_computed:
        yield (
            f"Computed anew by this osagraph: snapshot {done.snapshot} is current. "
            f"Snapshot {done.before} is as it was."
        )
    if lock_state(data.root / "serve.lock").held:
        yield "A server has it open, which may be of an earlier osagraph: start it anew."
