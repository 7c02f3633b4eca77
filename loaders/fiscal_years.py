"""Japan's fiscal years as OWL-Time intervals: from 1 April to 31 March, named for the year of their April."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Triple

from graph.terms import date_literal
from ontology.namespaces import ID, RDF, RDFS, TIME

YEARS = range(1945, 2051)


def fiscal_year_triples(years: Iterable[int] = YEARS) -> Iterator[Triple]:
    """The intervals `id/fy{year}` with their first and last day.

    Spec: https://www.w3.org/TR/owl-time/
    """
    for year in years:
        interval = ID.iri(f"fy{year}")
        yield Triple(interval, RDF.type, TIME.ProperInterval)
        yield Triple(interval, RDFS.label, Literal(f"Fiscal year {year} (Japan)", language="en"))
        yield Triple(interval, RDFS.label, Literal(f"{year}年度", language="ja"))
        yield from _instant(interval, TIME.hasBeginning, "begin", f"{year}-04-01")
        yield from _instant(interval, TIME.hasEnd, "end", f"{year + 1}-03-31")


def _instant(interval: NamedNode, relation: NamedNode, which: str, day: str) -> Iterator[Triple]:
    instant = NamedNode(f"{interval.value}/{which}")
    yield Triple(interval, relation, instant)
    yield Triple(instant, RDF.type, TIME.Instant)
    yield Triple(instant, TIME.inXSDDate, date_literal(day))
