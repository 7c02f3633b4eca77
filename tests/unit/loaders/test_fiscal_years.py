"""Fiscal years run from 1 April to 31 March."""

from __future__ import annotations

from graph.terms import date_literal
from loaders.fiscal_years import fiscal_year_triples
from ontology.namespaces import ID, RDF, TIME


def test_a_fiscal_year_begins_in_april_and_ends_in_march() -> None:
    triples = set(fiscal_year_triples([2026]))
    found = {(triple.subject, triple.predicate): triple.object for triple in triples}
    year = ID.iri("fy2026")
    assert found[year, RDF.type] == TIME.ProperInterval
    begin, end = found[year, TIME.hasBeginning], found[year, TIME.hasEnd]
    assert found[begin, TIME.inXSDDate] == date_literal("2026-04-01")  # type: ignore[index]
    assert found[end, TIME.inXSDDate] == date_literal("2027-03-31")  # type: ignore[index]
    assert len(triples) == 9
