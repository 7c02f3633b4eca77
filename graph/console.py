"""What the commands share: the options that they all take, progress, and how errors end a command.

Exit codes: 0 done; 1 a document was refused; 2 wrong usage; 3 the dataset cannot be used; 4 the question
cannot be answered; 5 something was looked for and not found.
"""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
from tqdm import tqdm

from graph.datadir import DataDirectory
from graph.errors import KnowledgeGraphError, QueryError, SourceError, StoreError, UnknownResourceError
from ontology.errors import OntologyFileError

Command = TypeVar("Command", bound=Callable[..., Any])

EXIT_CODES: Mapping[type[KnowledgeGraphError], int] = {
    SourceError: 1,
    StoreError: 3,
    QueryError: 4,
    UnknownResourceError: 5,
    KnowledgeGraphError: 3,
}


def exit_code(error: KnowledgeGraphError) -> int:
    """The exit code of a command that ends with this error."""
    return next(code for kind, code in EXIT_CODES.items() if isinstance(error, kind))


def data_option(command: Command) -> Command:
    """Adds `--data DIR`: where the dataset is."""
    option = click.option(
        "--data",
        "data",
        envvar="OSAGRAPH_DATA",
        default="data",
        show_default=True,
        type=click.Path(path_type=Path, file_okay=True),
        callback=lambda _context, _parameter, value: DataDirectory(value),
        help="The data directory (environment: OSAGRAPH_DATA).",
    )
    return option(command)


def json_option(command: Command) -> Command:
    """Adds `--json`: the report as one JSON object on standard output."""
    return click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")(command)


def quiet_option(command: Command) -> Command:
    """Adds `--quiet`: no progress, no report."""
    return click.option("--quiet", is_flag=True, help="Print errors only.")(command)


def reports_errors(command: Command) -> Command:
    """Ends the command with one sentence and an exit code, never a traceback, for errors that we know."""

    @functools.wraps(command)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except KnowledgeGraphError as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(exit_code(error))
        except OntologyFileError as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(EXIT_CODES[KnowledgeGraphError])
        except KeyboardInterrupt:
            click.echo("Interrupted; the dataset is as it was.", err=True)
            sys.exit(130)

    return wrapper  # type: ignore[return-value]


def print_json(value: object) -> None:
    """Print a value as JSON, in the order of its fields."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


@contextmanager
def progress_bar(what: str, quiet: bool, unit: str = "part") -> Iterator[Callable[[int, int], None]]:
    """A bar with rate and time left on standard error, told (done, total or 0); only on a terminal."""
    with tqdm(desc=what, unit=unit, disable=True if quiet else None, leave=False) as bar:

        def tell(done: int, total: int) -> None:
            bar.total = total or None
            bar.update(done - bar.n)

        yield tell
