"""Applies a table's mapping to its rows: one row in, claims and the nodes they speak of out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from pyoxigraph import Literal, NamedNode, Triple

from graph.bundle import Node
from graph.claims import Claim
from graph.errors import MalformedSourceError
from graph.sources import Source
from graph.terms import Term, decimal_value
from loaders.cells import EMPTY, Cell, CellError, CellReader, NewName
from loaders.derived import SOURCE_COUNTRY, Cells, derive
from loaders.figures import printed_digits
from loaders.table import Rule, Section, Subject, Table
from ontology.namespaces import ID, OSA, RDF, RDFS

# What kind of framing a relation is; any other is somebody's judgement.
_FRAMING_KINDS: Mapping[NamedNode | None, NamedNode] = {
    OSA.hasPurpose: OSA.Purpose,
    OSA.hasJustification: OSA.Justification,
    OSA.concernedAbout: OSA.Concern,
}
_PLANS = ("planned", "selected")


class Row(NamedTuple):
    """One line of a table: its number in the file (the header is line 1) and its fields by column."""

    table: str
    file: str
    line: int
    fields: Mapping[str, str]


class RowMapper:
    """Maps rows of one source to claims; `language` is the tag of the source's quotes."""

    def __init__(self, tables: Mapping[str, Table], reader: CellReader) -> None:
        self.tables = tables
        self.reader = reader

    def read_cells(self, row: Row) -> Cells:
        """The cells of a row by column name.

        Raises MalformedSourceError with file, line, column, value and remedy.
        """
        cells: Cells = {}
        for column in self.tables[row.table].columns:
            text = row.fields.get(column.name, "").strip() or column.default
            try:
                cells[column.name] = self.reader.read(text, column)
            except CellError as error:
                raise _refusal(error, row, column.name, text) from error
        return cells

    def map_row(self, row: Row, source: Source) -> Iterator[Claim | Node]:
        """The claims of a row, each subject's node before them.

        Raises MalformedSourceError with file, line, column, value and remedy.
        """
        table = self.tables[row.table]
        cells = self.read_cells(row)
        cells[SOURCE_COUNTRY] = _country(source, self.reader)
        try:
            derived = derive(table.derive, cells, self.reader)
        except CellError as error:  # only `related` reads a cell anew
            raise _refusal(error, row, "object", cells["object"].text) from error
        cells.update(derived.cells)
        for new in new_names(cells):
            yield Node(new.iri, new.triples())
        for section in table.sections:
            for extra in derived.lists[section.each] if section.each else [{}]:
                context = _Context(self.reader, {**cells, **extra}, source)
                yield from context.section(section)


def _refusal(error: CellError, row: Row, column: str, text: str) -> MalformedSourceError:
    return MalformedSourceError(
        str(error), file=row.file, line=row.line, column=column, value=text, remedy=error.remedy
    )


def new_names(cells: Cells) -> Iterator[NewName]:
    """The names in a row that no reviewed table knows."""
    for cell in cells.values():
        yield from cell.new_names


class _Context:
    """One row (or one of its parts) while claims are made of it."""

    def __init__(self, reader: CellReader, cells: Cells, source: Source) -> None:
        self.reader = reader
        self.cells = cells
        self.source = source.iri
        language = source.language.value if source.language is not None else "en"
        quote = cells.get("quote", EMPTY).text
        self.quotes = (Literal(quote, language=language),) if quote else ()

    def section(self, section: Section) -> Iterator[Claim | Node]:
        subject: NamedNode | None = None
        if section.subject is not None:
            node = self.node(section.subject)
            subject = node.iri
            yield node
        for rule in section.rules:
            if self.applies(rule):
                yield from self.claims(rule, subject)

    def applies(self, rule: Rule) -> bool:
        return self.matches(rule.when) and not (rule.unless and self.matches(rule.unless))

    def matches(self, wanted: Mapping[str, Collection[str]]) -> bool:
        return all(self.cells[name].text in values for name, values in wanted.items())

    def node(self, subject: Subject) -> Node:
        iri = ID.iri(_fill(subject.path, self._path_part))
        label = Literal(_fill(subject.label, self._label_part), language="en")
        triples = [Triple(iri, RDF.type, subject.cls), Triple(iri, RDFS.label, label)]
        for predicate, value in subject.frame.items():
            triples += [Triple(iri, predicate, term) for term in self.terms(value)]
        parties = {term for name in subject.parties for term in self.cells[name].terms}
        triples += [Triple(iri, OSA.party, party) for party in sorted(parties, key=str)]
        root = ID.iri(_fill(subject.root, self._path_part)) if subject.root else None
        return Node(iri, tuple(triples), carrier=True, root=root)

    def terms(self, value: str | Term) -> tuple[Term, ...]:
        return self.cells.get(value, EMPTY).terms if isinstance(value, str) else (value,)

    def claims(self, rule: Rule, subject: NamedNode | None) -> Iterator[Claim]:
        about = self.cells[rule.about].term if rule.about else subject
        values: tuple[Term | None, ...] = self.terms(rule.value) if rule.predicate is not None else (None,)
        predicate = self.predicate(rule)
        for value in values:
            if value == about:  # "vessel" is its own parent in the table: nothing is said by that
                continue
            yield Claim(
                source=self.source,
                subject=about,  # type: ignore[arg-type]
                predicate=predicate,
                value=value,
                quotes=self.quotes,
                **self.how(rule, predicate),
                **self.figure(rule, value),
                **self.wording(rule, predicate),
            )

    def predicate(self, rule: Rule) -> NamedNode | None:
        if isinstance(rule.predicate, str):
            return self.cells[rule.predicate].term  # type: ignore[return-value]
        return rule.predicate

    def how(self, rule: Rule, predicate: NamedNode | None) -> dict[str, Any]:
        """Modality, attribution, qualifiers, and whether this is framing."""
        is_framing = predicate in self.reader.vocabulary.framing or self.is_reading(predicate)
        if rule.framing_when:
            is_framing = self.matches(rule.framing_when)
        return {
            "modality": self.modality(rule),
            "attributed_to": self.cells.get(rule.attributed, EMPTY).terms,
            "framing": is_framing,
            "qualifiers": tuple(
                (name, term) for name, value in rule.qualifiers.items() for term in self.terms(value)
            ),
        }

    def is_reading(self, predicate: NamedNode | None) -> bool:
        """Whether a relation is a reading: that a programme is part of a notion cannot be checked."""
        if predicate != OSA.partOf:
            return False
        kinds = self.reader.names.kinds
        subject, value = self.cells["subject"].term, self.cells["related"].term
        return kinds.get(subject) == "instrument" and kinds.get(value) == "concept"  # type: ignore[arg-type]

    def modality(self, rule: Rule) -> Term | None:
        if not isinstance(rule.modality, str):
            return rule.modality
        cell = self.cells[rule.modality]
        if rule.plan and cell.text == "projected" and self.cells["status"].text in _PLANS:
            return OSA.Asserted
        # An aim ascribed to another is an attributed intent, however firmly it is put.
        if rule.framing_kind and self.cells.get("kind", EMPTY).text == "motive" and cell.text == "asserted":
            return OSA.AttributedIntent
        return cell.term

    def figure(self, rule: Rule, value: Term | None) -> dict[str, Any]:
        """The figure as printed, its digits, and the bounds that a hedge sets."""
        fields: dict[str, Any] = {}
        printed = self.cells.get(rule.figure, EMPTY).text
        if printed:
            fields["verbatim"] = (Literal(printed),)
        hedge = self.cells.get(rule.hedge, EMPTY)
        if hedge.term is not None:
            fields["hedge"] = hedge.term
        if value is not None and rule.predicate == OSA.amount:
            unit = self.cells.get(rule.multiplier, EMPTY).term
            multiplier = decimal_value(unit) if unit is not None else None
            fields["significant_digits"] = printed_digits(decimal_value(value), printed, multiplier)
        if value is not None and hedge.text:
            fields |= _bounds(hedge.text, decimal_value(value))
        return fields

    def wording(self, rule: Rule, predicate: NamedNode | None) -> dict[str, Any]:
        """What a claim says in words: proposition, stance, topic, remarks."""
        note = self.cells.get(rule.note, EMPTY).text
        kind = rule.framing_kind
        fields = {
            "proposition": self.cells.get(rule.proposition, EMPTY).term,
            "stance": self.cells.get(rule.stance, EMPTY).term,
            "topic": self.cells.get(rule.topic, EMPTY).term,
            "claimant_kind": self.cells.get(rule.claimant_kind, EMPTY).term,
            "framing_kind": self.cells.get(kind, EMPTY).term if isinstance(kind, str) else kind,
            "notes": (Literal(note, language="en"),) if note else (),
        }
        is_framing = predicate in self.reader.vocabulary.framing or self.is_reading(predicate)
        if is_framing and fields["proposition"] is None:
            fields["proposition"] = self.sentence(rule, predicate)
            fields["framing_kind"] = _FRAMING_KINDS.get(predicate, OSA.Judgement)
        return fields

    def sentence(self, rule: Rule, predicate: NamedNode | None) -> Literal:
        """A framing relation in words: "X has purpose Y"."""
        assert predicate is not None
        verb = self.reader.vocabulary.labels[predicate]
        value = self.cells[rule.value].text if isinstance(rule.value, str) else str(rule.value)
        return Literal(f"{self.cells[rule.about].text} {verb} {value}", language="en")

    def _path_part(self, name: str) -> str:
        cell = self.cells.get(name, EMPTY)
        if isinstance(cell.term, NamedNode) and cell.term in ID:
            return cell.term.value.rsplit("/", 1)[-1]
        return cell.text

    def _label_part(self, name: str) -> str:
        cell = self.cells.get(name, EMPTY)
        labels = self.reader.vocabulary.labels
        return labels.get(cell.term, cell.text) if isinstance(cell.term, NamedNode) else cell.text


def _country(source: Source, reader: CellReader) -> Cell:
    """The country of a source's publisher, by the name that the tables use."""
    country = source.country
    return Cell(reader.names.labels.get(country, ""), (country,)) if country is not None else EMPTY


def _bounds(hedge: str, number: Decimal) -> dict[str, Decimal]:
    if hedge in ("more_than", "at_least"):
        return {"lower_bound": number}
    return {"upper_bound": number} if hedge == "up_to" else {}


_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_PLACE = re.compile(r"\{(\w+)\}")


def _fill(template: str, part: Any) -> str:
    """The template with its places filled; a bracketed part goes where a place in it is empty."""

    def optional(match: re.Match[str]) -> str:
        inner = match.group(1)
        return inner if all(part(name) for name in _PLACE.findall(inner)) else ""

    return _PLACE.sub(lambda match: part(match.group(1)), _OPTIONAL.sub(optional, template))


__all__ = ["Cell", "Row", "RowMapper"]
