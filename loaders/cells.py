"""From the text of one cell to RDF terms, by the type of its column."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Triple

from graph.sources import source_iri
from graph.terms import Term, date_literal, decimal_literal
from loaders.names import KIND_CLASSES, Names, mint, name_triples
from loaders.table import Column
from ontology.namespaces import ID, OSA, UNIT, XSD
from ontology.vocabulary import Vocabulary

MAX_QUOTE_WORDS = 8
MAX_MAGNITUDE = 24  # digits before or after the point
FISCAL_YEARS = range(1900, 2101)
RELATIONS = (
    "abolishes_limit", "administered_by", "affiliated_with", "aligned_with", "alternative_to", "amends",
    "approved_by", "author_of", "based_on", "benchmark_for", "complements", "concerned_about",
    "constrained_by", "distinct_from", "funds_capability", "has_justification", "has_purpose", "holds_office",
    "limits_exports_to", "more_than_double_of", "part_of", "supersedes",
)  # fmt: skip
INSTRUMENT_KINDS = ("programme", "guideline", "policy", "strategy", "agreement", "law")

# Cells of these types seldom repeat, so remembering them would only cost memory.
_UNREPEATED = frozenset({"text", "slug", "quote", "url", "source"})

_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]+)*")
_URL = re.compile(r"https?://[^\s<>\"{}|\\^`]+")
_CURRENCY = re.compile(r"[A-Z]{3}")
_VIA = re.compile(r"\s+via\s+")


class NewName(NamedTuple):
    """A name that no reviewed table knows, with the individual made for it."""

    iri: NamedNode
    name: str
    kind: str

    def triples(self) -> tuple[Triple, ...]:
        """What makes the individual readable."""
        return tuple(name_triples(self.iri, self.name, self.kind))


class Cell(NamedTuple):
    """A cell: its text, the terms it stands for (none where it is empty), and the new names in it."""

    text: str
    terms: tuple[Term, ...] = ()
    new_names: tuple[NewName, ...] = ()

    @property
    def term(self) -> Term | None:
        """The only term, or the first of several."""
        return self.terms[0] if self.terms else None


EMPTY = Cell("")


class CellError(ValueError):
    """A cell that does not hold what its column asks for; says what would be right."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.remedy = remedy


class CellReader:
    """Reads cells; one that repeats is parsed once."""

    def __init__(self, names: Names, vocabulary: Vocabulary) -> None:
        self.names = names
        self.vocabulary = vocabulary
        self._new_names: list[NewName] = []
        self._known: dict[tuple[str, str, str], Cell] = {}
        self._parsers: Mapping[str, Callable[[str, Column], tuple[Term, ...]]] = {
            "text": lambda text, _: (Literal(text, language="en"),),
            "slug": _slug,
            "integer": _integer,
            "year": _year,
            "date": _date,
            "percent": lambda text, _: (decimal_literal(_decimal(text)),),
            "amount": _amount,
            "factor": lambda text, _: (decimal_literal(_decimal(text)),),
            "currency": _currency,
            "concept": self._concept,
            "modality": lambda text, _: self._concept(text, Column("modality", "concept", scheme="Modality")),
            "country": lambda text, _: (self._entity(text, "country"),),
            "body": lambda text, _: (self._body(text),),
            "bodies": self._bodies,
            "persons": lambda text, _: tuple(self._entity(part, "person") for part in parts(text)),
            "equipment": lambda text, _: (self._entity(text, "equipment_class"),),
            "equipments": lambda text, _: tuple(self._entity(p, "equipment_class") for p in parts(text)),
            "instrument": lambda text, _: (self._entity(text, "instrument"),),
            "instrument_id": self._instrument_id,
            "entity": lambda text, _: (self._any_entity(text),),
            "budget_line": self._budget_line,
            "predicate": self._predicate,
            "source": lambda text, column: (source_iri(_slug(text, column)[0].value),),
            "quote": _quote,
            "instrument_kind": _instrument_kind,
            "precision": _precision,
            "name_kind": _name_kind,
            "url": _url,
            "language": _language,
            "publisher": self._publisher,
        }

    def read(self, text: str, column: Column) -> Cell:
        """The cell of a column.

        Raises CellError where the text is not what the column asks for.
        """
        if not text:
            if column.required:
                raise CellError("this column may not be empty", "Fill it in.")
            return EMPTY
        if column.type in _UNREPEATED:
            return Cell(text, self._parsers[column.type](text, column))
        key = (text, column.type, column.scheme)
        cell = self._known.get(key)
        if cell is None:
            self._new_names.clear()
            terms = self._parsers[column.type](text, column)
            cell = self._known[key] = Cell(text, terms, tuple(self._new_names))
        return cell

    def _concept(self, text: str, column: Column) -> tuple[Term, ...]:
        concept = self.vocabulary.concepts.get((column.scheme, text))
        if concept is None:
            known = sorted(n for scheme, n in self.vocabulary.concepts if scheme == column.scheme)
            raise CellError("not one of the known values", f"Use one of: {', '.join(known)}.")
        return (concept,)

    def _entity(self, name: str, kind: str) -> NamedNode:
        known = self.names.by_label.get(name)
        if known is not None:
            return known
        new = NewName(mint(name, kind), name, kind)
        self._new_names.append(new)
        return new.iri

    def _body(self, name: str, kind: str = "actor") -> NamedNode:
        known = self.names.find_person_or_body(name)
        return known if known is not None else self._entity(name, kind)

    def _bodies(self, text: str, _: Column) -> tuple[Term, ...]:
        names = [name for part in parts(text) for name in self.names.parts(part)]
        return tuple(dict.fromkeys(self._body(name) for name in names))

    def _publisher(self, text: str, _: Column) -> tuple[Term, ...]:
        """Whose text it is and where a copy was found; nobody where the table says "unknown"."""
        if text.startswith("unknown"):
            return ()
        return tuple(self._body(part, "organisation") for part in _VIA.split(text, maxsplit=1))

    def _any_entity(self, text: str) -> NamedNode:
        known = self.names.find_person_or_body(text)
        return known if known is not None else self._entity(text, "concept")

    def _instrument_id(self, text: str, column: Column) -> tuple[Term, ...]:
        identifier = _slug(text, column)[0].value
        return (self.names.instruments.get(identifier) or ID.iri(identifier),)

    def _budget_line(self, text: str, column: Column) -> tuple[Term, ...]:
        if text in self.names.instruments:
            return (self.vocabulary.concepts.get(("BudgetLine", text)) or self.names.instruments[text],)
        return self._concept(text, Column(column.name, "concept", scheme="BudgetLine"))

    def _predicate(self, text: str, _: Column) -> tuple[Term, ...]:
        head, *rest = _one_of(text, RELATIONS).split("_")
        return (OSA[head + "".join(word.capitalize() for word in rest)],)


def parts(text: str) -> list[str]:
    """The values of a field that holds several, parted by semicolons."""
    return [part.strip() for part in text.split(";") if part.strip()]


def _slug(text: str, _: Column) -> tuple[Term, ...]:
    if not _SLUG.fullmatch(text):
        raise CellError("not an identifier", "Use letters, digits, hyphens, points and underscores.")
    return (Literal(text),)


def _integer(text: str, _: Column) -> tuple[Term, ...]:
    if not re.fullmatch(r"\d{1,18}", text):
        raise CellError("not a whole number", "Write digits only, without separators.")
    return (Literal(str(int(text)), datatype=XSD.integer),)


def _year(text: str, column: Column) -> tuple[Term, ...]:
    if not (re.fullmatch(r"\d{4}", text) and int(text) in FISCAL_YEARS):
        raise CellError("not a fiscal year", "Write the calendar year of 1 April, such as 2025.")
    return _integer(text, column)


def _date(text: str, _: Column) -> tuple[Term, ...]:
    try:
        return (date_literal(text),)
    except ValueError as error:
        remedy = "Write YYYY-MM-DD, YYYY-MM or YYYY."
        raise CellError("not a date in the calendar", remedy) from error


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise CellError("not a number", "Write a plain number, such as 1.8.") from error
    if not number.is_finite() or abs(number.adjusted()) > MAX_MAGNITUDE:
        raise CellError("not a number", "Write a plain number, such as 1.8.")
    return number


def _amount(text: str, _: Column) -> tuple[Term, ...]:
    if not re.fullmatch(r"\d{1,24}", text):
        raise CellError("not a whole amount", "Write whole currency units, digits only.")
    return (decimal_literal(int(text)),)


def _currency(text: str, _: Column) -> tuple[Term, ...]:
    if not _CURRENCY.fullmatch(text):
        raise CellError("not a currency code", "Use an ISO 4217 code, such as JPY.")
    return (UNIT[f"CCY_{text}"],)


def _quote(text: str, _: Column) -> tuple[Term, ...]:
    if len(text.split()) > MAX_QUOTE_WORDS:
        raise CellError(f"a quote of {len(text.split())} words", "Cut it to at most eight words.")
    return (Literal(text),)


def _url(text: str, _: Column) -> tuple[Term, ...]:
    if not _URL.fullmatch(text):
        raise CellError("not a web address", "Start it with http:// or https://, without spaces.")
    return (Literal(text, datatype=XSD.anyURI),)


def _language(text: str, _: Column) -> tuple[Term, ...]:
    if not _LANGUAGE.fullmatch(text):
        raise CellError("not a language code", "Use an ISO 639 code, such as en or ja.")
    return (Literal(text),)


def _instrument_kind(text: str, _: Column) -> tuple[Term, ...]:
    return (OSA[_one_of(text, INSTRUMENT_KINDS).capitalize()],)


def _precision(text: str, _: Column) -> tuple[Term, ...]:
    return (Literal(_one_of(text, ("day", "month", "year"))),)


def _name_kind(text: str, _: Column) -> tuple[Term, ...]:
    return (KIND_CLASSES[_one_of(text, tuple(KIND_CLASSES))],)


def _one_of(text: str, known: tuple[str, ...]) -> str:
    if text not in known:
        raise CellError("not one of the known values", f"Use one of: {', '.join(sorted(known))}.")
    return text
