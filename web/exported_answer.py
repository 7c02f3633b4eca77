"""The answer of a query as a graph: the triples of a CONSTRUCT, or the rows of a SELECT.

Rows are links: from the column `source` to `target` where there are such, with `label`, `predicate` and
`weight` if there are; else from the first column that has things to each of the others. A column `xLabel`
names the things of the column `x`; numbers and texts belong to the thing of the first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from flask import request
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from graph.datadir import Snapshot
from graph.errors import LimitExceededError
from graph.reader_protocol import ReadRequest
from graph.results import ResultTerm, Solutions, read_results
from graph.thing_graph import RESERVED, ExportedGraph, GraphLink, GraphNode, is_numeric
from graph.thing_graph_reading import Reading, described_graph, things_in
from ontology.namespaces import RDF, RDFS
from web.negotiation import JSON
from web.site import Row, Site
from web.terms import heading

NTRIPLES: Final = "application/n-triples"
MOST_BYTES: Final = 8 << 20
MOST_TRIPLES: Final = 10_000
MOST_ROWS: Final = 10_000
ENDS: Final = ("source", "target")
WHOLE: Final = "The answer of a query"
Answer = list[Triple] | Solutions


def asked(site: Site, text: str, at: Snapshot) -> tuple[Answer, tuple[str, ...]]:
    """What a query answers, triples or rows, and a remark where that is not all of it.

    Raises LimitExceededError for rows that are too many, and what `ReaderPool.query` raises.
    """
    wanted = ReadRequest(text, {"graph": NTRIPLES, "select": JSON}, f"{site.address}/sparql")
    answer = site.readers.query(wanted, request.remote_addr or "", at)
    body, is_whole, lines = bytearray(), True, 0
    try:
        for chunk in answer:
            body += chunk
            lines += chunk.count(b"\n")
            if len(body) > MOST_BYTES or (answer.form == "graph" and lines > MOST_TRIPLES):
                is_whole = False
                break
    finally:
        answer.close()
    if answer.form != "graph":
        results = _rows(bytes(body), is_whole)
        if len(results.rows) <= MOST_ROWS:
            return results, ()
        cut = f"Only the first {MOST_ROWS} of {len(results.rows)} rows of the answer are here."
        return Solutions(results.variables, results.rows[:MOST_ROWS]), (cut,)
    triples = [quad.triple for quad in parse(_lines(bytes(body), is_whole), format=RdfFormat.N_TRIPLES)]
    if is_whole:
        return triples, ()
    kept = triples[:MOST_TRIPLES]
    return kept, (f"Only the first {len(kept)} triples of the answer are here.",)


def _lines(body: bytes, is_whole: bool) -> bytes:
    """The lines that have come whole."""
    return body if is_whole else body[: body.rfind(b"\n") + 1]


def _rows(body: bytes, is_whole: bool) -> Solutions:
    if not is_whole:
        raise LimitExceededError(
            f"The answer is longer than {MOST_BYTES >> 20} MB", remedy="Ask for less, or add a LIMIT"
        )
    results = read_results(body)
    assert isinstance(results, Solutions)
    return results


def graph_of_triples(
    reading: Reading, triples: Iterable[Triple], origin: tuple[str, str], remarks: Sequence[str]
) -> ExportedGraph:
    """The graph of some triples: things and links; what else they say of a thing are its values.

    Raises what asking raises.
    """
    links: list[tuple[str, str, str]] = []
    said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    labels: dict[str, str] = {}
    unfit = 0
    for subject, predicate, value in triples:
        thing = _name(subject)
        said.setdefault(thing, defaultdict(list))
        if isinstance(value, Triple):
            unfit += 1
        elif predicate == RDFS.label and isinstance(value, Literal):
            labels.setdefault(thing, value.value)
        elif isinstance(value, Literal):
            said[thing][predicate.value].append(value.value)
        elif predicate == RDF.type:
            said[thing][""].append(value.value)
        else:
            links.append((thing, predicate.value, _name(value)))
    things = list(dict.fromkeys([*said, *things_in(links)]))
    left_out = (f"{unfit} triples have a triple for a value and are left out.",) if unfit else ()
    graph = described_graph(
        reading, things, list(dict.fromkeys(links)), *origin, (*remarks, *left_out), WHOLE
    )
    kinds = {kind for values in said.values() for kind in values.get("", ())}
    name = reading.naming({*kinds, *(each for values in said.values() for each in values)} - {""})
    named = [_completed(node, labels, said.get(node.iri, {}), name, reading) for node in graph.nodes]
    return replace(graph, nodes=named)


def _completed(
    node: GraphNode,
    labels: Mapping[str, str],
    said: Mapping[str, Sequence[str]],
    name: Callable[[str], str],
    reading: Reading,
) -> GraphNode:
    """The node as the triples have it: what they say outweighs what the dataset does."""
    kind = reading.depths.most_special(said.get("", ())) or node.type
    values = {
        free(name(predicate)): "; ".join(dict.fromkeys(texts))
        for predicate, texts in said.items()
        if predicate
    }
    label = labels.get(node.iri, node.label)
    return replace(node, label=label, type=kind, kind=name(kind) if kind else "", values=values)


def graph_of_rows(
    reading: Reading, answer: Solutions, origin: tuple[str, str], remarks: Sequence[str] = ()
) -> ExportedGraph:
    """The graph of the rows of a SELECT.

    Raises what asking raises.
    """
    links: dict[GraphLink, None] = {}
    labels: dict[str, str] = {}
    values: dict[str, dict[str, str]] = defaultdict(dict)
    things: dict[str, None] = {}
    for row in answer.rows:
        found = {name: term for name, term in row.items() if isinstance(term, NamedNode | BlankNode)}
        ends = (
            ENDS if set(ENDS) <= set(answer.variables) else tuple(n for n in answer.variables if n in found)
        )
        for name in ends:
            if name in found:
                things[_name(found[name])] = None
                if isinstance(label := row.get(f"{name}Label"), Literal):
                    labels.setdefault(_name(found[name]), label.value)
        links |= dict.fromkeys(_links(row, found, ends))
        if ends and ends[0] in found and ends != ENDS:
            values[_name(found[ends[0]])] |= dict(_texts(row, ends))
    called = reading.naming({link.predicate for link in links} - {""})
    graph = described_graph(reading, list(things), [], *origin, remarks, WHOLE)
    titled = [link if link.label else replace(link, label=called(link.predicate)) for link in links]
    nodes = [
        replace(node, label=labels.get(node.iri, node.label), values=values.get(node.iri, {}))
        for node in graph.nodes
    ]
    return replace(graph, nodes=nodes, links=titled)


def _links(row: Row, found: Row, ends: Sequence[str]) -> Iterator[GraphLink]:
    """The links of one row."""
    if not ends or ends[0] not in found:
        return
    if tuple(ends) == ENDS:
        if ENDS[1] in found:
            predicate, label = row.get("predicate"), row.get("label")
            iri = predicate.value if isinstance(predicate, NamedNode) else ""
            text = label.value if isinstance(label, Literal) else "" if iri else "linked to"
            weight = str(getattr(row.get("weight"), "value", ""))
            number = float(weight) if is_numeric(weight) else 1
            yield GraphLink(_name(found["source"]), _name(found["target"]), iri, text, weight=number)
        return
    for name in ends[1:]:
        yield GraphLink(_name(found[ends[0]]), _name(found[name]), "", heading(name))


def _texts(row: Row, ends: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The numbers and texts of a row, by the heading of their column."""
    for name, term in row.items():
        if isinstance(term, Literal) and name.removesuffix("Label") not in ends:
            yield free(heading(name)), term.value


def free(name: str) -> str:
    """The name of a value, told apart from what every node has.

    >>> free("amount"), free("label")
    ('amount', 'label (value)')
    """
    return f"{name} (value)" if name.lower() in RESERVED else name


def _name(term: ResultTerm) -> str:
    return f"_:{term.value}" if isinstance(term, BlankNode) else str(getattr(term, "value", ""))
