"""Commands that change a dataset or look into its sources: build, load, remove, sources, verify."""

from __future__ import annotations

import csv
import datetime
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from pyoxigraph import NamedNode

from graph.console import (
    Command,
    data_option,
    json_option,
    print_json,
    progress_bar,
    quiet_option,
    reports_errors,
)
from graph.datadir import DataDirectory
from graph.datasets import open_dataset
from graph.disk import writing
from graph.errors import SourceError, SourceUnavailableError
from graph.freshness import Freshness
from graph.rights import OUTSIDE_GRAPHS
from graph.text_table import short
from graph.validation import checker_processes
from loaders.loader import installed_loaders
from loaders.operations import LoadOptions, Report, build, load_files, remove
from loaders.plain_load import load_plain
from loaders.replay import Workshop
from loaders.source_list import SourceLine, list_publishers, list_sources
from loaders.verify import QuoteCheck, check_quotes, quotes_of

SHIPPED_TABLES = Path(__file__).parent / "data"
NOT_FOUND = 5


def workshop(data: DataDirectory, validated: bool = True) -> Workshop:
    """What the operations need, with the installed loaders and the clock of this machine."""
    return Workshop(
        data,
        SHIPPED_TABLES,
        installed_loaders(),
        lambda: datetime.datetime.now(datetime.UTC),
        checkers=checker_processes if validated else None,
    )


def validate_option(command: Command) -> Command:
    """Adds `--no-validate`: what comes in is not put to the shapes, and the load record says so."""
    option = click.option(
        "--validate/--no-validate",
        "validated",
        default=True,
        help="Check what comes in against the shapes of the ontology, or trust it.  [default: check]",
    )
    return option(command)


@click.command("build", epilog="Example: osagraph build --data data --json")
@data_option
@click.option(
    "--tables",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Another folder of tables; later loads still read names from the shipped ones.",
)
@click.option("--workers", type=click.IntRange(1, 64), default=os.cpu_count() or 1, show_default=True)
@validate_option
@json_option
@quiet_option
@reports_errors
def build_command(
    data: DataDirectory, tables: Path | None, workers: int, validated: bool, as_json: bool, quiet: bool
) -> None:
    """Build the dataset anew from the shipped tables and everything loaded or removed before."""
    with progress_bar("build", quiet or as_json) as progress:
        report = build(workshop(data, validated), progress, workers, tables)
    _print_report(report, as_json, quiet)


@click.command("load", epilog="Example: osagraph load my-source.toml --dry-run")
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@data_option
@click.option("--loader", help="The loader to use, whatever the file is called.")
@click.option(
    "--dry-run", is_flag=True, help="Show what would be added, changed and removed; change nothing."
)
@click.option("--keep-going", is_flag=True, help="Load the good rows; write the rejected ones to a file.")
@click.option(
    "--rejected",
    type=click.Path(path_type=Path),
    default=Path("rejected.csv"),
    show_default=True,
    help="Where --keep-going writes rejected rows, with reasons.",
)
@click.option("--keep-graphs", is_flag=True, help="Keep the graph names of TriG and N-Quads files.")
@click.option("--plain", is_flag=True, help="RDF as it is, into a dataset without claims (serve --raw).")
@validate_option
@json_option
@quiet_option
@reports_errors
def load_command(
    files: tuple[Path, ...],
    data: DataDirectory,
    loader: str | None,
    dry_run: bool,
    keep_going: bool,
    rejected: Path,
    keep_graphs: bool,
    plain: bool,
    validated: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Load CSV tables, a source file (TOML), RDF, or entities of Wikidata (JSON).

    Each source in them is replaced whole, or nothing is."""
    if plain:
        _print_report(load_plain(workshop(data), files), as_json, quiet)
        return
    options = LoadOptions(loader, dry_run, keep_going, keep_graphs)
    with progress_bar("load", quiet or as_json, unit="row") as progress:
        report = load_files(workshop(data, validated), files, options, progress)
    if report.rejected:
        _write_rejected(report.rejected, rejected)
    _print_report(report, as_json, quiet)
    if report.rejected:
        click.echo(f"{len(report.rejected)} rejected: see {rejected}", err=True)
        sys.exit(1)


@click.command("remove", epilog="Example: osagraph remove example-2026-11-01")
@click.argument("name", metavar="SOURCE")
@data_option
@json_option
@quiet_option
@reports_errors
def remove_command(name: str, data: DataDirectory, as_json: bool, quiet: bool) -> None:
    """Remove a source by its id (or a user graph, user/NAME): facts are as if it had never been there."""
    _print_report(remove(workshop(data), name), as_json, quiet)


@click.command("sources", epilog="Example: osagraph sources --data data --json")
@data_option
@click.option("--publishers", "by_publisher", is_flag=True, help="How fresh each publisher is instead.")
@json_option
@reports_errors
def sources_command(data: DataDirectory, by_publisher: bool, as_json: bool) -> None:
    """List the sources: id, date, publisher kind, number of claims, title."""
    store = open_dataset(data.current())
    if by_publisher:
        _print_publishers(list_publishers(store), as_json)
        return
    lines = list_sources(store)
    if as_json:
        print_json([line._asdict() for line in lines])
        return
    for row in _columns(lines):
        click.echo(row)


def _print_publishers(publishers: Sequence[Freshness], as_json: bool) -> None:
    """Each publisher: sources, when the latest was published, when one was last loaded."""
    if as_json:
        print_json([asdict(each) for each in publishers])
        return
    for each in publishers:
        name = short(NamedNode(each.publisher))
        click.echo(f"{each.sources:>7,}  {each.latest or 'no date':<10}  {each.loaded or '-':<20}  {name}")


@click.command("verify", epilog="Example: osagraph verify --source seed-002-news --text article.txt")
@data_option
@click.option("--source", "identifier", required=True, help="The id of the source.")
@click.option(
    "--text", "path", required=True, type=click.Path(path_type=Path), help="The source's text, UTF-8."
)
@json_option
@reports_errors
def verify_command(data: DataDirectory, identifier: str, path: Path, as_json: bool) -> None:
    """Look for each quote of a source in its text: found, with its place, or missing (exit code 5)."""
    quotes = quotes_of(open_dataset(data.current()), identifier)
    checks = list(check_quotes(quotes.items(), _read_text(path)))
    found = sum(check.found for check in checks)
    if as_json:
        fields = [check._asdict() for check in checks]
        print_json({"source": identifier, "found": found, "quotes": len(checks), "checks": fields})
    else:
        for check in checks:
            click.echo(_check_line(check))
        click.echo(f"{found} of {len(checks)} quotes found.")
    if found < len(checks):
        sys.exit(NOT_FOUND)


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceUnavailableError("cannot be read as UTF-8 text", file=path) from error


def _check_line(check: QuoteCheck) -> str:
    place = f"line {check.line}, column {check.column}" if check.found else "MISSING"
    return f"{place:<22}  {check.claims:>3} claims  {check.quote}"


def _columns(lines: Iterable[SourceLine]) -> Iterable[str]:
    yield f"{'source':<44} {'date':<10} {'kind':<18} {'claims':>6}  title"
    for line in lines:
        yield f"{line.source:<44} {line.issued:<10} {line.kind:<18} {line.claims:>6}  {line.title}"


def _write_rejected(errors: Sequence[SourceError], path: Path) -> None:
    with writing(path.parent), path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "line", "column", "value", "reason", "remedy"])
        for error in errors:
            place = [error.file, error.line, error.column]
            writer.writerow([*place, error.value, error.what, error.remedy])


def _print_report(report: Report, as_json: bool, quiet: bool) -> None:
    if as_json:
        print_json(report_fields(report))
    elif not quiet:
        for line in report_lines(report):
            click.echo(line)


def report_fields(report: Report) -> dict[str, Any]:
    """A report in a form that JSON can hold."""
    return {
        "operation": report.operation,
        "snapshot": report.snapshot,
        "rows": report.rows,
        **report.counts,
        "change": report.change,
        "new_names": report.new_names,
        "rejected": len(report.rejected),
        "passed_over": report.passed_over,
        "validation": report.validation,
        "seconds": round(report.seconds, 3),
    }


def report_lines(report: Report) -> Iterable[str]:
    """A report for people, line by line."""
    if report.rows:
        yield f"Rows read: {sum(report.rows.values()):,} from {len(report.rows)} tables."
    if report.passed_over:
        reasons = (f"{count:,} {reason}" for reason, count in report.passed_over.items())
        yield f"Passed over: {'; '.join(reasons)}."
    if report.validation:
        seconds = report.validation["seconds"]
        yield f"Validated: {report.validation['triples']:,} triples in {seconds:.2f} s of processor time."
    if report.change:
        yield from _change_lines(report.change)
    yield "  ".join(f"{name.replace('_', ' ')}: {count:,}" for name, count in report.counts.items())
    if report.new_names:
        names = ", ".join(name.rsplit("/", 1)[-1] for name in report.new_names)
        yield f"New names, not in the reviewed tables: {names}"
    done = f"Snapshot {report.snapshot} is current" if report.snapshot else "Nothing was changed"
    yield f"{done} ({report.seconds:.1f} s)."


def _change_lines(change: dict[str, Any]) -> Iterable[str]:
    for what in ("added", "changed", "removed", "restored"):
        if change[f"sources_{what}"]:
            yield f"Sources {what}: {_identifiers(change[f'sources_{what}'])}"
    if change["sources_retracted"]:
        yield (
            f"Retracted, so that it counts nowhere: {_identifiers(change['sources_retracted'])} "
            "(see osagraph curation)"
        )
    yield f"Claims: +{change['claims_added']} -{change['claims_removed']}; slots resolved: {change['slots']}"
    for sign, key in (("+", "facts_added"), ("-", "facts_removed")):
        for fact in change[key]:
            yield f"  {sign} {fact}"
    gained = (change["contradictions"], change["corroborations"])
    yield "Contradictions: {:+,}; corroborations: {:+,}".format(*gained)
    yield f"Inferred: +{change['inferred_added']} -{change['inferred_removed']}"
    for graph in change["user_graphs"]:
        is_outside = graph.startswith(OUTSIDE_GRAPHS)
        yield f"{'Said of things that are none of ours' if is_outside else 'User graph'}: {graph}"


def _identifiers(iris: Iterable[str]) -> str:
    return ", ".join(iri.rsplit("/", 1)[-1] for iri in iris)
