"""Receipts for the result of a query: for each row the claims and sources behind what it was made from.

Followed are SELECT queries of basic graph patterns, joins, OPTIONAL, UNION, FILTER, BIND, VALUES and GRAPH,
with DISTINCT, GROUP BY, aggregates, HAVING, ORDER, LIMIT and OFFSET; of property paths the sequences,
inversions and alternatives of single steps; sub-queries, unless they are inside of GRAPH or select `*`. Not
followed, and listed as such, are other paths, EXISTS, MINUS and SERVICE; nor is a query whose functions give
another value each time. Nothing is guessed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from pyoxigraph import BlankNode, Literal, NamedNode

from graph.errors import QuerySyntaxError
from graph.explanation_document import Document, DocumentWriter
from graph.explanation_names import Names
from graph.explanation_text import claim_line
from graph.receipts_cursor import UNKNOWN
from graph.receipts_evidence import Receipt, ReceiptBook
from graph.receipts_finder import Dataset, Held, Row, Traced
from graph.receipts_pattern import NotFollowedError, Pattern
from graph.receipts_select import read_select
from graph.receipts_text import fact_sentence, row_notes, untraced_sentences
from graph.receipts_tracing import Asking, plain_rows, require_select, trace
from graph.store import AnyTerm, ReadableStore

# As the engine writes JSON.
COMPACT: Final = (",", ":")


def results_with_receipts(store: ReadableStore, ask: Asking, text: str, dataset: Dataset) -> Document:
    """The results of a SELECT query as SPARQL 1.1 has them in JSON, with the member `receipts`.

    `receipts` has `covered`, whether every pattern was followed; `because`, why the query was not, if so;
    `patterns`, each with `traced` and, if it was not, `because`; `facts`, the triples behind the rows, with
    `kind`, `claims`, claims `against` and `sources` by IRI; `claims` and `sources` themselves; and `rows`, as
    in the results: the numbers of their `facts`, how many `more` there are, and the numbers of the `untraced`
    patterns that had a part in them. The same in words for people are `notes`, of the query and of a row, and
    the `sentence` of a fact and of a claim.

    Raises NoReceiptsError for another form of query, and where there is too much; QuerySyntaxError.
    Spec: https://www.w3.org/TR/sparql11-results-json/
    """
    solutions = require_select(ask(text))
    because = None
    try:
        names = [variable.value for variable in solutions.variables]
        traced = trace(store, ask, read_select(text), names, dataset)
    except NotFollowedError as error:
        because, traced = str(error), plain_rows(solutions)
    except QuerySyntaxError:
        # The engine has read the query itself, so it is our reading that is wrong.
        because, traced = UNKNOWN, plain_rows(solutions)
    return {
        "head": {"vars": list(traced.columns)},
        "results": {"bindings": [_binding(traced, row) for row in traced.rows]},
        "receipts": ReceiptWriter(store).write(traced, because),
    }


def written(document: Document) -> bytes:
    """A document in JSON, in one line."""
    return f"{json.dumps(document, ensure_ascii=False, separators=COMPACT)}\n".encode()


class ReceiptWriter:
    """Writes the receipts of one answer; facts, claims and sources are written once each."""

    def __init__(self, store: ReadableStore) -> None:
        self._book = ReceiptBook(store)
        self._terms = DocumentWriter(Names(store))
        self._numbers: dict[Held, int] = {}
        self._facts: list[Document] = []
        self._claims: dict[str, Document] = {}
        self._sources: dict[str, Document] = {}

    def write(self, traced: Traced, because: str | None) -> Document:
        """The member `receipts`; see `results_with_receipts`."""
        patterns = [*traced.patterns]
        for pattern in (each for row in traced.rows for each in row.untraced if each not in patterns):
            # A sub-query of which a row was not found again.
            patterns.append(pattern)
        numbers = {pattern: number for number, pattern in enumerate(patterns)}
        is_covered = because is None and not any(pattern.because for pattern in patterns)
        document: Document = {
            "covered": is_covered,
            **({} if because is None else {"because": because}),
            "patterns": [_pattern(each) for each in patterns],
            "rows": [self._row(row, numbers) for row in traced.rows],
            "facts": self._facts,
            "claims": self._claims,
            "sources": self._sources,
        }
        document["notes"] = untraced_sentences(document)
        for row in document["rows"]:
            row["notes"] = list(row_notes(document, row))
        return document

    def _row(self, row: Row, numbers: Mapping[Pattern, int]) -> Document:
        facts = [self._number(held) for held in row.triples]
        untraced = sorted(numbers[pattern] for pattern in row.untraced)
        document: Document = {"facts": facts, "more": len(row.beyond), "untraced": untraced}
        return {**document, "lost": True} if row.is_lost else document

    def _number(self, held: Held) -> int:
        if held not in self._numbers:
            self._numbers[held] = len(self._facts)
            self._facts.append(self._fact(self._book.receipt(held)))
        return self._numbers[held]

    def _tell(self, receipt: Receipt) -> None:
        """Write its claims and sources, where they are not written yet."""
        for iri, evidence in {**receipt.claims, **receipt.against}.items():
            if iri not in self._claims:
                claim = self._terms.evidence(evidence)
                self._sources.setdefault(claim["source"]["iri"], claim["source"])
                self._claims[iri] = {
                    **claim,
                    "source": claim["source"]["iri"],
                    "sentence": claim_line(claim),
                }
        for iri, source in receipt.sources.items():
            if iri not in self._sources:
                self._sources[iri] = self._terms.source(source)

    def _fact(self, receipt: Receipt) -> Document:
        self._tell(receipt)
        triple, graph = receipt.held
        fact = {
            "subject": self._terms.term(triple.subject),
            "predicate": self._terms.term(triple.predicate),
            "object": self._terms.term(triple.object),
            "graph": graph.value if isinstance(graph, NamedNode) else None,
            "kind": receipt.kind,
            "rules": [{"name": rule.name, "title": rule.title} for rule in receipt.rules.values()],
            "claims": list(receipt.claims),
            "supporting": len(receipt.supporting),
            "against": list(receipt.against),
            "contesting": len(receipt.contesting),
            "sources": list(receipt.sources),
            "describing": receipt.describing,
        }
        return {**fact, "sentence": fact_sentence(fact)}


def _pattern(pattern: Pattern) -> Document:
    graph = {"graph": pattern.graph} if pattern.graph else {}
    because = {"because": pattern.because} if pattern.because else {}
    return {"pattern": pattern.shown, **graph, "traced": not pattern.because, **because}


def _binding(traced: Traced, row: Row) -> Document:
    terms = zip(traced.columns, row.terms, strict=True)
    return {name: _term(term) for name, term in terms if term is not None}


def _term(term: AnyTerm) -> Mapping[str, Any]:
    """A term as in SPARQL results in JSON; a triple as SPARQL 1.2 has it."""
    match term:
        case NamedNode():
            return {"type": "uri", "value": term.value}
        case BlankNode():
            return {"type": "bnode", "value": term.value}
        case Literal() if term.language:
            return {"type": "literal", "value": term.value, "xml:lang": term.language}
        case Literal() if term.datatype.value.endswith("XMLSchema#string"):
            return {"type": "literal", "value": term.value}
        case Literal():
            return {"type": "literal", "value": term.value, "datatype": term.datatype.value}
        case _:
            parts = {"subject": term.subject, "predicate": term.predicate, "object": term.object}
            return {"type": "triple", "value": {name: _term(part) for name, part in parts.items()}}
