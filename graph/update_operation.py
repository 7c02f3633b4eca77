"""The operations of SPARQL Update, one by one: how each is read, and what it can write.

Spec: https://www.w3.org/TR/sparql11-update/#updateLanguage
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from graph.sparql_tokens import Token
from graph.update_cursor import Cursor, Template

Kind = Literal[
    "insert-data",
    "delete-data",
    "delete-where",
    "modify",
    "load",
    "clear",
    "drop",
    "create",
    "add",
    "move",
    "copy",
]


@dataclass(frozen=True)
class Operation:
    """One operation of an update, and what it can write.

    `graphs` are absolute IRIs; `writes_all` is every named graph, `writes_variable_graph` one that only the
    data tell. `start` and `end` are positions in the text. `using_at` is where USING clauses belong, None
    where the operation has no WHERE; `template` is the block of a DELETE WHERE. `dataset_at` is where the
    first WITH or USING of its own stands. `document` is the place of the IRI that a LOAD names.
    """

    kind: Kind
    start: int
    end: int
    graphs: frozenset[str] = frozenset()
    writes_default: bool = False
    writes_all: bool = False
    writes_variable_graph: bool = False
    has_with: bool = False
    has_using: bool = False
    has_using_named: bool = False
    dataset_at: int | None = None
    using_at: int | None = None
    template: tuple[int, int] | None = None
    document: tuple[int, int] | None = None


def read_operation(cursor: Cursor) -> Operation:
    """The operation that starts at the cursor, which then stands behind it.

    Raises QuerySyntaxError where it is not certain how the engine reads the text.
    """
    word = cursor.require(*READERS)
    return READERS[word.text.upper()](cursor, word)


def _insert(cursor: Cursor, word: Token) -> Operation:
    if cursor.has("DATA"):
        return _block("insert-data", cursor, word)
    return _modify(cursor, word, [cursor.template()])


def _delete(cursor: Cursor, word: Token) -> Operation:
    if cursor.has("DATA"):
        return _block("delete-data", cursor, word)
    where = cursor.has("WHERE")
    if where:
        return _block("delete-where", cursor, word, using_at=where.start)
    return _modify(cursor, word, _templates_after_delete(cursor))


def _templates_after_delete(cursor: Cursor) -> list[Template]:
    templates = [cursor.template()]
    if cursor.has("INSERT"):
        templates.append(cursor.template())
    return templates


def _with(cursor: Cursor, word: Token) -> Operation:
    graph = cursor.iri()
    if cursor.require("DELETE", "INSERT").is_word("DELETE"):
        return _modify(cursor, word, _templates_after_delete(cursor), graph)
    return _modify(cursor, word, [cursor.template()], graph)


def _block(kind: Kind, cursor: Cursor, word: Token, using_at: int | None = None) -> Operation:
    block = cursor.template()
    return Operation(
        kind,
        word.start,
        block.end,
        block.graphs,
        writes_default=block.has_default,
        writes_variable_graph=block.has_variable_graph,
        using_at=using_at,
        template=None if using_at is None else (block.start, block.end),
    )


def _modify(cursor: Cursor, word: Token, templates: list[Template], graph: str | None = None) -> Operation:
    using = []
    while clause := cursor.has("USING"):
        using.append((clause.start, bool(cursor.has("NAMED"))))
        cursor.iri()
    where = cursor.require("WHERE")
    cursor.group()
    has_default = any(template.has_default for template in templates)
    graphs = frozenset().union(*(template.graphs for template in templates))
    return Operation(
        "modify",
        word.start,
        cursor.position,
        graphs | ({graph} if graph is not None and has_default else frozenset()),
        writes_default=has_default and graph is None,
        writes_variable_graph=any(template.has_variable_graph for template in templates),
        has_with=graph is not None,
        has_using=any(not is_named for _, is_named in using),
        has_using_named=any(is_named for _, is_named in using),
        dataset_at=word.start if graph is not None else using[0][0] if using else None,
        using_at=where.start,
    )


def _load(cursor: Cursor, word: Token) -> Operation:
    _skip_silent(cursor)
    cursor.peek()
    start = cursor.position
    cursor.iri()
    document = (start, cursor.position)
    graphs = [_graph(cursor)] if cursor.has("INTO") else [None]
    return replace(_on_graphs("load", cursor, word, graphs), document=document)


def _clear(cursor: Cursor, word: Token) -> Operation:
    kind: Kind = "clear" if word.is_word("CLEAR") else "drop"
    cursor.has("SILENT")
    target = cursor.has("DEFAULT", "NAMED", "ALL")
    if target is None:
        return _on_graphs(kind, cursor, word, [_graph(cursor)])
    is_default, is_all = target.is_word("DEFAULT", "ALL"), target.is_word("NAMED", "ALL")
    return Operation(kind, word.start, cursor.position, writes_default=is_default, writes_all=is_all)


def _create(cursor: Cursor, word: Token) -> Operation:
    cursor.has("SILENT")
    return _on_graphs("create", cursor, word, [_graph(cursor)])


def _transfer(cursor: Cursor, word: Token) -> Operation:
    kinds: dict[str, Kind] = {"ADD": "add", "MOVE": "move", "COPY": "copy"}
    kind = kinds[word.text.upper()]
    _skip_silent(cursor)
    source = _graph_or_default(cursor)
    cursor.require("TO")
    target = _graph_or_default(cursor)
    return _on_graphs(kind, cursor, word, [source, target] if kind == "move" else [target])


def _graph(cursor: Cursor) -> str:
    cursor.require("GRAPH")
    return cursor.iri()


def _graph_or_default(cursor: Cursor) -> str | None:
    if cursor.has("DEFAULT"):
        return None
    if not cursor.has("GRAPH"):
        _require_no_keyword_in_name(cursor, "graph", "default")
    return cursor.iri()


def _skip_silent(cursor: Cursor) -> None:
    if not cursor.has("SILENT"):
        _require_no_keyword_in_name(cursor, "silent")


def _require_no_keyword_in_name(cursor: Cursor, *keywords: str) -> None:
    """The engine reads `graphx:a` as GRAPH and `x:a` where a keyword may stand."""
    token = cursor.peek()
    if token is not None and token.kind == "name" and token.text.lower().startswith(keywords):
        raise cursor.refused("This name starts like a keyword: write the IRI in full.", token)


def _on_graphs(kind: Kind, cursor: Cursor, word: Token, graphs: Sequence[str | None]) -> Operation:
    named = frozenset(graph for graph in graphs if graph is not None)
    return Operation(kind, word.start, cursor.position, named, writes_default=None in graphs)


READERS: Final[dict[str, Callable[[Cursor, Token], Operation]]] = {
    "INSERT": _insert,
    "DELETE": _delete,
    "WITH": _with,
    "LOAD": _load,
    "CLEAR": _clear,
    "DROP": _clear,
    "CREATE": _create,
    "ADD": _transfer,
    "MOVE": _transfer,
    "COPY": _transfer,
}
