"""The command that purges a source: from the dataset, from older snapshots, from the loaded files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import click

from graph.console import data_option, json_option, print_json, progress_bar, quiet_option, reports_errors
from graph.datadir import DataDirectory
from loaders.commands import workshop
from loaders.purging import Holdings, Purged, holdings, purge

NOT_REACHED = (
    "Not reached: backups, replicas and exports that were made before, engines that it was published to, "
    "and what somebody else has copied. Back up anew, remove replicas and replicate anew, publish anew. "
    "The log of requests and the audit log have no contents of sources, and are kept."
)


@click.command("purge", epilog="Example: osagraph purge example-2026-11-01 --yes")
@click.argument("name", metavar="SOURCE")
@data_option
@click.option("--pinned", is_flag=True, help="Remove snapshots that hold it also where they are pinned.")
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask.")
@json_option
@quiet_option
@reports_errors
def purge_command(
    name: str, data: DataDirectory, pinned: bool, is_sure: bool, as_json: bool, quiet: bool
) -> None:
    """Remove a source (or a user graph, user/NAME) for good, with all older snapshots that hold it.

    The dataset is then as after osagraph remove. Besides, the loaded files and the journal forget the source,
    and so do views, the index of names, acts of curation about it, and the list of slow queries: no file of
    the data directory holds its texts any more. The numbers of the removed snapshots answer 410. A server may
    go on meanwhile. It cannot be undone; repeat it if it was interrupted.
    """
    data.require_original()
    if not is_sure:
        for line in _question(holdings(data, name)):
            click.echo(line, err=True)
        click.confirm("Purge it?", abort=True, err=True)
    with progress_bar("purge", quiet or as_json, unit="quad") as progress:
        report = purge(workshop(data), name, pinned=pinned, progress=progress)
    if as_json:
        print_json(asdict(report))
    elif not quiet:
        for line in _lines(report):
            click.echo(line)


def _question(found: Holdings) -> Iterator[str]:
    name = found.target.name
    held = _numbers(found.snapshots)
    yield f"{name}: {found.claims:,} claims in the current snapshot; held by snapshots {held}."
    if found.is_unfinished:
        yield "A purge of it was interrupted, and is finished now."
    if found.pinned:
        yield f"Pinned: {_numbers(found.pinned)}; removed only with --pinned."
    yield "All these snapshots go, and whoever cites them finds that they are gone. This cannot be undone."


def _lines(report: Purged) -> Iterator[str]:
    yield f"Purged {report.name}: {report.claims:,} claims, {report.facts:,} facts that rested on them."
    yield f"Snapshots removed: {_numbers(report.removed)}; kept: {_numbers(report.kept)}."
    yield (
        f"Journal entries without it: {report.entries}; loaded files removed: {report.files}; "
        f"answers to osagraph link forgotten: {report.answers}."
    )
    if report.acts:
        yield f"Acts of curation of which only who and when is kept: {_numbers(report.acts)}."
    if report.is_from_tables:
        yield (
            "The tables of a build hold it, too. Builds leave it out from now on, but the tables are no part "
            "of the data directory: remove its rows there."
        )
    yield NOT_REACHED
    done = f"Snapshot {report.snapshot} is current" if report.snapshot else "The current snapshot stays"
    yield f"{done} ({report.seconds:.1f} s)."


def _numbers(numbers: tuple[int, ...] | list[int]) -> str:
    return ", ".join(map(str, numbers)) or "none"
