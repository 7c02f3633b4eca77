"""Contradictions as values: found by named queries, each with what is said on either side, and by whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyoxigraph import DefaultGraph, NamedNode, QuerySolution, QuerySolutions

from graph.named_query import NamedQuery, read_query
from graph.projection import ASSESSMENTS
from graph.store import AnyTerm, ReadableStore
from ontology.namespaces import OSA

QUERIES: Final = Path(__file__).parents[1] / "queries"
PROPERTIES: Final = {
    "A": (OSA.valueA, OSA.withoutA, OSA.voicesA),
    "B": (OSA.valueB, OSA.withoutB, OSA.voicesB),
}


@dataclass(frozen=True, slots=True)
class Utterance:
    """One claim of a side, as its source puts it; `issued` is the date as the source gives it, or empty."""

    claim: AnyTerm
    source: AnyTerm
    value: AnyTerm | None
    currency: AnyTerm | None
    modality: AnyTerm
    quotes: tuple[str, ...]
    publisher: AnyTerm | None
    issued: str


@dataclass(frozen=True, slots=True)
class Side:
    """One side: its values, its claims, and what would be accepted if they had never been made.

    What would be accepted is a sum in the subject's own `currency`, whatever the side's is.
    """

    values: tuple[AnyTerm, ...]
    voices: int
    claims: tuple[Utterance, ...]
    without: tuple[AnyTerm, ...]
    currency: AnyTerm | None


@dataclass(frozen=True, slots=True)
class Found:
    """One contradiction, without its sides; `year` is the fiscal year of the values, or empty."""

    iri: NamedNode
    kind: NamedNode
    subject: AnyTerm
    predicate: NamedNode | None
    year: str
    voices: tuple[int, int]
    reason: str


def find_contradictions(
    store: ReadableStore, values: Mapping[str, str], kinds: Sequence[NamedNode] = ()
) -> list[Found]:
    """The contradictions that fit the parameters of `queries/contradictions.rq` and, where they are given,
    of `queries/contradictions-of-sources.rq`; of some kinds, or of all.

    Raises InvalidParameterError.
    """
    query = read_query(QUERIES / "contradictions.rq")
    own = {name: value for name, value in values.items() if name in query.parameters}
    asked = [{**own, "kind": kind.value} for kind in dict.fromkeys(kinds)] or [own]
    found = [_found(row) for each in asked for row in _rows(store, query, each)]
    by_source = {name: value for name, value in values.items() if name not in query.parameters}
    if not by_source:
        return found
    query = read_query(QUERIES / "contradictions-of-sources.rq")
    theirs = {row["contradiction"] for row in _rows(store, query, by_source)}
    return [each for each in found if each.iri in theirs]


def read_sides(store: ReadableStore, found: Found) -> tuple[Side, Side]:
    """Both sides of a contradiction, the claims of each from the first to the last published."""
    query = read_query(QUERIES / "sides-of-a-contradiction.rq")
    rows = list(_rows(store, query, {"contradiction": found.iri.value}))
    return _side(store, found, rows, "A"), _side(store, found, rows, "B")


def _side(store: ReadableStore, found: Found, rows: Sequence[QuerySolution], name: str) -> Side:
    value, without, voices = PROPERTIES[name]
    said: dict[AnyTerm, list[QuerySolution]] = {}
    for row in rows:
        if row["side"].value == name:
            said.setdefault(row["claim"], []).append(row)
    own = store.quads(found.subject, OSA.currency, None, DefaultGraph())
    return Side(
        values=tuple(_objects(store, found.iri, value)),
        voices=next((int(_text(each)) for each in _objects(store, found.iri, voices)), 0),
        claims=tuple(_utterance(claim, spoken) for claim, spoken in said.items()),
        without=tuple(_objects(store, found.iri, without)),
        currency=next((quad.object for quad in own), None) if found.predicate == OSA.amount else None,
    )


def _utterance(claim: AnyTerm, rows: Sequence[QuerySolution]) -> Utterance:
    """A claim from its rows: one for each quote."""
    row = rows[0]
    return Utterance(
        claim=claim,
        source=row["source"],
        value=row["value"] if row["value"] is not None else row["proposition"],
        currency=row["currency"],
        modality=row["modality"],
        quotes=tuple(each["quote"].value for each in rows if each["quote"] is not None),
        publisher=row["publisher"],
        issued=_text(row["issued"]),
    )


def _found(row: QuerySolution) -> Found:
    predicate = row["property"]
    return Found(
        iri=row["contradiction"],
        kind=row["what"],
        subject=row["about"],
        predicate=predicate if isinstance(predicate, NamedNode) else None,
        year=_text(row["period"]),
        voices=(int(_text(row["voicesA"])), int(_text(row["voicesB"]))),
        reason=_text(row["reason"]),
    )


def _rows(store: ReadableStore, query: NamedQuery, values: Mapping[str, str]) -> Iterator[QuerySolution]:
    results = store.query(query.bind(values))
    assert isinstance(results, QuerySolutions)
    return results


def _objects(store: ReadableStore, subject: NamedNode, predicate: NamedNode) -> list[AnyTerm]:
    quads = store.quads(subject, predicate, None, ASSESSMENTS)
    return sorted((quad.object for quad in quads), key=str)


def _text(term: object) -> str:
    return str(getattr(term, "value", ""))
