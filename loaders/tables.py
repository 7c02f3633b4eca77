"""The loader of CSV tables: the rows of all tables that cite a source become that source's claims."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Triple

from graph.bundle import Bundle, Node, Place
from graph.claims import Claim, merge_claims
from graph.errors import MalformedSourceError, SourceError
from graph.sources import Source, source_iri
from graph.terms import Term
from loaders.cells import CellReader
from loaders.csv_rows import read_rows
from loaders.loader import LoadContext
from loaders.mappings import TABLES
from loaders.rows import Row, RowMapper, new_names
from loaders.table import Table
from ontology.namespaces import RDF, RDFS

RowsBySource = dict[str, list[Row]]


class TableLoader:
    """Reads the tables named in `loaders/mappings.py`, told apart by file name."""

    name = "tables"

    def accepts(self, path: Path) -> bool:
        """Whether the file is called like one of the tables, such as `budgets.csv`."""
        return path.suffix == ".csv" and path.stem in TABLES

    def read(self, paths: Sequence[Path], context: LoadContext) -> Iterator[Bundle]:
        """One bundle per source cited in the files, in the order of first citation.

        Raises SourceError with file, line, column, value and remedy.
        """
        rows = (row for path in paths for row in read_rows(path, table_of(path)))
        yield from bundles(group_by_source(rows, context), context)


def table_of(path: Path) -> Table:
    """The table that a file holds, by its name.

    Raises MalformedSourceError where no table is called so.
    """
    if path.stem not in TABLES:
        raise MalformedSourceError(
            "no table is called so", file=path, remedy=f"Use one of: {', '.join(sorted(TABLES))}."
        )
    return TABLES[path.stem]


def group_by_source(rows: Iterable[Row], context: LoadContext) -> RowsBySource:
    """The rows by the source that they cite; a source cited anywhere is a key."""
    grouped: RowsBySource = {}
    for row in rows:
        context.counted(row.table)
        grouped.setdefault(row.fields.get("source_id", "").strip(), []).append(row)
    return grouped


def bundles(grouped: RowsBySource, context: LoadContext) -> Iterator[Bundle]:
    """The bundles of grouped rows."""
    reader = CellReader(context.names, context.vocabulary)
    mapper = RowMapper(TABLES, reader)
    for source_id, rows in grouped.items():
        bundle = _SourceRows(source_id, rows, mapper, context).bundle()
        if bundle is not None:
            yield bundle


class _SourceRows:
    """The rows of one source while they become a bundle."""

    def __init__(self, source_id: str, rows: list[Row], mapper: RowMapper, context: LoadContext) -> None:
        self.source_id = source_id
        # Text that is no identifier is refused with its line, and must get that far.
        self.iri = source_iri(quote(source_id, safe=""))
        self.descriptions = [row for row in rows if row.table == "sources"]
        self.rows = [row for row in rows if row.table != "sources"]
        self.mapper = mapper
        self.context = context
        self.named: list[Node] = []

    def bundle(self) -> Bundle | None:
        """The source's bundle; None where the source itself had to be rejected."""
        try:
            source = self.described()
        except SourceError as error:
            self.refuse(error, self.descriptions + self.rows)
            return None
        found: list[Claim | Node] = []
        places: dict[str, Place] = {}
        if self.descriptions:
            places[source.iri.value] = _place(self.descriptions[0])
        for row in self.rows:
            try:
                made = [*self.instrument(row), *self.mapper.map_row(row, source)]
            except SourceError as error:
                self.context.refuse(error)
                continue
            found += made
            for item in made:
                places.setdefault(item.iri.value, _place(row))
        claims = merge_claims(item for item in found if isinstance(item, Claim))
        nodes = _merge_nodes([*self.named, *(item for item in found if isinstance(item, Node))])
        names = tuple(node.iri.value for node in nodes if not node.carrier)
        return Bundle(source, tuple(claims), tuple(nodes), names, places)

    def refuse(self, error: SourceError, rows: list[Row]) -> None:
        """Hand over the error; rows that fall with their source are named as well."""
        self.context.refuse(error)
        for row in rows[1:]:
            what = f"its source {self.source_id} was rejected"
            self.context.refuse(MalformedSourceError(what, file=row.file, line=row.line))

    def described(self) -> Source:
        """The description of the source, from this load or from the dataset.

        Raises MalformedSourceError where it is unknown, described twice, or malformed.
        """
        if len(self.descriptions) > 1:
            row = self.descriptions[1]
            raise self.at(row, "this source is described twice", f"See line {self.descriptions[0].line}.")
        if self.iri in self.context.redescribed:
            return self.context.redescribed[self.iri]
        if self.descriptions:
            return self.source(self.descriptions[0])
        known = self.context.described(self.iri) if self.source_id else None
        if known is None:
            raise self.at(self.rows[0], "no such source", "Describe it in sources.csv, in the same load.")
        return known

    def at(self, row: Row, what: str, remedy: str) -> MalformedSourceError:
        return MalformedSourceError(
            what, file=row.file, line=row.line, column="source_id", value=self.source_id, remedy=remedy
        )

    def source(self, row: Row) -> Source:
        cells = self.mapper.read_cells(row)
        self.named = [Node(new.iri, new.triples()) for new in new_names(cells)]
        publishers = cells["publisher"].terms
        return Source(
            iri=self.iri,
            title=Literal(cells["title"].text, language="en"),
            kind=_node(cells["publisher_kind"].term),
            publisher=_node(publishers[0]) if publishers else None,
            distributor=_node(publishers[1]) if len(publishers) > 1 else None,
            country=cells["publisher_country"].term,  # type: ignore[arg-type]
            url=cells["url"].term,  # type: ignore[arg-type]
            issued=cells["published_on"].term,  # type: ignore[arg-type]
            language=cells["language"].term,  # type: ignore[arg-type]
            creators=tuple(sorted(cells["author"].terms, key=str)),  # type: ignore[arg-type]
        )

    def instrument(self, row: Row) -> Iterator[Node]:
        """An instrument that the reference tables do not know, with its names."""
        if row.table != "instruments" or row.fields["instrument_id"] in self.context.names.instruments:
            return
        cells = self.mapper.read_cells(row)
        iri = _node(cells["instrument_id"].term)
        triples = [Triple(iri, RDF.type, _node(cells["kind"].term))]
        triples.append(Triple(iri, RDFS.label, Literal(cells["name_en"].text, language="en")))
        if japanese := cells["name_ja"].text:
            triples.append(Triple(iri, RDFS.label, Literal(japanese, language="ja")))
        yield Node(iri, tuple(triples))


def _place(row: Row) -> Place:
    return Place(row.file, row.line)


def _node(term: Term | None) -> NamedNode:
    assert isinstance(term, NamedNode)
    return term


def _merge_nodes(nodes: Iterable[Node]) -> list[Node]:
    merged: dict[NamedNode, Node] = {}
    for node in nodes:
        known = merged.get(node.iri)
        if known is None:
            merged[node.iri] = node
        elif known.triples != node.triples:
            triples = tuple(dict.fromkeys(known.triples + node.triples))
            merged[node.iri] = Node(node.iri, triples, node.carrier, node.root)
    return list(merged.values())
