"""Decisions about links: facts at once, carried on by whatever is published next, and gone when withdrawn."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from graph.backup import write_backup
from graph.curation import LIKELY_LINK, LINK, NO_LINK, UNDO, read_acts
from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from graph.errors import CurationError, StoreBusyError, UnknownResourceError
from graph.projection import ASSESSMENTS
from graph.restore import restore_backup
from loaders.curating import undo
from loaders.link_answers import NAME, answering
from loaders.link_things import Things
from loaders.linking import Answer, decide_links, withdraw_links
from loaders.operations import build, remove
from loaders.replay import Workshop
from ontology.namespaces import DCTERMS, ID, OSA, OWL, RDF, SKOS, WD, XSD
from tests.unit.loaders.conftest import NOON

QuadsOf = Callable[[Workshop], set[Quad]]
RULES, LAW = ID.rules, ID.law


def opened(workshop: Workshop) -> EmbeddedStore:
    return EmbeddedStore(workshop.data.current().store, read_only=True)


def answer(subject: NamedNode, item: str, act: str = LINK, evidence: str = "It is so.") -> Answer:
    return Answer(subject.value, item, act, "Mori", evidence)


def decide(workshop: Workshop, *answers: Answer) -> list[tuple[int, str, str]]:
    return [(act.number, act.act, act.item) for act in decide_links(workshop, answers).acts]


def facts(workshop: Workshop, subject: NamedNode) -> set[tuple[str, str]]:
    linking = {SKOS.exactMatch: "is", OWL.sameAs: "same", OWL.differentFrom: "is not"}
    quads = opened(workshop).quads(subject, None, None, DefaultGraph())
    return {
        (linking[quad.predicate], str(quad.object).strip("<>").removeprefix(str(WD)))
        for quad in quads
        if quad.predicate in linking
    }


def node(workshop: Workshop, iri: NamedNode) -> dict[NamedNode, object]:
    return {quad.predicate: quad.object for quad in opened(workshop).quads(iri, None, None, ASSESSMENTS)}


def test_a_yes_is_a_verified_link_with_its_evidence_and_a_fact(workshop: Workshop) -> None:
    assert decide(workshop, answer(RULES, "Q900", evidence="score 95 of 100")) == [(1, LINK, WD.Q900.value)]
    assert facts(workshop, RULES) == {("is", "Q900")}
    assert node(workshop, ID.iri("link/rules")) == {
        RDF.type: OSA.Link,
        OSA.subject: RULES,
        OSA.linkedTo: WD.Q900,
        OSA.confidence: OSA.Verified,
        OSA.linkRelation: SKOS.exactMatch,
        OSA.evidence: Literal("score 95 of 100", language="en"),
        OSA.decidedBy: OSA.CuratorReview,
        OSA.curator: Literal("Mori"),
        DCTERMS.date: Literal("2026-04-01", datatype=XSD.date),
    }
    assert (workshop.data.current_number(), workshop.data.current().operation) == (2, "link")


def test_a_no_is_a_near_miss_and_several_of_them_stand(workshop: Workshop) -> None:
    decide(workshop, answer(RULES, "Q900", NO_LINK), answer(RULES, "Q901", NO_LINK), answer(RULES, "Q902"))
    assert facts(workshop, RULES) == {("is not", "Q900"), ("is not", "Q901"), ("is", "Q902")}
    assert workshop.data.current_number() == 2
    assert Things(opened(workshop)).read(RULES).refused == {"Q900", "Q901"}


def test_what_a_score_decides_is_likely_and_no_fact(workshop: Workshop) -> None:
    decide(workshop, answer(RULES, "Q900", LIKELY_LINK))
    assert facts(workshop, RULES) == set()
    thing = Things(opened(workshop)).read(RULES)
    assert (thing.link, thing.linked) == ("likely", ("Q900",))


def test_another_answer_takes_the_place_of_the_one_before(workshop: Workshop) -> None:
    decide(workshop, answer(RULES, "Q900", LIKELY_LINK))
    assert decide(workshop, answer(RULES, "Q900")) == [(2, UNDO, ""), (3, LINK, WD.Q900.value)]
    assert [act for _, act, _ in decide(workshop, answer(RULES, "Q901"))] == [UNDO, LINK]
    assert facts(workshop, RULES) == {("is", "Q901")}
    assert [act for _, act, _ in decide(workshop, answer(RULES, "Q901", NO_LINK))] == [UNDO, NO_LINK]
    assert facts(workshop, RULES) == {("is not", "Q901")}
    decide(workshop, answer(RULES, "Q901"))
    assert facts(workshop, RULES) == {("is", "Q901")}


def test_what_stands_is_not_recorded_twice(workshop: Workshop) -> None:
    decide(workshop, answer(RULES, "Q900"))
    linked = decide_links(workshop, [answer(RULES, "Q900"), answer(RULES, "Q900")])
    assert (linked.acts, linked.report.snapshot, workshop.data.current_number()) == ((), None, 2)


def test_withdrawing_leaves_no_trace_in_the_dataset(workshop: Workshop, quads_of: QuadsOf) -> None:
    before = quads_of(workshop)
    decide(workshop, answer(RULES, "Q900", NO_LINK), answer(RULES, "Q901"), answer(LAW, "Q902"))
    withdraw_links(workshop, RULES, "Ann", "wrong rules")
    assert (facts(workshop, RULES), facts(workshop, LAW)) == (set(), {("is", "Q902")})
    assert undo(workshop, None, "Ann").undone.item == WD.Q902.value  # type: ignore[union-attr]
    assert quads_of(workshop) == before
    with pytest.raises(CurationError, match="Nothing was decided about its links"):
        withdraw_links(workshop, RULES, "Ann")


def test_a_build_a_removal_and_a_restoration_keep_what_was_decided(
    workshop: Workshop, tmp_path: Path, quads_of: QuadsOf
) -> None:
    decide(workshop, answer(RULES, "Q900"), answer(RULES, "Q901", NO_LINK), answer(LAW, "Q902", LIKELY_LINK))
    quads = quads_of(workshop)
    build(workshop, lambda _done, _total: None)
    assert quads_of(workshop) == quads
    remove(workshop, "s2")
    assert facts(workshop, RULES) == {("is", "Q900"), ("is not", "Q901")}
    write_backup(workshop.data, tmp_path / "backup", NOON)
    other = DataDirectory(tmp_path / "other")
    restore_backup(other, tmp_path / "backup", NOON)
    assert len(read_acts(other.current().folder)) == 3
    build(Workshop(other, workshop.tables, workshop.loaders, workshop.clock), lambda _done, _total: None)
    store = EmbeddedStore(other.current().store, read_only=True)
    assert Things(store).read(RULES).linked == ("Q900",)


def test_answers_are_kept_until_a_snapshot_has_them(workshop: Workshop) -> None:
    with answering(workshop.data) as answers:
        answers.add(answer(RULES, "Q900"))
        answers.add(answer(LAW, "Q901", NO_LINK))
        with pytest.raises(StoreBusyError, match="Somebody is linking already"), answering(workshop.data):
            pass
    # The session was killed here, in the middle of its third answer.
    path = workshop.data.root / NAME
    path.write_bytes(path.read_bytes() + b'{"subject": "http')
    with answering(workshop.data) as answers:
        assert answers.left_over == 2
        answers.add(answer(LAW, "Q902"))
        kept = path.read_bytes()
        assert len(answers.record(workshop).acts) == 3
    assert not path.exists()
    assert (facts(workshop, RULES), facts(workshop, LAW)) == (
        {("is", "Q900")},
        {("is not", "Q901"), ("is", "Q902")},
    )
    # And here, between the snapshot and the end.
    path.write_bytes(kept)
    with answering(workshop.data) as answers:
        assert answers.left_over == 3
        assert answers.record(workshop).acts == ()
    assert workshop.data.current_number() == 2


@pytest.mark.parametrize(
    "line",
    [
        {},
        [],
        {"subject": ID.rules.value, "item": "Q9", "act": "accept", "by": "x", "evidence": "x"},
        {"subject": ID.rules.value, "item": "P9", "act": LINK, "by": "x", "evidence": "x"},
        {"subject": 7, "item": "Q9", "act": LINK, "by": "x", "evidence": "x"},
        {"subject": ID.rules.value, "item": "Q9", "act": LINK, "by": "x", "evidence": ""},
    ],
)
def test_a_line_that_is_no_answer_is_passed_over(line: object, workshop: Workshop) -> None:
    (workshop.data.root / NAME).write_text(json.dumps(line) + "\n")
    with answering(workshop.data) as answers:
        assert len(answers) == 0


def test_individuals_are_found_by_name_path_and_iri(workshop: Workshop) -> None:
    things = Things(opened(workshop))
    for text in ("Rules", "rules", "id:rules", str(RULES), RULES.value):
        assert things.named(text).iri == RULES
    for text in ("nothing", "id:nothing", "", "<>", "a b"):
        with pytest.raises(UnknownResourceError, match="There is nothing called"):
            things.named(text)


def test_two_individuals_of_one_name_are_told_apart_and_have_nodes_of_their_own(workshop: Workshop) -> None:
    store = EmbeddedStore()
    for path in ("a", "b"):
        store.insert([Quad(ID.iri(path), OSA["x"], OSA["y"], DefaultGraph())])
        label = Literal("Twin", language="en")
        store.insert([Quad(ID.iri(path), NamedNode("http://www.w3.org/2000/01/rdf-schema#label"), label)])
    things = Things(store)
    with pytest.raises(UnknownResourceError, match="is the name of several: id:a, id:b"):
        things.named("Twin")
    first, second = things.read(ID.a), things.read(ID.b)
    assert things.node_label(second) == "Twin"
    store.insert([Quad(ID.iri("link/twin"), OSA.subject, ID.a, ASSESSMENTS)])
    assert (things.node_label(first), things.node_label(second)) == ("Twin", "Twin (b)")
