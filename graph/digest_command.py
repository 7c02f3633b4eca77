"""The command that prints the digest of a dataset."""

from __future__ import annotations

import contextlib
from typing import Final

import click

from graph.console import data_option, json_option, print_json, reports_errors
from graph.datadir import DataDirectory
from graph.datasets import open_dataset
from graph.digest import dataset_digest
from graph.engine_access import EngineChoice, engine_options, open_engine
from graph.errors import StoreMissingError
from graph.publication import read_publication
from graph.remote_client import RemoteLimits

# A graph is fetched as a whole.
FETCHING: Final = RemoteLimits(seconds=60 * 60, bytes=1 << 40)


@click.command("digest", epilog="Example: osagraph digest --data restored")
@data_option
@click.option(
    "--snapshot", "number", type=click.IntRange(1), metavar="N", help="Of this one.  [default: current]"
)
@engine_options("--store", "Of what was published to this engine, instead of the data directory.")
@json_option
@reports_errors
def digest_command(
    data: DataDirectory, number: int | None, engine: EngineChoice | None, as_json: bool
) -> None:
    """Print one number for what a snapshot says: equal digests, equal facts and assessments.

    It does not depend on where or when the snapshot was made: compare a restored backup with its original, or
    an engine with what was published to it.
    """
    if engine is None:
        found, digest = _own(data, number)
    elif number is None:
        found, digest = _remote(engine)
    else:
        raise click.UsageError("An engine has one snapshot: --store and --snapshot do not go together.")
    if as_json:
        print_json({"snapshot": found, "digest": digest})
    else:
        click.echo(digest)


def _own(data: DataDirectory, number: int | None) -> tuple[int, str]:
    with data.holding(number) as snapshot:
        store = open_dataset(snapshot)
        digest = dataset_digest(store)
        store.settle()
        return snapshot.number, digest


def _remote(choice: EngineChoice) -> tuple[int, str]:
    with contextlib.closing(open_engine(choice, FETCHING)) as engine:
        before = read_publication(engine.store)
        digest = dataset_digest(engine.store)
        if before is None or before != read_publication(engine.store):
            raise StoreMissingError(
                f"{choice.base} holds no publication of osagraph, or got another one meanwhile. "
                "Publish with: osagraph publish --to URL"
            )
        return before.snapshot, digest
