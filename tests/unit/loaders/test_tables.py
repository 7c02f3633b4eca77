"""The loader of tables: the rows that cite a source become its claims, and every fault has a place."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from graph.bundle import CARRIER_CLASSES, Bundle, Node
from graph.claims import Claim
from graph.errors import MalformedSourceError, SourceError
from graph.sources import Source, source_iri
from graph.terms import date_literal, decimal_literal
from loaders.cells import CellReader
from loaders.csv_rows import read_rows
from loaders.loader import LoadContext
from loaders.mappings import TABLES
from loaders.names import Names, read_names
from loaders.rows import RowMapper
from loaders.tables import TableLoader, bundles, group_by_source, table_of
from ontology.namespaces import ID, OSA, RDF, RDFS, SKOS, UNIT, XSD
from ontology.vocabulary import Vocabulary

SOURCE = {
    "source_id": "s1",
    "title": "Title",
    "publisher": "Kyodo",
    "publisher_kind": "news_agency",
    "language": "ja",
}
BUDGET = {
    "budget_line": "osa",
    "fiscal_year": "2025",
    "amount": "8100000000",
    "currency": "JPY",
    "stage": "draft",
    "source_id": "s1",
    "quote": "81億円",
    "modality": "asserted",
    "printed_figure": "81億円",
}
PROJECT = {
    "project_id": "osa-fy2025-palau",
    "fiscal_year": "2025",
    "recipient": "Palau",
    "amount_jpy": "600000000",
    "amount_original_text": "600 million yen (about US$4 million)",
    "equipment": "radar; rescue boat",
    "equipment_text": "five radars, about two rescue boats",
    "status": "signed",
    "event_date": "2025-12-05",
    "event": "exchange_of_notes",
    "source_id": "s1",
    "modality": "asserted",
}
POSITION = {
    "claimant": "Ann Lee",
    "claimant_kind": "expert",
    "stance_toward_osa": "critical",
    "topic": "budget",
    "claim": "Funding rises too fast.",
    "source_id": "s1",
    "kind": "judgement",
    "modality": "asserted",
}
EQUIPMENT = {
    "equipment_class": "radar",
    "parent_class": "sensor",
    "note": "Named among early items",
    "lethality": "non-lethal",
    "source_id": "s1",
    "modality": "asserted",
}
RELATION = {
    "subject": "OSA",
    "predicate": "based_on",
    "object": "Rules",
    "modality": "asserted",
    "source_id": "s1",
}

Row = dict[str, str]
Load = Callable[..., list[Bundle]]
PROJECT_IRI = ID.iri("project/osa-fy2025-palau")


@pytest.fixture
def load(tmp_path: Path, vocabulary: Vocabulary) -> Load:
    """The bundles of tables given as rows; `reject` takes the errors of a load that goes on."""

    def loaded(reject: Callable[[SourceError], None] | None = None, **tables: list[Row]) -> list[Bundle]:
        paths = [write(tmp_path, name, rows) for name, rows in tables.items()]
        context = LoadContext(Names({}, {}), vocabulary, reject=reject)
        return list(TableLoader().read(paths, context))

    return loaded


def write(folder: Path, name: str, rows: list[Row]) -> Path:
    columns = [column.name for column in TABLES[name].columns if not column.optional]
    columns += [key for row in rows[:1] for key in row if key not in columns]
    lines = [columns, *([f'"{row.get(column, "")}"' for column in columns] for row in rows)]
    path = folder / f"{name}.csv"
    path.write_text("".join(",".join(line) + "\n" for line in lines), encoding="utf-8")
    return path


def only(found: list[Bundle]) -> Bundle:
    (bundle,) = found
    return bundle


def about(bundle: Bundle, predicate: NamedNode) -> list[Claim]:
    return [claim for claim in bundle.claims if claim.predicate == predicate]


def integer(number: int) -> Literal:
    return Literal(str(number), datatype=XSD.integer)


def test_a_source_is_described_by_its_row(load: Load) -> None:
    row = SOURCE | {
        "publisher": "Kyodo via Japan Times",
        "publisher_country": "Japan",
        "url": "https://example.org/1",
        "published_on": "2025-12",
        "author": "Bob Ito; Ann Lee",
    }
    assert only(load(sources=[row])).source == Source(
        iri=source_iri("s1"),
        title=Literal("Title", language="en"),
        kind=OSA.NewsAgency,
        publisher=ID.kyodo,
        distributor=ID.iri("japan-times"),
        country=ID.japan,
        url=Literal("https://example.org/1", datatype=XSD.anyURI),
        issued=date_literal("2025-12"),
        language=Literal("ja"),
        creators=(ID.iri("ann-lee"), ID.iri("bob-ito")),
    )


def test_a_source_of_an_unknown_publisher_has_none(load: Load) -> None:
    row = SOURCE | {"publisher": "unknown (site name not shown)"}
    assert only(load(sources=[row])).source.publisher is None


def test_a_budget_row_becomes_an_amount_and_a_stage(load: Load) -> None:
    bundle = only(load(sources=[SOURCE], budgets=[BUDGET]))
    line = ID.iri("budget/osa-fy2025")
    year = (OSA.fiscalYear, integer(2025))
    quotes = (Literal("81億円", language="ja"),)
    amount = Claim(
        source_iri("s1"),
        line,
        OSA.Asserted,
        predicate=OSA.amount,
        value=decimal_literal(8_100_000_000),
        qualifiers=(year, (OSA.stage, OSA.Draft), (OSA.currency, UNIT.CCY_JPY)),
        quotes=quotes,
        verbatim=(Literal("81億円"),),
        significant_digits=2,
    )
    stage = Claim(
        source_iri("s1"),
        line,
        OSA.Asserted,
        predicate=OSA.stage,
        value=OSA.Draft,
        qualifiers=(year,),
        quotes=quotes,
    )
    assert bundle.claims == (amount, stage)
    node = next(node for node in bundle.nodes if node.iri == line)
    assert (node.carrier, node.root) == (True, None)
    assert {Triple(line, OSA.party, ID.japan), Triple(line, OSA.currency, UNIT.CCY_JPY)} <= set(node.triples)


@pytest.mark.parametrize(
    ("hedge", "concept", "bounds"),
    [
        ("about", OSA.About, (None, None)),
        ("more_than", OSA.MoreThan, (Decimal(8_100_000_000), None)),
        ("at_least", OSA.AtLeast, (Decimal(8_100_000_000), None)),
        ("up_to", OSA.UpTo, (None, Decimal(8_100_000_000))),
    ],
)
def test_a_hedge_sets_a_bound(
    load: Load, hedge: str, concept: NamedNode, bounds: tuple[Decimal | None, Decimal | None]
) -> None:
    bundle = only(load(sources=[SOURCE], budgets=[BUDGET | {"hedge": hedge}]))
    (amount,) = about(bundle, OSA.amount)
    assert (amount.hedge, (amount.lower_bound, amount.upper_bound)) == (concept, bounds)


def test_a_project_row_becomes_its_facts_items_and_sums(load: Load) -> None:
    bundle = only(load(sources=[SOURCE], osa_projects=[PROJECT]))
    said = {(claim.subject, claim.predicate, claim.value) for claim in bundle.claims}
    radar, boat = (ID.iri(f"project/osa-fy2025-palau/item/{name}") for name in ("radar", "rescue-boat"))
    assert said == {
        (PROJECT_IRI, OSA.programme, ID.iri("official-security-assistance")),
        (PROJECT_IRI, OSA.recipient, ID.palau),
        (PROJECT_IRI, OSA.fiscalYear, integer(2025)),
        (PROJECT_IRI, OSA.amount, decimal_literal(600_000_000)),
        (PROJECT_IRI, OSA.amount, decimal_literal(4_000_000)),
        (PROJECT_IRI, OSA.equipment, ID.iri("equipment/radar")),
        (PROJECT_IRI, OSA.equipment, ID.iri("equipment/rescue-boat")),
        (PROJECT_IRI, OSA.status, OSA.Signed),
        (PROJECT_IRI, OSA.signedOn, date_literal("2025-12-05")),
        (PROJECT_IRI, OSA.item, radar),
        (PROJECT_IRI, OSA.item, boat),
        (radar, OSA.count, integer(5)),
        (boat, OSA.count, integer(2)),
    }
    hedges = {claim.subject: claim.hedge for claim in about(bundle, OSA.count)}
    assert hedges == {radar: None, boat: OSA.About}
    roots = {node.iri: node.root for node in bundle.nodes if node.carrier}
    assert roots == {PROJECT_IRI: None, radar: PROJECT_IRI, boat: PROJECT_IRI}


def test_the_plan_of_a_projected_project_is_asserted_and_its_amount_is_not(load: Load) -> None:
    row = PROJECT | {"status": "planned", "modality": "projected"}
    bundle = only(load(sources=[SOURCE], osa_projects=[row]))
    modality = {claim.predicate: claim.modality for claim in bundle.claims}
    assert (modality[OSA.status], modality[OSA.recipient]) == (OSA.Asserted, OSA.Asserted)
    assert (modality[OSA.amount], modality[OSA.signedOn]) == (OSA.Projected, OSA.Projected)


def test_a_position_is_framing_held_by_its_claimant(load: Load) -> None:
    (claim,) = only(load(sources=[SOURCE], positions=[POSITION])).claims
    assert claim.framing and claim.kind == OSA.FramingClaim
    assert claim.attributed_to == (ID.iri("ann-lee"),)
    assert claim.proposition == Literal("Funding rises too fast.", language="en")
    assert (claim.stance, claim.claimant_kind, claim.framing_kind) == (
        OSA.Critical,
        OSA.ExpertClaimant,
        OSA.Judgement,
    )


@pytest.mark.parametrize(
    ("kind", "is_framing", "modality"),
    [("reported_fact", False, OSA.Asserted), ("motive", True, OSA.AttributedIntent)],
)
def test_a_motive_is_attributed_and_a_reported_fact_is_a_statement(
    load: Load, kind: str, is_framing: bool, modality: NamedNode
) -> None:
    (claim,) = only(load(sources=[SOURCE], positions=[POSITION | {"kind": kind}])).claims
    assert (claim.framing, claim.modality, claim.predicate) == (is_framing, modality, None)


def test_lethality_is_framing_and_a_class_is_not_its_own_parent(load: Load) -> None:
    rows = [EQUIPMENT, EQUIPMENT | {"equipment_class": "sensor", "lethality": "unspecified", "note": "Other"}]
    bundle = only(load(sources=[SOURCE], equipment=rows))
    (lethality,) = about(bundle, OSA.lethality)
    assert (lethality.framing, lethality.framing_kind) == (True, OSA.Judgement)
    assert lethality.proposition == Literal("radar lethality non-lethal", language="en")
    assert [claim.subject for claim in about(bundle, SKOS.broader)] == [ID.iri("equipment/radar")]


def test_a_relation_takes_its_predicate_from_the_row(load: Load) -> None:
    (claim,) = only(load(sources=[SOURCE], relations=[RELATION])).claims
    assert (claim.subject, claim.predicate, claim.value) == (ID.osa, OSA.basedOn, ID.rules)


def test_a_new_instrument_is_described_by_its_row(load: Load) -> None:
    row = {
        "instrument_id": "new-law",
        "name_en": "New Law",
        "name_ja": "新法",
        "kind": "law",
        "issued_by": "Diet",
        "adopted_on": "2025",
        "source_id": "s1",
    }
    bundle = only(load(sources=[SOURCE], instruments=[row]))
    law = ID.iri("new-law")
    node = next(node for node in bundle.nodes if node.iri == law)
    assert node.triples == (
        Triple(law, RDF.type, OSA.Law),
        Triple(law, RDFS.label, Literal("New Law", language="en")),
        Triple(law, RDFS.label, Literal("新法", language="ja")),
    )
    assert {claim.predicate for claim in bundle.claims} == {OSA.issuedBy, OSA.adoptedOn}


@pytest.mark.parametrize(
    ("event", "label"),
    [
        ("ev-2014-04-01-new-rules", "New rules (2014-04-01)"),
        ("ev-undated-visit", "Visit (undated)"),
        ("visit", "visit"),
    ],
)
def test_an_event_is_named_after_its_id(load: Load, event: str, label: str) -> None:
    row = {"event_id": event, "event_type": "meeting", "actor": "Japan", "summary": "They meet."}
    bundle = only(load(sources=[SOURCE], policy_events=[row | {"source_id": "s1"}]))
    assert node_labels(bundle.nodes, ID.iri(f"event/{event}")) == {label}


def test_every_shipped_event_has_a_reviewed_name(shipped_tables: Path) -> None:
    with (shipped_tables / "policy_events.csv").open(encoding="utf-8", newline="") as file:
        events = {row["event_id"] for row in csv.DictReader(file)}
    named = read_names(shipped_tables).events
    assert (set(named), len(set(named.values()))) == (events, len(events))


def test_a_node_that_rows_describe_differently_is_described_in_full(load: Load) -> None:
    rows = [PROJECT, PROJECT | {"recipient": "Fiji"}]
    (node,) = (n for n in only(load(sources=[SOURCE], osa_projects=rows)).nodes if n.iri == PROJECT_IRI)
    parties = {triple.object for triple in node.triples if triple.predicate == OSA.party}
    assert (parties, node.carrier) == ({ID.japan, ID.palau, ID.fiji}, True)
    assert len(node.triples) == len(set(node.triples))


def test_rows_that_say_the_same_become_one_claim_with_both_quotes(load: Load) -> None:
    rows = [BUDGET, BUDGET | {"quote": "8.1 billion", "printed_figure": "8.1 billion"}]
    (amount,) = about(only(load(sources=[SOURCE], budgets=rows)), OSA.amount)
    assert amount.quotes == (Literal("8.1 billion", language="ja"), Literal("81億円", language="ja"))
    assert amount.verbatim == (Literal("8.1 billion"), Literal("81億円"))


def test_new_names_are_described_and_reported(load: Load) -> None:
    bundle = only(load(sources=[SOURCE], relations=[RELATION]))
    assert bundle.new_names == tuple(iri.value for iri in (ID.kyodo, ID.osa, ID.rules))
    assert [node.iri for node in bundle.nodes] == [ID.kyodo, ID.osa, ID.rules]


FAULTS: list[tuple[dict[str, list[Row]], str]] = [
    (
        {"sources": [SOURCE], "budgets": [BUDGET | {"source_id": "s2"}]},
        "budgets.csv, line 2, column source_id: no such source (value: 's2'). "
        "Describe it in sources.csv, in the same load.",
    ),
    (
        {"budgets": [BUDGET | {"source_id": "a b"}]},
        "budgets.csv, line 2, column source_id: no such source (value: 'a b'). "
        "Describe it in sources.csv, in the same load.",
    ),
    (
        {"sources": [SOURCE | {"source_id": "a b"}]},
        "sources.csv, line 2, column source_id: not an identifier (value: 'a b'). "
        "Use letters, digits, hyphens, points and underscores.",
    ),
    (
        {"sources": [SOURCE, SOURCE]},
        "sources.csv, line 3, column source_id: this source is described twice (value: 's1'). See line 2.",
    ),
    (
        {"sources": [SOURCE | {"publisher_kind": "tabloid"}]},
        "sources.csv, line 2, column publisher_kind: not one of the known values (value: 'tabloid'). "
        "Use one of: academic, aggregator, blog, government, military_institute, news_agency, newspaper, "
        "ngo, state_media, think_tank.",
    ),
    (
        {"sources": [SOURCE | {"title": ""}]},
        "sources.csv, line 2, column title: this column may not be empty (value: ''). Fill it in.",
    ),
    (
        {"sources": [SOURCE], "budgets": [BUDGET, BUDGET | {"amount": "8.1"}]},
        "budgets.csv, line 3, column amount: not a whole amount (value: '8.1'). "
        "Write whole currency units, digits only.",
    ),
    (
        {"sources": [SOURCE], "osa_projects": [PROJECT | {"event_date": "2025-02-30"}]},
        "osa_projects.csv, line 2, column event_date: not a date in the calendar (value: '2025-02-30'). "
        "Write YYYY-MM-DD, YYYY-MM or YYYY.",
    ),
    (
        {"sources": [SOURCE], "budgets": [BUDGET | {"quote": "1 2 3 4 5 6 7 8 9"}]},
        "budgets.csv, line 2, column quote: a quote of 9 words (value: '1 2 3 4 5 6 7 8 9'). "
        "Cut it to at most eight words.",
    ),
]


@pytest.mark.parametrize(("tables", "message"), FAULTS)
def test_a_fault_is_told_with_place_value_and_remedy(
    load: Load, tables: dict[str, list[Row]], message: str
) -> None:
    with pytest.raises(MalformedSourceError) as caught:
        load(**tables)
    assert str(caught.value) == message


def test_a_load_that_may_go_on_leaves_out_only_the_bad_rows(load: Load) -> None:
    errors: list[SourceError] = []
    bad = BUDGET | {"amount": "many", "fiscal_year": "2024"}
    bundle = only(load(reject=errors.append, sources=[SOURCE], budgets=[BUDGET, bad]))
    assert {claim.subject for claim in bundle.claims} == {ID.iri("budget/osa-fy2025")}
    assert [(error.line, error.column) for error in errors] == [(3, "amount")]


def test_rows_fall_with_their_source_and_are_named(load: Load) -> None:
    errors: list[SourceError] = []
    bad = SOURCE | {"language": "Japanese!"}
    assert load(reject=errors.append, sources=[bad], budgets=[BUDGET, BUDGET]) == []
    assert [str(error) for error in errors] == [
        "sources.csv, line 2, column language: not a language code (value: 'Japanese!'). "
        "Use an ISO 639 code, such as en or ja.",
        "budgets.csv, line 2: its source s1 was rejected.",
        "budgets.csv, line 3: its source s1 was rejected.",
    ]


def test_a_source_may_be_described_by_the_dataset(tmp_path: Path, vocabulary: Vocabulary) -> None:
    known = Source(source_iri("s1"), Literal("Known"), OSA.Newspaper)
    path = write(tmp_path, "relations", [RELATION])
    context = LoadContext(Names({}, {}), vocabulary, described={known.iri: known}.get)
    bundle = only(list(TableLoader().read([path], context)))
    assert bundle.source == known
    assert len(bundle.claims) == 1


def test_tables_are_told_apart_by_their_names(tmp_path: Path) -> None:
    loader = TableLoader()
    assert loader.accepts(Path("budgets.csv")) and not loader.accepts(Path("budgets.tsv"))
    assert not loader.accepts(Path("ships.csv"))
    with pytest.raises(
        MalformedSourceError, match=r"ships\.csv: no table is called so\. Use one of: budgets, "
    ):
        table_of(Path("ships.csv"))


def test_every_node_that_a_table_makes_is_a_carrier() -> None:
    subjects = [section.subject for table in TABLES.values() for section in table.sections]
    assert {subject.cls for subject in subjects if subject} == CARRIER_CLASSES


def test_every_row_of_the_shipped_tables_says_something(shipped_tables: Path, vocabulary: Vocabulary) -> None:
    names = read_names(shipped_tables)
    mapper = RowMapper(TABLES, CellReader(names, vocabulary))
    any_source = Source(source_iri("s1"), Literal("Any"), OSA.Newspaper)
    said: Counter[str] = Counter()
    for name, table in TABLES.items():
        for row in read_rows(shipped_tables / f"{name}.csv", table):
            found = list(mapper.map_row(row, any_source))
            mute = name != "sources" and not any(isinstance(item, Claim) for item in found)
            assert not mute, f"{row.file}, line {row.line}"
            said[name] += 1
    assert said == {
        "sources": 343,
        "osa_projects": 144,
        "budgets": 154,
        "recipients": 293,
        "recipient_counts": 43,
        "policy_events": 155,
        "instruments": 28,
        "positions": 110,
        "equipment": 49,
        "relations": 137,
    }


def test_what_a_source_says_does_not_depend_on_the_other_sources(
    shipped_tables: Path, vocabulary: Vocabulary
) -> None:
    context = LoadContext(read_names(shipped_tables), vocabulary)
    paths = sorted(path for path in shipped_tables.glob("*.csv") if path.stem in TABLES)
    rows = [row for path in paths for row in read_rows(path, table_of(path))]
    grouped = group_by_source(rows, context)
    together = list(bundles(grouped, context))
    alone = [only(list(bundles({key: rows}, context))) for key, rows in grouped.items()]
    assert [b.source.iri.value for b, c in zip(together, alone, strict=True) if b != c] == []


@pytest.mark.parametrize("first", ["Bob Ito", "bob ito"])
def test_two_spellings_of_a_new_name_are_each_told_by_their_source(load: Load, first: str) -> None:
    spellings = (first, "Bob Ito", "bob ito", "Bob Ito")
    rows = [SOURCE | {"source_id": f"s{n}", "author": name} for n, name in enumerate(spellings)]
    labels = [node_labels(bundle.nodes, ID.iri("bob-ito")) for bundle in load(sources=rows)]
    assert labels == [{name} for name in spellings]


def node_labels(nodes: tuple[Node, ...], iri: NamedNode) -> set[str]:
    triples = (triple for node in nodes if node.iri == iri for triple in node.triples)
    return {triple.object.value for triple in triples if triple.predicate == RDFS.label}  # type: ignore[union-attr]
