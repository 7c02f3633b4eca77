"""The parameters of named queries: from a text that somebody typed to an RDF term."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from graph.errors import InvalidParameterError
from graph.terms import decimal_literal
from ontology.namespaces import PREFIXES, XSD

ParameterTerm = NamedNode | Literal
# What a caller gives for a parameter: a text as people type it, an IRI that is one already, or several.
Given = str | NamedNode | Sequence[str | NamedNode]
INTEGER: Final = re.compile(r"[+-]?[0-9]{1,18}")
DECIMAL: Final = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,18})?")
DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LONGEST_VALUE: Final = 2000


@dataclass(frozen=True)
class Parameter:
    """What a named query asks for: `type` is one of TYPES; `default` is a text like those people type.

    A parameter without a value and without a default stays a free variable, unless it is `required`.
    One of `many` values is a list: its place in the query is a block `VALUES ?name { UNDEF }`.
    """

    name: str
    type: str
    default: str | None = None
    required: bool = False
    many: bool = False
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    description: str = ""

    @property
    def expected(self) -> str:
        """What a value has to look like, as the end of a sentence."""
        bounds = [f"at least {self.minimum}"] if self.minimum is not None else []
        bounds += [f"at most {self.maximum}"] if self.maximum is not None else []
        return ", ".join([EXPECTED[self.type], *bounds]) + (", or several with spaces between" * self.many)

    def terms(self, given: Given | None) -> Sequence[ParameterTerm] | None:
        """The RDF terms of a list, which may be empty; None where nothing was given and there is no default.

        Raises InvalidParameterError as `term` does.
        """
        if isinstance(given, NamedNode):
            given = [given]
        if given is None or isinstance(given, str):
            given = (given or self.default or "").split() or None
        if given is None:
            return None if self.term(None) is None else []
        return [term for value in given if (term := self.term(value)) is not None]

    def term(self, text: str | NamedNode | None) -> ParameterTerm | None:
        """The RDF term for a value, for the default where it is absent or empty, None where there is neither.

        Raises InvalidParameterError with name, value and what was expected.
        """
        if isinstance(text, NamedNode):
            return self._checked(text)
        text = text or self.default
        if not text:
            if self.required:
                raise InvalidParameterError(self.name, None, self.expected)
            return None
        try:
            if len(text) > LONGEST_VALUE or not self._within_bounds(text):
                raise ValueError("out of bounds")
            return TYPES[self.type](text)
        except ValueError as error:
            raise InvalidParameterError(self.name, text, self.expected) from error

    def _checked(self, node: NamedNode) -> NamedNode:
        """The node, if it is wanted; an engine may have made it without a look at its text."""
        if self.type != "iri":
            raise InvalidParameterError(self.name, node.value, self.expected)
        try:
            return NamedNode(node.value)
        except ValueError as error:
            raise InvalidParameterError(self.name, node.value, self.expected) from error

    def _within_bounds(self, text: str) -> bool:
        if self.type not in ("integer", "decimal") or not DECIMAL.fullmatch(text):
            return True
        number = Decimal(text)
        low = self.minimum is None or self.minimum <= number
        return low and (self.maximum is None or number <= self.maximum)


def iri_term(text: str) -> NamedNode:
    """An absolute IRI, or a prefixed name with a prefix of `ontology/prefixes.ttl` written out.

    Raises ValueError where it is neither.

    >>> iri_term("id:osa")
    <NamedNode value=https://w3id.org/osagraph/id/osa>
    """
    prefix, colon, local = text.partition(":")
    if not colon:
        raise ValueError("no absolute IRI")
    if prefix in PREFIXES and not local.startswith("//"):
        text = PREFIXES[prefix] + local
    return NamedNode(text)


def rdf_term(text: str) -> ParameterTerm:
    """The IRI or literal that a text in N-Triples syntax stands for.

    Raises ValueError where it is neither.
    """
    try:
        found = [quad.object for quad in parse(f"<x:s> <x:p> {text} .", format=RdfFormat.N_TRIPLES)]
    except SyntaxError as error:
        raise ValueError("no term") from error
    if len(found) != 1 or not isinstance(found[0], NamedNode | Literal):
        raise ValueError("no IRI or literal")
    return found[0]


def _string(text: str) -> Literal:
    # Surrogates and NUL cannot be written into a query, or not read back.
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("not text")
    return Literal(text)


def _integer(text: str) -> Literal:
    if not INTEGER.fullmatch(text):
        raise ValueError("no integer")
    return Literal(str(int(text)), datatype=XSD.integer)


def _decimal(text: str) -> Literal:
    if not DECIMAL.fullmatch(text):
        raise ValueError("no decimal number")
    return decimal_literal(Decimal(text))


def _date(text: str) -> Literal:
    if not DATE.fullmatch(text):
        raise ValueError("no date")
    return Literal(datetime.date.fromisoformat(text).isoformat(), datatype=XSD.date)


def _boolean(text: str) -> Literal:
    if text not in ("true", "false"):
        raise ValueError("no boolean")
    return Literal(text, datatype=XSD.boolean)


TYPES: Final[Mapping[str, Callable[[str], ParameterTerm]]] = MappingProxyType(
    {
        "iri": iri_term,
        "term": rdf_term,
        "string": _string,
        "integer": _integer,
        "decimal": _decimal,
        "date": _date,
        "boolean": _boolean,
    }
)
EXPECTED: Final = MappingProxyType(
    {
        "iri": "an absolute IRI or a prefixed name such as id:osa",
        "term": 'an IRI or a literal in N-Triples syntax, such as <http://example.org/> or "a text"',
        "string": f"a text of at most {LONGEST_VALUE} characters",
        "integer": "a whole number",
        "decimal": "a decimal number such as 8.1",
        "date": "a date such as 2026-03-31",
        "boolean": "true or false",
    }
)
