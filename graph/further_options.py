"""The options by which `osagraph export` writes for other communities: what, about what, with a report."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import click
from pyoxigraph import Literal

from graph.console import Command, reports_errors
from graph.datadir import Snapshot
from graph.errors import InvalidParameterError
from graph.export_rows import Rows
from graph.further_exports import FURTHER, LeftOut, export_further
from graph.query_parameters import iri_term
from graph.terms import date_literal
from ontology.namespaces import XSD


@dataclass(frozen=True)
class Further:
    """What was asked for; without `iris` everything, without `retrieved` the day of the snapshot."""

    form: str
    iris: Sequence[str] = ()
    retrieved: Literal | None = None
    report: Path | None = None

    def write(self, rows: Rows, snapshot: Snapshot, output: IO[bytes]) -> LeftOut:
        """Write it; what is left out."""
        return export_further(self.form, rows, self.iris, self.retrieved or day_of(snapshot), output)


def day_of(snapshot: Snapshot) -> Literal | None:
    """The day on which a snapshot was made; None for one that does not say."""
    return read_day((snapshot.made or "")[:10])


def read_day(text: str) -> Literal | None:
    """A day of the calendar as an `xsd:date`; None for any other text."""
    try:
        day = date_literal(text)
    except ValueError:
        return None
    return day if day.datatype == XSD.date else None


def further_options(command: Command) -> Command:
    """Adds `--format`, `--iri`, `--retrieved` and `--report`; the command is handed them as `further`."""

    @reports_errors
    @functools.wraps(command)
    def wrapper(
        *args: Any, form: str | None, iris: Sequence[str], retrieved: str, report: Path | None, **kwargs: Any
    ) -> Any:
        if form is None and (iris or retrieved or report):
            raise click.UsageError("--iri, --retrieved and --report go with --format.")
        further = Further(form, [_iri(each) for each in iris], _day(retrieved), report) if form else None
        return command(*args, further=further, **kwargs)

    options = [
        click.option("--format", "form", type=click.Choice(FURTHER), help="Write for others, see above."),
        click.option(
            "--iri",
            "iris",
            multiple=True,
            help="With --format: this thing only, for ftm with what is around it.",
        ),
        click.option(
            "--retrieved",
            default="",
            metavar="DAY",
            help="With quickstatements: when you looked at the sources.  [default: the day of the snapshot]",
        ),
        click.option(
            "--report",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="With --format: what is left out, or refused, and why.",
        ),
    ]
    for option in reversed(options):
        wrapper = option(wrapper)
    return wrapper  # type: ignore[return-value]


def _iri(text: str) -> str:
    try:
        return iri_term(text).value
    except ValueError as error:
        expected = "an IRI or a prefixed name such as id:osa"
        raise InvalidParameterError("iri", text[:80], expected) from error


def _day(text: str) -> Literal | None:
    day = read_day(text)
    if text and day is None:
        raise InvalidParameterError("retrieved", text[:80], "a day of the calendar such as 2026-11-20")
    return day
