"""What a program gives for the parameters of a query, as the RDF terms that go into it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal

from pyoxigraph import Literal, NamedNode

from graph.errors import InvalidParameterError, OntologyError
from graph.named_query import Catalogue
from graph.query_options import NAME, QUERIES
from graph.query_parameters import Given, ParameterTerm, iri_term
from graph.substitution import require_substitutable, substitute
from graph.terms import decimal_literal
from ontology.namespaces import XSD

# What a caller may give for a parameter or a variable; None is as good as nothing.
Argument = str | int | bool | Decimal | datetime.date | NamedNode | Literal | Sequence[str | NamedNode] | None
Iri = str | NamedNode


def bound(text: str, parameters: Mapping[str, Argument]) -> str:
    """The SPARQL for a text or for the name of a query, with its parameters in it.

    Raises UnknownQueryError and InvalidParameterError.
    """
    given = {name: value for name, value in parameters.items() if value is not None}
    if NAME.fullmatch(text):
        catalogue = Catalogue.read(QUERIES, QUERIES / "competency")
        return catalogue[text].bind({name: _given(value) for name, value in given.items()})
    if not given:
        return text
    try:
        require_substitutable(text, given.keys())
    except OntologyError as error:
        name = next(iter(given))
        raise InvalidParameterError(name, str(given[name]), f"a variable of the query. {error}") from error
    return substitute(text, {name: _term(name, value) for name, value in given.items()})


def _given(value: object) -> Given:
    """A value as named queries take it."""
    if isinstance(value, NamedNode):
        return value
    if isinstance(value, list | tuple):
        return [each if isinstance(each, NamedNode) else str(each) for each in value]
    if isinstance(value, bool):
        return str(value).lower()
    return value.value if isinstance(value, Literal) else str(value)


def _term(name: str, value: object) -> ParameterTerm:
    """The RDF term for a value in the place of a variable."""
    if isinstance(value, NamedNode | Literal):
        return value
    if isinstance(value, bool | int | str):
        return Literal(value)
    if isinstance(value, Decimal):
        return decimal_literal(value)
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return Literal(value.isoformat(), datatype=XSD.date)
    raise InvalidParameterError(name, str(value)[:80], "a str, number, bool, date, NamedNode or Literal")


def chosen(**given: Iri | None) -> dict[str, Given]:
    """The IRIs among some that may be given, each an IRI or a prefixed name.

    Raises InvalidParameterError where none is given, or one is no IRI.
    """
    found: dict[str, Given] = {}
    for name, value in given.items():
        if value is not None:
            try:
                found[name] = iri_term(value) if isinstance(value, str) else value
            except ValueError as error:
                raise InvalidParameterError(
                    name, str(value)[:80], "an IRI or a name such as id:osa"
                ) from error
    if not found:
        raise InvalidParameterError(" or ".join(given), None, "one of them at least")
    return found
