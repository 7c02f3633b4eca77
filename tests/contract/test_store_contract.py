"""What any store must do, whichever engine it is: the same questions to each, the same answers."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Triple,
    Variable,
    parse,
)

from graph.errors import QueryError
from graph.store import WritableStore
from ontology.namespaces import GRAPH, ID, OSA, RDF, RDFS, XSD
from tests.contract.engines import Embedded, Engine, fuseki, ours, oxigraph
from tests.contract.probes import answers

ENGINES = Path(__file__).parents[2] / "web" / "deployment" / "engines.md"
NAMED = GRAPH.iri("source/a")
JAPAN = Quad(ID.japan, RDF.type, OSA.State, DefaultGraph())
PALAU = Quad(ID.palau, RDF.type, OSA.State, NAMED)
LABEL = Quad(ID.japan, RDFS.label, Literal('日本 "\\\n', language="ja"), DefaultGraph())
AMOUNT = Quad(ID.japan, OSA.amount, Literal("12.50", datatype=XSD.decimal), NAMED)
ALL = {JAPAN, PALAU, LABEL}


@pytest.fixture(scope="module", params=["embedded", "osagraph", "oxigraph", "fuseki"])
def engine(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    serving: Callable[..., AbstractContextManager[Any]],
) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp(request.param)
    starting: dict[str, Callable[[Path], AbstractContextManager[Engine]]] = {
        "embedded": lambda _: contextlib.nullcontext(Embedded()),
        "osagraph": lambda folder: ours(folder, serving),
        "oxigraph": oxigraph,
        "fuseki": fuseki,
    }
    with starting[request.param](folder) as started:
        yield started


@pytest.fixture
def store(engine: Engine) -> WritableStore:
    """An engine with three quads in it."""
    engine.empty()
    engine.store.insert(ALL)
    return engine.store


def test_quads_are_found_by_any_part(store: WritableStore) -> None:
    assert set(store.quads()) == ALL
    assert set(store.quads(ID.japan)) == {JAPAN, LABEL}
    assert list(store.quads(graph=NAMED)) == [PALAU]
    assert set(store.quads(graph=DefaultGraph())) == {JAPAN, LABEL}
    assert set(store.quads(None, RDF.type, OSA.State)) == {JAPAN, PALAU}
    assert list(store.quads(ID.japan, RDFS.label, LABEL.object, DefaultGraph())) == [LABEL]
    assert list(store.quads(ID.palau, graph=DefaultGraph())) == []
    assert list(store.quads(graph=GRAPH.iri("source/none"))) == []


def test_what_is_there_twice_is_there_once(store: WritableStore) -> None:
    store.insert([JAPAN, JAPAN])
    assert set(store.quads()) == ALL and len(list(store.quads())) == len(ALL)


def test_quads_are_deleted_and_those_that_are_not_there_passed_over(store: WritableStore) -> None:
    store.delete([JAPAN, AMOUNT, LABEL])
    assert list(store.quads()) == [PALAU]
    store.delete([])
    store.insert([])
    assert list(store.quads()) == [PALAU]


def test_a_query_of_each_form_is_answered(store: WritableStore) -> None:
    solutions = store.query("SELECT ?s ?none WHERE { ?s a osa:State }")
    assert isinstance(solutions, QuerySolutions)
    assert [variable.value for variable in solutions.variables] == ["s", "none"]
    assert [(row["s"], row["none"]) for row in solutions] == [(ID.japan, None)]
    for text, answer in (("ASK { id:japan a osa:State }", True), ("ASK { id:palau a osa:State }", False)):
        truth = store.query(text)
        assert isinstance(truth, QueryBoolean) and bool(truth) is answer
    triples = store.query("CONSTRUCT { ?s a osa:Actor } WHERE { GRAPH ?g { ?s a osa:State } }")
    assert isinstance(triples, QueryTriples)
    assert list(triples) == [Triple(ID.palau, RDF.type, OSA.Actor)]


def test_bindings_stand_in_place_of_variables(store: WritableStore) -> None:
    bindings = {Variable("s"): ID.palau}
    answer = store.query("SELECT ?s ?g WHERE { GRAPH ?g { ?s a osa:State } }", bindings=bindings)
    assert isinstance(answer, QuerySolutions)
    assert [(row["s"], row["g"]) for row in answer] == [(ID.palau, NAMED)]


def test_a_text_that_is_not_sparql_is_refused(store: WritableStore) -> None:
    with pytest.raises(QueryError):
        store.query("SELECT * WHERE {\n ?s ?p }")
    assert set(store.quads()) == ALL


def test_numbers_keep_their_value(store: WritableStore) -> None:
    store.insert([AMOUNT])
    (found,) = store.quads(None, OSA.amount)
    assert isinstance(found.object, Literal) and Decimal(found.object.value) == Decimal("12.5")


def test_a_whole_decimal_is_found_and_deleted_in_either_form(store: WritableStore) -> None:
    whole = Quad(ID.japan, OSA.amount, Literal("12", datatype=XSD.decimal), NAMED)
    store.insert([whole])
    assert list(store.quads(None, OSA.amount)) == [whole]
    assert bool(store.query('ASK { GRAPH ?g { ?s osa:amount "12"^^xsd:decimal } }'))
    store.delete([whole])
    assert list(store.quads(None, OSA.amount)) == []


def test_the_default_graph_holds_nothing_of_the_named_ones(store: WritableStore) -> None:
    answer = store.query("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")
    assert isinstance(answer, QuerySolutions)
    assert [int(row["n"].value) for row in answer] == [2]


def test_a_dump_holds_the_dataset_or_one_graph(store: WritableStore) -> None:
    whole, part = io.BytesIO(), io.BytesIO()
    store.dump(whole, RdfFormat.N_QUADS)
    store.dump(part, RdfFormat.N_TRIPLES, NAMED)
    assert set(parse(whole.getvalue(), format=RdfFormat.N_QUADS)) == ALL
    assert part.getvalue().decode() == f"{PALAU.triple} .\n"


def test_blank_nodes_stay_apart_and_together(store: WritableStore) -> None:
    one, other = BlankNode(), BlankNode()
    store.insert([Quad(one, RDF.type, OSA.State, NAMED), Quad(one, OSA.role, OSA.Provider, NAMED)])
    store.insert([Quad(other, RDF.type, OSA.State, NAMED)])
    answer = store.query("SELECT ?s WHERE { GRAPH ?g { ?s a osa:State FILTER isBLANK(?s) } }")
    assert isinstance(answer, QuerySolutions)
    assert len({row["s"] for row in answer}) == 2
    assert bool(store.query("ASK { GRAPH ?g { ?s a osa:State ; osa:role osa:Provider } }"))


def test_a_triple_term_comes_back_as_it_went_in(store: WritableStore) -> None:
    reified = Quad(ID.iri("claim/1"), RDF.reifies, JAPAN.triple, DefaultGraph())
    store.insert([reified])
    assert list(store.quads(ID.iri("claim/1"))) == [reified]
    assert list(store.quads(None, RDF.reifies, JAPAN.triple)) == [reified]


def test_an_update_of_ten_thousand_quads_is_all_there(store: WritableStore) -> None:
    many = {Quad(NamedNode(f"http://example.org/{n}"), RDF.type, OSA.State, NAMED) for n in range(10_000)}
    store.insert(many)
    store.flush()
    assert set(store.quads(graph=NAMED)) == many | {PALAU}


def test_the_page_about_engines_says_what_this_one_answers(
    engine: Engine, request: pytest.FixtureRequest
) -> None:
    cells = [line.strip("| ").split(" | ") for line in ENGINES.read_text(encoding="utf-8").splitlines()]
    names = next(row for row in cells if row[0] == "probe")
    column = names.index(request.node.callspec.params["engine"])
    written = {row[0]: row[column] for row in cells if len(row) == len(names)}
    for title, found in answers(engine):
        assert (title, written.get(title)) == (title, found)
