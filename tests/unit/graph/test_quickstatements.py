"""Which facts become statements of Wikidata, and for which reason each of the others does not."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from graph.embedded import EmbeddedStore
from graph.export_rows import Rows, store_rows
from graph.quickstatement_files import as_csv, as_json, as_v1, reasons, refusals_csv
from graph.quickstatement_references import MOST
from graph.quickstatements import Batch, Refusal, linked_things, quickstatements
from graph.terms import date_literal
from ontology.namespaces import DCTERMS, GRAPH, ID, OSA, RDF, SCHEMA, SKOS, WD, WDT, XSD
from tests.unit.graph.quickstatement_reader import read_csv, read_v1

ASSESSMENTS, REFERENCE = GRAPH.assessments, GRAPH.reference
DAY = date_literal("2026-11-20")
LINKED = {ID.kishida: "Q10", ID.premier: "Q20", ID.event: "Q30", ID.japan: "Q17", ID.body: "Q40"}
PROPERTIES = {"P39": "WikibaseItem", "P585": "Time", "P1114": "Quantity", "P361": "WikibaseItem"}
MAPPED = (
    (OSA.holdsOffice, SKOS.closeMatch, "P39"),
    (OSA.date, SKOS.closeMatch, "P585"),
    (OSA.count, SKOS.exactMatch, "P1114"),
    (OSA.partOf, SKOS.closeMatch, "P361"),
    (OSA.issuedBy, SKOS.relatedMatch, "P39"),
    (OSA.actor, SKOS.closeMatch, "P39"),
    (OSA.actor, SKOS.closeMatch, "P585"),
)


class World:
    """Facts by hand, each with the sources of the claims for it."""

    def __init__(self) -> None:
        self.store = EmbeddedStore()
        self._facts = 0
        self.store.insert(
            [
                *(Quad(thing, SKOS.exactMatch, WD[item], DefaultGraph()) for thing, item in LINKED.items()),
                *(
                    Quad(WDT[name], OSA.wikidataDatatype, Literal(kind), REFERENCE)
                    for name, kind in PROPERTIES.items()
                ),
                *(Quad(ours, match, WDT[name], DefaultGraph()) for ours, match, name in MAPPED),
                Quad(ID.japan, RDF.type, OSA.State, DefaultGraph()),
            ]
        )

    def source(
        self, name: str, address: str = "", kind: NamedNode = OSA.Newspaper, issued: str = ""
    ) -> NamedNode:
        """A source that can state facts."""
        iri = ID.iri(f"source/{name}")
        parts = [(OSA.publisherKind, kind)]
        self.store.insert([Quad(iri, said, value, DefaultGraph()) for said, value in parts])
        if address:
            self.store.insert([Quad(iri, SCHEMA.url, Literal(address, datatype=XSD.anyURI), DefaultGraph())])
        if issued:
            self.store.insert([Quad(iri, DCTERMS.issued, date_literal(issued), DefaultGraph())])
        return iri

    def fact(
        self,
        subject: NamedNode,
        predicate: NamedNode,
        value: NamedNode | Literal,
        sources: Iterable[NamedNode] = (),
        *,
        hedged: bool = False,
        contested: bool = False,
    ) -> None:
        """A fact that a resolution accepts; without sources, one that follows by rule."""
        self.store.insert([Quad(subject, predicate, value, DefaultGraph())])
        self._facts += 1
        slot = ID.iri(f"resolution/{self._facts}")
        found = list(sources)
        if found:
            self.store.insert(_resolution(slot, subject, predicate, value, found, hedged, contested))

    def batch(self, *things: NamedNode) -> Batch:
        return quickstatements(self.rows, [thing.value for thing in things] or linked_things(self.rows), DAY)

    @property
    def rows(self) -> Rows:
        return store_rows(self.store)


def _resolution(
    slot: NamedNode,
    subject: NamedNode,
    predicate: NamedNode,
    value: NamedNode | Literal,
    sources: list[NamedNode],
    hedged: bool,
    contested: bool,
) -> Iterator[Quad]:
    parts = (
        (RDF.type, OSA.Resolution),
        (OSA.subject, subject),
        (OSA.predicate, predicate),
        (OSA.accepted, value),
    )
    for said, term in parts:
        yield Quad(slot, said, term, ASSESSMENTS)
    for number, source in enumerate(sources):
        claim = NamedNode(f"{slot.value}/claim{number}")
        graph = NamedNode(source.value.replace("/id/", "/graph/"))
        yield Quad(slot, OSA.supportedBy, claim, ASSESSMENTS)
        yield Quad(claim, OSA.statedIn, source, graph)
        if hedged:
            yield Quad(claim, OSA.hedge, OSA.About, graph)
    if contested:
        yield Quad(slot, OSA.contestedBy, NamedNode(f"{slot.value}/against"), ASSESSMENTS)


@pytest.fixture
def world() -> World:
    return World()


def reason(batch: Batch) -> str:
    """Why the only fact is refused."""
    assert batch.statements == []
    (refusal,) = batch.refusals
    return refusal.reason


V1 = (
    'Q10\tP39\tQ20\tS854\t"https://mofa.example/a"\tS813\t+2026-11-20T00:00:00Z/11\tS577\t+2025-03-00T00:00:00Z/10'
    '\t!S854\t"https://press.example/b%7Cc"\tS813\t+2026-11-20T00:00:00Z/11\n'
    'Q30\tP585\t+2025-12-00T00:00:00Z/10\tS854\t"https://press.example/b%7Cc"\tS813\t+2026-11-20T00:00:00Z/11\n'
    'Q30\tP1114\t14\tS854\t"https://press.example/b%7Cc"\tS813\t+2026-11-20T00:00:00Z/11\n'
)
CSV = (
    "qid,P39,S854,s813,s577,S854,s813,P585,S854,s813,P1114,S854,s813\r\n"
    'Q10,Q20,"""https://mofa.example/a""",+2026-11-20T00:00:00Z/11,+2025-03-00T00:00:00Z/10,'
    '"""https://press.example/b%7Cc""",+2026-11-20T00:00:00Z/11,,,,,,\r\n'
    'Q30,,,,,,,+2025-12-00T00:00:00Z/10,"""https://press.example/b%7Cc""",+2026-11-20T00:00:00Z/11,,,\r\n'
    'Q30,,,,,,,,,,14,"""https://press.example/b%7Cc""",+2026-11-20T00:00:00Z/11\r\n'
)


def golden(world: World) -> Batch:
    press = world.source("press", "https://press.example/b|c")
    ministry = world.source("ministry", "https://mofa.example/a", OSA.Government, "2025-03")
    world.fact(ID.event, OSA.count, Literal(14), [press])
    world.fact(ID.event, OSA.date, Literal("2025-12", datatype=XSD.gYearMonth), [press])
    world.fact(ID.kishida, OSA.holdsOffice, ID.premier, [press, ministry])
    return world.batch()


def test_statements_are_written_in_both_formats_as_the_golden_ones(world: World) -> None:
    batch = golden(world)
    assert (as_v1(batch.statements), as_csv(batch.statements)) == (V1, CSV)
    assert batch.refusals == []


def test_another_reader_finds_the_same_in_both_formats(world: World) -> None:
    batch = golden(world)
    lines = list(read_v1(as_v1(batch.statements)))
    assert lines == list(read_csv(list(csv.reader(io.StringIO(as_csv(batch.statements))))))
    assert lines[0].references == [
        [
            ("P854", ("text", "https://mofa.example/a")),
            ("P813", ("time", "+2026-11-20T00:00:00Z", 11)),
            ("P577", ("time", "+2025-03-00T00:00:00Z", 10)),
        ],
        [("P854", ("text", "https://press.example/b%7Cc")), ("P813", ("time", "+2026-11-20T00:00:00Z", 11))],
    ]


def test_a_source_with_an_item_of_its_own_is_stated_in_it(world: World) -> None:
    press = world.source("press", "https://press.example/")
    world.store.insert([Quad(press, SKOS.exactMatch, WD["Q99"], DefaultGraph())])
    world.fact(ID.kishida, OSA.holdsOffice, ID.premier, [press])
    assert world.batch(ID.kishida).statements[0].references[0][-1] == ("248", "Q99")


def test_the_best_sources_are_named_and_no_more_than_three(world: World) -> None:
    names = ("blog", "old", "new", "undated", "ministry")
    kinds = {"blog": OSA.Blog, "ministry": OSA.Government}
    dates = {"old": "2024", "new": "2026-01-02", "ministry": "2023", "blog": "2026"}
    sources = [
        world.source(name, f"https://{name}.example/", kinds.get(name, OSA.Newspaper), dates.get(name, ""))
        for name in names
    ]
    world.fact(ID.kishida, OSA.holdsOffice, ID.premier, sources)
    (statement,) = world.batch(ID.kishida).statements
    addresses = [dict(reference)["854"] for reference in statement.references]
    assert addresses == [f'"https://{name}.example/"' for name in ("ministry", "new", "old")]
    assert len(addresses) == MOST


def test_every_reason_for_a_refusal_is_told(world: World) -> None:
    press = world.source("press", "https://press.example/")
    mute = world.source("mute")
    wiki = world.source("wikidata")
    pedia = world.source("pedia", "https://ja.wikipedia.org/wiki/X")
    broken = world.source("broken", "http://[/")
    office = (ID.kishida, OSA.holdsOffice, ID.premier)
    cases: list[tuple[tuple[NamedNode, NamedNode, NamedNode | Literal, list[NamedNode]], str]] = [
        ((ID.nobody, OSA.date, date_literal("2025"), [press]), "the thing has no verified item"),
        ((ID.kishida, OSA.holdsOffice, ID.minister, [press]), "the value has no verified item"),
        ((ID.japan, OSA.issuedBy, ID.body, [press]), "P39 of Wikidata is only related to the property"),
        ((ID.japan, OSA.basedOn, ID.body, [press]), "no property of Wikidata is mapped to the property"),
        ((ID.event, OSA.actor, ID.japan, [press]), "several properties of Wikidata are equally near"),
        ((ID.event, OSA.date, Literal("soon"), [press]), "the value is no date"),
        ((ID.event, OSA.count, ID.japan, [press]), "the property takes values of the type Quantity"),
        ((ID.event, OSA.partOf, Literal("x"), [press]), "the property takes an item, and the value is none"),
        (
            (ID.body, OSA.partOf, ID.japan, [press]),
            "a body of a state has a country (P17) there, it is no part of one",
        ),
        ((*office, []), "no source states it: it follows by rule, or comes from a reference table"),
        ((*office, [mute]), "no source that states it has an address of the web"),
        ((*office, [wiki, press]), "Wikidata says so itself"),
        ((*office, [pedia]), "only Wikipedia or one of its sisters states it"),
        ((*office, [broken]), "no source that states it has an address of the web"),
    ]
    for fact, why in cases:
        one = World()
        one.store.insert(world.store.quads())
        one.fact(*fact)
        assert reason(one.batch(fact[0])) == why


def test_what_is_contested_or_hedged_is_refused(world: World) -> None:
    press = world.source("press", "https://press.example/")
    world.fact(ID.event, OSA.count, Literal(14), [press], hedged=True)
    assert reason(world.batch(ID.event)) == "every source gives it with a hedge (about, at least, up to)"
    world.fact(ID.kishida, OSA.holdsOffice, ID.premier, [press], contested=True)
    assert reason(world.batch(ID.kishida)) == "some source contests it: look at it first"


def test_a_thing_with_two_items_is_refused(world: World) -> None:
    press = world.source("press", "https://press.example/")
    world.store.insert([Quad(ID.kishida, SKOS.exactMatch, WD["Q11"], DefaultGraph())])
    world.fact(ID.kishida, OSA.holdsOffice, ID.premier, [press])
    assert reason(world.batch(ID.kishida)) == "the thing has several items: Q10, Q11"


def test_refusals_are_a_table_that_no_spreadsheet_takes_for_formulas() -> None:
    refused = [Refusal("urn:a", "urn:p", "=1+2", "no value"), Refusal("urn:a", "urn:p", "a,b", "no value")]
    rows = list(csv.reader(io.StringIO(refusals_csv(refused))))
    assert rows == [
        ["subject", "predicate", "value", "reason"],
        ["urn:a", "urn:p", "'=1+2", "no value"],
        ["urn:a", "urn:p", "a,b", "no value"],
    ]
    assert reasons(refused) == [("no value", 2)]


def test_json_has_statements_and_refusals(world: World) -> None:
    document = json.loads(as_json(golden(world)))
    assert [each["property"] for each in document["statements"]] == ["P39", "P585", "P1114"]
    assert document["statements"][0]["references"][1] == {
        "P854": '"https://press.example/b%7Cc"',
        "P813": "+2026-11-20T00:00:00Z/11",
    }
    assert (document["refusals"], document["reasons"]) == ([], {})


def test_of_the_shipped_tables_three_premiers_may_be_told(shipped_store: EmbeddedStore) -> None:
    rows = store_rows(shipped_store)
    batch = quickstatements(rows, linked_things(rows), DAY)
    assert [(each.item, each.property, each.value) for each in batch.statements] == [
        ("Q359480", "P39", "Q274948"),
        ("Q1335527", "P39", "Q274948"),
        ("Q1705028", "P39", "Q274948"),
    ]
    commands = list(read_v1(as_v1(batch.statements)))
    assert all({"P854", "P813"} <= {name for name, _ in one} for each in commands for one in each.references)
    assert {why for why, _ in reasons(batch.refusals)} == {
        "no property of Wikidata is mapped to the property",
        "no source states it: it follows by rule, or comes from a reference table",
    }
