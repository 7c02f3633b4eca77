"""The command that makes and feeds read replicas."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

import click

from graph.console import data_option, json_option, print_json, quiet_option, reports_errors
from graph.datadir import DataDirectory
from graph.replication import Replicated, replicate
from graph.snapshot_commands import size_text

LOOK_SECONDS: Final = 0.5


@click.command("replicate", epilog="Example: osagraph replicate /srv/replica-1 --data data --follow")
@click.argument("targets", metavar="FOLDER…", nargs=-1, required=True, type=click.Path(path_type=Path))
@data_option
@click.option(
    "--follow", is_flag=True, help="Go on: bring the replicas each new snapshot as it becomes current."
)
@json_option
@quiet_option
@reports_errors
def replicate_command(
    data: DataDirectory, targets: tuple[Path, ...], follow: bool, as_json: bool, quiet: bool
) -> None:
    """Copy the current snapshot to read replicas, which `osagraph serve --data FOLDER` serves read-only.

    On one disk the files are shared, not copied. A server of a replica follows by itself.
    """
    number = None
    while True:
        if (current := data.current_number()) != number:
            for target in targets:
                _report(target, replicate(data, DataDirectory(target)), as_json, quiet)
            number = current
        if not follow:
            return
        time.sleep(LOOK_SECONDS)


def _report(target: Path, done: Replicated, as_json: bool, quiet: bool) -> None:
    if as_json:
        fields = {"snapshot": done.snapshot.number, "shared": done.shared, "copied": done.copied}
        print_json({"replica": str(target), **fields, "bytes": done.bytes})
    elif not quiet:
        how = f"{done.shared} files shared, {done.copied} copied ({size_text(done.bytes)})"
        click.echo(f"{target}: snapshot {done.snapshot.number}, {how if done.is_new else 'there already'}.")
