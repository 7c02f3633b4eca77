"""Graphs as two tables, of nodes and of edges, with the names of columns that Gephi knows.

A spreadsheet takes a cell that begins with =, +, -, @ or a tab for a formula and runs it: such a cell, unless
it is a number, gets an apostrophe in front.
Spec: https://www.rfc-editor.org/rfc/rfc4180
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import Final

from graph.thing_graph import ExportedGraph, is_numeric, written_weight

NODES: Final = ("Id", "Label", "type", "iri", "start", "end")
EDGES: Final = ("Source", "Target", "Type", "Label", "Weight", "predicate", "contested")
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
# The same graph makes the same file, whenever it is made.
NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
NOTE: Final = (
    "nodes.csv and edges.csv are in UTF-8. A cell that a spreadsheet would take for a formula has an "
    "apostrophe in front. Weight is the number of independent voices behind a link."
)


def as_nodes_table(graph: ExportedGraph) -> bytes:
    """The nodes: id, label, class, IRI, first and last day, and what else is known of them."""
    columns = list(graph.columns())
    rows = [
        [node.iri, node.label, node.kind, node.iri, node.start, node.end]
        + [node.values.get(name, "") for name in columns]
        for node in graph.nodes
    ]
    return _table([*NODES, *columns], rows)


def as_edges_table(graph: ExportedGraph) -> bytes:
    """The links: from where, where to, which property, how many voices, whether it is contested."""
    rows = [
        [
            *(link.source, link.target, "Directed", link.label, written_weight(link.weight)),
            *(link.predicate, str(link.is_contested).lower()),
        ]
        for link in graph.links
    ]
    return _table(EDGES, rows)


def as_tables(graph: ExportedGraph) -> bytes:
    """Both tables in a zip, with a note on where they come from and what is left out."""
    packed = io.BytesIO()
    note = f"{graph.description()}\n{NOTE}\n".encode("utf-8", "replace")
    files = {"nodes.csv": as_nodes_table(graph), "edges.csv": as_edges_table(graph), "README.txt": note}
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return packed.getvalue()


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([tame(name) for name in columns])
    writer.writerows([tame(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8", "replace")


def tame(text: str) -> str:
    """The text of a cell, so that no spreadsheet takes it for a formula.

    >>> tame("=1+1"), tame("-5"), tame("a=b")
    ("'=1+1", '-5', 'a=b')
    """
    text = text.replace("\0", "\ufffd")
    return f"'{text}" if text.startswith(FORMULA) and not is_numeric(text) else text
