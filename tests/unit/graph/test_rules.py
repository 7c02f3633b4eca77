"""Rules are read as the engine and an independent parser read them, and nothing else passes for one."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Triple, Variable
from rdflib.plugins.sparql.algebra import translateUpdate
from rdflib.plugins.sparql.parser import parseUpdate
from rdflib.term import Variable as OtherVariable

from graph.embedded import EmbeddedStore
from graph.errors import OntologyError
from graph.rules import RULES_FOLDER, Rule, instantiate, read_rule, read_rules, unify
from graph.store import AnyTerm
from ontology.namespaces import ID, OSA, OWL, RDF, RDFS

HEADER = "#+ summary: A rule.\n#+ turn: 1\n#+ table: 7\n#+ spec: https://example.org/\n"
X, Y, P = Variable("x"), Variable("y"), Variable("p")


@pytest.mark.parametrize("rule", read_rules(), ids=lambda rule: rule.name)
def test_each_rule_reads_as_another_parser_reads_it(rule: Rule) -> None:
    (update,) = translateUpdate(parseUpdate(rule.text)).algebra
    assert patterns(update.insert.triples) == {tuple(map(str, rule.head))}
    assert patterns(basic_graph_patterns(update.where)) == {tuple(map(str, each)) for each in rule.body}


def basic_graph_patterns(node: object) -> list[object]:
    if getattr(node, "name", "") == "BGP":
        return list(node["triples"])  # type: ignore[index]
    parts = node.values() if isinstance(node, dict) else ()
    return [triple for part in parts for triple in basic_graph_patterns(part)]


def patterns(triples: list[object]) -> set[tuple[str, ...]]:
    return {tuple(other_text(term) for term in triple) for triple in triples}  # type: ignore[attr-defined]


def other_text(term: object) -> str:
    return f"?{term}" if isinstance(term, OtherVariable) else str(term.n3())  # type: ignore[attr-defined]


@pytest.mark.parametrize("rule", read_rules(), ids=lambda rule: rule.name)
def test_the_engine_carries_out_each_rule(rule: Rule) -> None:
    EmbeddedStore().update(rule.text)


@pytest.mark.parametrize("rule", read_rules(), ids=lambda rule: rule.name)
def test_each_rule_says_what_it_means_and_where_it_is_from(rule: Rule) -> None:
    assert rule.title.endswith(".")
    assert rule.spec.startswith("https://www.w3.org/TR/owl2-")
    assert rule.table.startswith(("5,", "6,", "7,", "9,", "none: "))


def test_rules_come_in_the_order_of_their_turns() -> None:
    turns = [rule.turn for rule in read_rules()]
    assert turns == sorted(set(turns))
    assert len(turns) == len(list(RULES_FOLDER.iterdir()))


def test_a_rule_is_read_with_its_patterns(tmp_path: Path) -> None:
    path = tmp_path / "cax-sco.rq"
    path.write_text(
        HEADER + "insert { ?x a ?d } where { ?c rdfs:subClassOf ?d . ?x a ?c FILTER(isIRI(?d)) }\n"
    )
    rule = read_rule(path)
    assert (rule.name, rule.title, rule.note, rule.turn) == ("cax-sco", "A rule.", "", 1)
    assert rule.head == (X, RDF.type, Variable("d"))
    assert rule.body == ((Variable("c"), RDFS.subClassOf, Variable("d")), (X, RDF.type, Variable("c")))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (HEADER + "INSERT { ?x a ?y . ?y a ?x } WHERE { ?x ?p ?y }", "inserts 2 triples"),
        (HEADER + "INSERT { } WHERE { ?x ?p ?y }", "inserts 0 triples"),
        (HEADER + "INSERT { ?x a ?z } WHERE { ?x ?p ?y }", "inserts ?z, which nothing gives a value"),
        (HEADER + "INSERT { ?x a ?y }", "not INSERT { … } WHERE { … }"),
        (HEADER + "SELECT ?x { ?x ?p ?y } { }", "not INSERT { … } WHERE { … }"),
        (HEADER + "DELETE { ?x a ?y } WHERE { ?x ?p ?y }", "not INSERT { … } WHERE { … }"),
        (HEADER + "INSERT { ?x a ?y } WHERE { ?x ?p ?y } ; CLEAR ALL", "not INSERT { … } WHERE { … }"),
        (HEADER + "INSERT { ?x a ?y } WHERE { { ?x ?p ?y } }", "not INSERT { … } WHERE { … }"),
        (HEADER + "INSERT { ?x a ?y } WHERE { ?x ?p ?y FILTER(?x != ?y) }", "FILTER(isIRI(?x))"),
        (
            HEADER + "INSERT { ?x a ?y } WHERE { ?x ?p ?y BIND(1 AS ?z) }",
            "more, or less, than whole triple patterns",
        ),
        (
            HEADER + "INSERT { ?x a ?y } WHERE { ?x nowhere:p ?y }",
            "more, or less, than whole triple patterns",
        ),
        (HEADER + "INSERT { ?x a ?y } WHERE { ?x ?p [ a ?y ] }", "a blank node"),
        (HEADER.replace("turn: 1", "turn: first") + "INSERT { ?x a ?y } WHERE { ?x ?p ?y }", "turn"),
        ("INSERT { ?x a ?y } WHERE { ?x ?p ?y }", "lacks summary, turn, table, spec"),
        (HEADER + "#+ who: me\nINSERT { ?x a ?y } WHERE { ?x ?p ?y }", "the header has a line '#+ who: me'"),
    ],
)
def test_what_is_no_rule_is_refused_with_its_file(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "bad.rq"
    path.write_text(text)
    with pytest.raises(OntologyError, match=r"^bad\.rq: ") as caught:
        read_rule(path)
    assert fault in str(caught.value)


def test_a_pattern_is_unified_with_a_triple_that_it_fits() -> None:
    triple = Triple(ID.palau, OSA.recipient, ID.osa)
    assert unify((X, P, Y), triple) == {X: ID.palau, P: OSA.recipient, Y: ID.osa}
    assert unify((X, OSA.recipient, ID.osa), triple) == {X: ID.palau}
    assert unify((X, OSA.provider, Y), triple) is None
    assert unify((X, OSA.recipient, X), triple) is None
    assert unify((X, OSA.recipient, X), Triple(ID.osa, OSA.recipient, ID.osa)) == {X: ID.osa}


def test_a_pattern_is_filled_in_where_that_is_a_triple() -> None:
    values: dict[Variable, AnyTerm] = {X: ID.palau, Y: Literal("5"), P: OWL.sameAs}
    assert instantiate((X, RDF.type, NamedNode("x:c")), values) == Triple(
        ID.palau, RDF.type, NamedNode("x:c")
    )
    assert instantiate((X, P, Y), values) == Triple(ID.palau, OWL.sameAs, Literal("5"))
    assert instantiate((Y, RDF.type, X), values) is None
    assert instantiate((X, Y, X), values) is None
    with pytest.raises(KeyError):
        instantiate((X, P, Variable("z")), values)
