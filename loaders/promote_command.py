"""The command that makes a read replica an original."""

from __future__ import annotations

from collections.abc import Iterator

import click

from graph.console import data_option, json_option, print_json, quiet_option, reports_errors
from graph.datadir import DataDirectory
from graph.snapshot_status import lock_state
from loaders.promotion import Promoted, promote


@click.command("promote", epilog="Example: osagraph promote --data replica-1")
@data_option
@json_option
@quiet_option
@reports_errors
def promote_command(data: DataDirectory, as_json: bool, quiet: bool) -> None:
    """Make a read replica an original that takes writes, because the one that it followed is lost.

    It has no tokens: make new ones. Be sure that the lost one does not come back: both would go on counting
    from the same snapshot, with different content.
    """
    done = promote(data)
    if as_json:
        missing = [file.name for file in done.missing]
        print_json({"snapshot": done.snapshot.number, "missing": missing})
    elif not quiet:
        for line in _lines(data, done):
            click.echo(line)


def _lines(data: DataDirectory, done: Promoted) -> Iterator[str]:
    yield f"{data.root} takes writes from now on; snapshot {done.snapshot.number} is current."
    for file in done.missing:
        yield (
            f"The content of {file.name}, which was loaded, is not here: load it again, "
            "or `osagraph build` will fail."
        )
    if lock_state(data.root / "serve.lock").held:
        yield "A server has it open as a replica: start it anew."
