"""The command that sends a snapshot to another engine."""

from __future__ import annotations

import contextlib
from dataclasses import asdict
from typing import Final

import click

from graph.console import data_option, json_option, print_json, progress_bar, quiet_option, reports_errors
from graph.datadir import DataDirectory
from graph.engine_access import EngineChoice, engine_options, open_client, open_engine
from graph.publishing import Published, Publisher, Way
from graph.remote_client import RemoteLimits

# An engine may take long over what it was sent; marker and counts it has to tell at once.
SENDING: Final = RemoteLimits(seconds=4 * 60 * 60)
ASKING: Final = RemoteLimits(seconds=10 * 60)


@click.command("publish", epilog="Example: osagraph publish --to http://127.0.0.1:3030/osagraph --data data")
@engine_options("--to", "The engine's address; of a Fuseki, that of the dataset.")
@data_option
@click.option(
    "--snapshot", "number", type=click.IntRange(1), metavar="N", help="Send this one.  [default: current]"
)
@click.option("--replace", "force", is_flag=True, help="Replace whatever the engine holds.")
@click.option("--dry-run", "rehearsal", is_flag=True, help="Say what would be done, and change nothing.")
@json_option
@quiet_option
@reports_errors
def publish_command(
    engine: EngineChoice | None,
    data: DataDirectory,
    number: int | None,
    force: bool,
    rehearsal: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Send a snapshot to another engine, whose readers see the old dataset or the new one, never a mixture.

    Credentials come from the environment: OSAGRAPH_STORE_USER and OSAGRAPH_STORE_PASSWORD, or
    OSAGRAPH_STORE_TOKEN; OSAGRAPH_STORE_CA names a file of authorities.
    """
    if engine is None:
        raise click.UsageError("Name the engine: --to URL.")
    with (
        data.holding(number) as snapshot,
        contextlib.closing(open_engine(engine, ASKING)) as opened,
        contextlib.closing(open_client(SENDING)) as sender,
        progress_bar("Publishing", quiet or as_json) as tell,
    ):
        publisher = Publisher(opened, sender, data, snapshot, tell, force=force, rehearsal=rehearsal)
        done = publisher.run()
    if as_json:
        print_json({**asdict(done), "seconds": round(done.seconds, 3), "engine": opened.kind.value})
    elif not quiet:
        click.echo(_sentence(done, rehearsal))


def _sentence(done: Published, rehearsal: bool) -> str:
    if done.way is Way.NOTHING:
        return f"The engine has snapshot {done.snapshot} already."
    sent = f"{done.added:,} quads"
    if done.way in (Way.CHANGES, Way.STAGED):
        sent = f"{done.removed:,} quads removed, {done.added:,} added"
    if rehearsal:
        return f"Snapshot {done.snapshot} would go to the engine ({done.way.value}: {sent})."
    return f"Snapshot {done.snapshot} is in the engine ({done.way.value}: {sent}, {done.seconds:.1f} s)."
