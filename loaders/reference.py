"""The reviewed reference tables: what individuals are called, what they are, and their Wikidata links.

They belong to no source. Names and classes go to `graph/reference` and to the default graph; each link, and
each near miss, is a node with its evidence in `graph/assessments`, and only what is verified is a fact.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Triple

from graph.bundle import Place
from graph.errors import MalformedSourceError
from graph.projection import REFERENCE
from loaders.cells import CellReader
from loaders.csv_rows import read_rows
from loaders.derived import Cells
from loaders.fiscal_years import fiscal_year_triples
from loaders.links import Link, link_quads, relation_of, standing_links
from loaders.mappings import INSTRUMENTS
from loaders.names import KIND_CLASSES, Names, slug
from loaders.reference_tables import (
    ALIASES,
    COMPARISONS,
    GOVERNMENTS,
    NEAR_MISSES,
    WIKIDATA_LINKS,
    WIKIDATA_PROPERTIES,
)
from loaders.rows import RowMapper
from loaders.table import Table
from ontology.namespaces import ID, OSA, OWL, RDF, RDFS, SKOS, WD, WDT
from ontology.vocabulary import Vocabulary

# Columns whose names must be known, the column to complain about, and the beginning of the complaint.
_NAMED: Mapping[str, Sequence[tuple[str, str, str]]] = {
    ALIASES.name: (("name", "canonical", "this alias stands for"),),
    GOVERNMENTS.name: (("name", "name", "this is"), ("state", "state", "this is")),
    COMPARISONS.name: (("name", "name", "this is"), ("other", "other", "this is")),
    NEAR_MISSES.name: (("entity_label", "entity_label", "this is"),),
}
# How a name is compared with others; it is for assessing claims, and no fact.
_COMPARED: Mapping[str, NamedNode] = {"within": OSA.comparedWithin, "same_matter": OSA.comparedAs}
# What stands in graph/reference only.
_NO_FACTS = frozenset({OSA.aliasOf, SKOS.note, *_COMPARED.values()})


def reference_quads(
    folder: Path,
    names: Names,
    vocabulary: Vocabulary,
    counted: Callable[[str], None],
    decided: Iterable[Link] = (),
) -> Iterator[Quad]:
    """The quads of all reference tables in a folder; `decided` links take the place of those of the tables.

    Raises SourceError where a table is malformed.
    """
    reader = CellReader(names, vocabulary)
    for triple in chain(_one_label_each(_names(folder, names, reader, counted)), fiscal_year_triples()):
        yield Quad(triple.subject, triple.predicate, triple.object, REFERENCE)
        if triple.predicate not in _NO_FACTS and triple.object != OSA.Alias:
            yield Quad(triple.subject, triple.predicate, triple.object, DefaultGraph())
    for link in standing_links(_links(folder, reader), decided):
        yield from link_quads(link)


def table_links(folder: Path, names: Names, vocabulary: Vocabulary) -> Iterator[Link]:
    """What the tables of a folder say about items of Wikidata, near misses too.

    Raises SourceError where a table is malformed.
    """
    return _links(folder, CellReader(names, vocabulary))


def reference_places(folder: Path, names: Names, iris: Collection[str]) -> dict[str, Place]:
    """The rows of reference tables that links, aliases, Wikidata properties and names come from."""
    found: dict[str, Place] = {}
    for table, column in ((WIKIDATA_LINKS, "entity_label"), (ALIASES, "name"), (WIKIDATA_PROPERTIES, "pid")):
        path = folder / f"{table.name}.csv"
        for row in read_rows(path, table) if path.exists() else ():
            text = row.fields[column].strip()
            named = [ID.iri(f"link/{slug(text)}"), ID.iri(f"alias/{slug(text)}"), names.find(text)]
            named += [WDT[text]] if table is WIKIDATA_PROPERTIES else []
            for node in named:
                if node is not None and node.value in iris:
                    found.setdefault(node.value, Place(row.file, row.line))
    return found


def _names(
    folder: Path, names: Names, reader: CellReader, counted: Callable[[str], None]
) -> Iterator[Triple]:
    preferred: dict[NamedNode, str] = {}
    yield from _instruments(folder, names, reader, preferred)
    for spelling, iri in names.by_label.items():
        if iri.value.startswith(f"{ID}equipment/"):
            preferred.setdefault(iri, spelling)
    for cells in _cells(folder, WIKIDATA_LINKS, reader, counted):
        yield from _linked_name(cells, names, preferred)
    for cells in _cells(folder, ALIASES, reader, counted):
        yield from _alias(cells, names, preferred)
    for cells in _cells(folder, WIKIDATA_PROPERTIES, reader, counted):
        yield from _wikidata_property(cells)
    # A list of names, not of statements: its rows are not counted.
    for cells in _cells(folder, GOVERNMENTS, reader, lambda _: None):
        yield Triple(names.by_label[cells["name"].text], OSA.speaksFor, names.by_label[cells["state"].text])
    for cells in _cells(folder, COMPARISONS, reader, lambda _: None):
        yield _comparison(cells, names)


def _comparison(cells: Cells, names: Names) -> Triple:
    relation = cells["relation"]
    if relation.text not in _COMPARED:
        raise MalformedSourceError(
            "names are compared as within or same_matter", column="relation", value=relation.text
        )
    return Triple(
        names.by_label[cells["name"].text], _COMPARED[relation.text], names.by_label[cells["other"].text]
    )


def _one_label_each(triples: Iterable[Triple]) -> Iterator[Triple]:
    """The triples with one label in each language for an individual: other tables' labels are other names."""
    labels: dict[tuple[object, str | None], object] = {}
    for triple in triples:
        name = triple.object
        if triple.predicate == RDFS.label and isinstance(name, Literal):
            label = labels.setdefault((triple.subject, name.language), name)
            if label != name:
                yield Triple(triple.subject, SKOS.altLabel, name)
                continue
        yield triple


def _instruments(
    folder: Path, names: Names, reader: CellReader, preferred: dict[NamedNode, str]
) -> Iterator[Triple]:
    for cells in _cells(folder, INSTRUMENTS, reader, lambda _: None):
        iri = names.instruments[cells["instrument_id"].text]
        preferred[iri] = cells["name_en"].text
        kind = cells["kind"].term
        assert isinstance(kind, NamedNode)
        yield Triple(iri, RDF.type, kind)
        yield Triple(iri, RDFS.label, Literal(cells["name_en"].text, language="en"))
        if japanese := cells["name_ja"].text:
            yield Triple(iri, RDFS.label, Literal(japanese, language="ja"))


def _linked_name(cells: Cells, names: Names, preferred: dict[NamedNode, str]) -> Iterator[Triple]:
    label = cells["entity_label"].text
    iri = names.by_label[label]
    if iri.value.startswith(f"{ID}budget/"):  # an everyday name of a node that tables describe
        yield Triple(iri, SKOS.altLabel, Literal(label, language="en"))
        return
    first = preferred.setdefault(iri, label)
    yield Triple(iri, RDF.type, KIND_CLASSES[cells["entity_kind"].text])
    yield Triple(iri, RDFS.label, Literal(first, language="en"))
    if label != first:
        yield Triple(iri, SKOS.altLabel, Literal(label, language="en"))
    if cells["entity_kind"].text == "equipment_class":
        yield Triple(iri, SKOS.inScheme, OSA.EquipmentScheme)
    if japanese := cells["label_ja"].text:
        yield Triple(iri, RDFS.label, Literal(japanese, language="ja"))
    if code := cells["iso3166_alpha2"].text:
        yield Triple(iri, OSA.iso3166Alpha2, Literal(code))


def _alias(cells: Cells, names: Names, preferred: dict[NamedNode, str]) -> Iterator[Triple]:
    name = cells["name"].text
    iri = names.by_label[name]
    alias = ID.iri(f"alias/{slug(name)}")
    yield Triple(alias, RDF.type, OSA.Alias)
    yield Triple(alias, OSA.aliasOf, iri)
    if note := cells["note"].text:
        yield Triple(alias, SKOS.note, Literal(note, language="en"))
    if name != preferred.get(iri):
        yield Triple(iri, SKOS.altLabel, Literal(name, language=None if not name.isascii() else "en"))


def _wikidata_property(cells: Cells) -> Iterator[Triple]:
    iri = WDT[cells["pid"].text]
    yield Triple(iri, RDF.type, OSA.WikidataProperty)
    yield Triple(iri, RDFS.label, Literal(cells["label_en"].text, language="en"))
    parts = (("datatype", OSA.wikidataDatatype), ("use_here", OSA.useHere))
    for column, predicate in (*parts, ("local_or_standard_target", OSA.mappedTo), ("evidence", OSA.evidence)):
        if text := cells[column].text:
            yield Triple(iri, predicate, Literal(text))


def _links(folder: Path, reader: CellReader) -> Iterator[Link]:
    """What the tables say about items of Wikidata, near misses too."""
    for cells in _cells(folder, WIKIDATA_LINKS, reader, lambda _: None):
        confidence, number = cells["confidence"].term, cells["wikidata_qid"].text
        kind, evidence = cells["entity_kind"].text, cells["evidence"].text
        is_verified = number and confidence == OSA.Verified
        yield _link(
            WIKIDATA_LINKS,
            cells,
            reader,
            evidence=evidence,
            confidence=confidence,
            relation=relation_of(kind, number, evidence) if is_verified else SKOS.exactMatch,
        )
    for cells in _cells(folder, NEAR_MISSES, reader, lambda _: None):
        evidence = f"{cells['reason'].text}; {cells['evidence'].text}"
        relation = OWL.differentFrom
        yield _link(NEAR_MISSES, cells, reader, evidence=evidence, confidence=OSA.Verified, relation=relation)


def _link(table: Table, cells: Cells, reader: CellReader, **said: Any) -> Link:
    label, number = cells["entity_label"].text, cells["wikidata_qid"].text
    try:
        return Link(label, reader.names.by_label[label], item=WD[number] if number else None, **said)
    except ValueError as error:
        file = f"{table.name}.csv"
        raise MalformedSourceError(str(error), file=file, column="wikidata_qid", value=number) from error


def _cells(folder: Path, table: Table, reader: CellReader, counted: Callable[[str], None]) -> Iterator[Cells]:
    mapper = RowMapper({table.name: table}, reader)
    path = folder / f"{table.name}.csv"
    if not path.exists():
        return
    for row in read_rows(path, table):
        counted(table.name)
        cells = mapper.read_cells(row)
        for name, column, what in _NAMED.get(table.name, ()):
            if cells[name].text not in reader.names.by_label:
                raise MalformedSourceError(
                    f"{what} a label that is in no table",
                    file=row.file,
                    line=row.line,
                    column=column,
                    value=cells[column].text,
                    remedy="Add the label to wikidata_links.csv.",
                )
        yield cells
