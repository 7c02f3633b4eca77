"""What `osagraph query --receipts` prints: the rows, what each rests on, and what could not be traced."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click

from graph.console import Command
from graph.errors import NoReceiptsError, UnsupportedFormatError
from graph.explanation_document import Document
from graph.receipts import results_with_receipts
from graph.receipts_finder import Dataset
from graph.receipts_text import HEADINGS, table_rows, untraced_sentences
from graph.results import Solutions, read_results
from graph.store import ReadableStore
from graph.text_table import aligned, short


def receipts_option(command: Command) -> Command:
    """Adds `--receipts`: the claims and sources behind each row are wanted as well."""
    return click.option(
        "--receipts",
        "has_receipts",
        is_flag=True,
        help="Show for each row of a SELECT the facts that it rests on, with their claims and sources.",
    )(command)


def require_receipts(text: str, federated: str, views: int) -> None:
    """Nothing, where receipts can be given for a query of this text.

    Raises NoReceiptsError where other servers answer a part of it, or several views each the whole.
    """
    if federated != text:
        raise NoReceiptsError("Receipts are not given for a query that asks other servers.")
    if views > 1:
        raise NoReceiptsError("Receipts are given for one perspective at a time.")


def receipts_lines(store: ReadableStore, text: str, form: str) -> Iterator[str]:
    """The lines to print, as a table or as JSON.

    Raises UnsupportedFormatError for any other format, and what `results_with_receipts` raises.
    """
    if form not in ("table", "json"):
        raise UnsupportedFormatError(f"Receipts cannot be written as {form}. Use table or json.")
    document = results_with_receipts(store, store.query, text, Dataset())
    if form == "json":
        yield json.dumps(document, ensure_ascii=False, indent=2)
        return
    yield from _table(document)


def _table(document: Document) -> Iterator[str]:
    receipts = document.pop("receipts")
    results = read_results(json.dumps(document).encode())
    assert isinstance(results, Solutions)
    names = ["row", *(f"?{name}" for name in results.variables)]
    rows = [
        [str(number), *(short(row.get(name)) for name in results.variables)]
        for number, row in enumerate(results.rows, 1)
    ]
    yield from aligned(names, rows)
    yield ""
    yield from aligned(HEADINGS, list(table_rows(receipts)))
    untraced = untraced_sentences(receipts)
    if untraced:
        yield ""
        yield "Not traced:"
        yield from (f"  {sentence}" for sentence in untraced)
