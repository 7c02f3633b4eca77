"""Why the graph holds a triple, or does not: on a small dataset, and on every triple of the shipped one."""

from __future__ import annotations

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Triple, Variable

from graph.asserted import Asserted
from graph.bundle import Bundle, Node, in_graph
from graph.claims import Claim
from graph.embedded import EmbeddedStore
from graph.explanation import (
    Axiom,
    Decision,
    Description,
    Elsewhere,
    Explanation,
    Gap,
    Given,
    Inference,
    Link,
    NotCounted,
    Reference,
    Underived,
    Unspoken,
)
from graph.explanation_gaps import FRAMING, HISTORY
from graph.explanation_search import Explainer, explain
from graph.grounding import read_grounding
from graph.inference import infer_all
from graph.projection import ASSESSMENTS, REFERENCE
from graph.revision import Revision
from graph.rules import instantiate, read_rules, unify
from graph.sources import Source, source_iri
from graph.terms import Term, date_literal, decimal_literal
from ontology.namespaces import GRAPH, ID, OSA, OWL, PROV, RDF, RDFS, SKOS, WD, XSD
from ontology.vocabulary import ontology_triples, read_vocabulary

PALAU, TONGA, JAPAN = ID.palau, ID.tonga, ID.japan
SIGNED, PLANNED = ID.iri("project/signed"), ID.iri("project/planned")
RADAR = ID.iri("equipment/radar")
LINE = ID.iri("budget/osa-fy2025")
NAVY, FORCES = ID.navy, ID.forces
NOTES = GRAPH.iri("user/notes")
AMOUNTS = {"paper": 8, "rival": 9, "blog": 7}


def source(name: str, kind: NamedNode = OSA.Newspaper, issued: str = "2025-06-01") -> Source:
    title, publisher = Literal(f"Title {name}", language="en"), ID.iri(f"publisher-{name}")
    return Source(source_iri(name), title, kind, publisher=publisher, issued=date_literal(issued))


def claim(name: str, about: NamedNode, predicate: NamedNode, value: Term, **fields: object) -> Claim:
    fields = {"modality": OSA.Asserted, "quotes": (Literal(f"words of {name}", language="en"),), **fields}
    return Claim(source_iri(name), about, predicate=predicate, value=value, **fields)  # type: ignore[arg-type]


def named(iri: NamedNode, kind: NamedNode, label: str, *, carrier: bool = False) -> Node:
    triples = (Triple(iri, RDF.type, kind), Triple(iri, RDFS.label, Literal(label, language="en")))
    return Node(iri, triples, carrier=carrier)


def project(name: str, about: NamedNode, recipient: NamedNode, status: NamedNode) -> list[Claim]:
    facts: dict[NamedNode, Term] = {OSA.recipient: recipient, OSA.programme: ID.osa, OSA.status: status}
    return [claim(name, about, predicate, value) for predicate, value in facts.items()]


@pytest.fixture(scope="module")
def store() -> EmbeddedStore:
    """Two projects, a budget line that sources disagree about, a navy within forces, links."""
    store = EmbeddedStore()
    store.insert(in_graph(ontology_triples(), DefaultGraph()))
    infer_all(store, read_grounding())
    store.insert(_extra())
    revision = Revision(store, read_vocabulary())
    for bundle in _bundles():
        revision.replace(bundle)
    revision.finish()
    return store


def _bundles() -> list[Bundle]:
    projects = [named(iri, OSA.AssistanceProject, "Project", carrier=True) for iri in (SIGNED, PLANNED)]
    line = named(LINE, OSA.BudgetLine, "Line", carrier=True)
    names = [named(PALAU, OSA.State, "Palau"), named(ID.osa, OSA.Programme, "OSA")]
    amounts = {name: claim(name, LINE, OSA.amount, decimal_literal(n)) for name, n in AMOUNTS.items()}
    framing = claim("paper", ID.osa, OSA.hasPurpose, ID.deterrence, framing=True)
    maybe = claim("paper", SIGNED, OSA.equipment, RADAR, modality=OSA.Projected)
    early = claim("paper", SIGNED, OSA.status, OSA.Planned)
    paper = [*project("paper", SIGNED, PALAU, OSA.Signed), *project("paper", PLANNED, TONGA, OSA.Planned)]
    parts = [claim("paper", NAVY, OSA.partOf, FORCES), claim("paper", FORCES, OSA.partOf, PALAU)]
    blog = [amounts["blog"], claim("blog", SIGNED, OSA.beneficiary, NAVY)]
    return [
        Bundle(
            source("paper", issued="2025-07-01"),
            (*paper, *parts, framing, maybe, early, amounts["paper"]),
            (*projects, line, *names),
        ),
        Bundle(source("rival"), (amounts["rival"],), (line,)),
        Bundle(source("blog", OSA.Blog), tuple(blog), (line, *names)),
    ]


def _extra() -> list[Quad]:
    label = Triple(JAPAN, RDFS.label, Literal("Japan", language="en"))
    links = {"japan": (JAPAN, WD.Q17, OSA.Verified), "palau": (PALAU, WD.Q695, OSA.Likely)}
    quads = [*in_graph([label], REFERENCE), *in_graph([label], DefaultGraph())]
    quads.append(Quad(JAPAN, SKOS.exactMatch, WD.Q17, DefaultGraph()))
    quads.append(Quad(JAPAN, OSA.note, Literal("seen"), NOTES))
    for name, (thing, item, confidence) in links.items():
        link = ID.iri(f"link/{name}")
        quads.append(Quad(link, RDF.type, OSA.Link, ASSESSMENTS))
        quads.append(Quad(link, OSA.subject, thing, ASSESSMENTS))
        quads.append(Quad(link, OSA.linkedTo, item, ASSESSMENTS))
        quads.append(Quad(link, OSA.evidence, Literal("a list", language="en"), ASSESSMENTS))
        quads.append(Quad(link, OSA.confidence, confidence, ASSESSMENTS))
    return quads


@pytest.fixture(scope="module")
def explainer(store: EmbeddedStore) -> Explainer:
    return Explainer(store)


def only(explanation: Explanation) -> object:
    [way] = explanation.ways
    return way


def test_an_accepted_fact_ends_in_the_words_of_its_source(explainer: Explainer) -> None:
    decision = only(explainer.explain(Triple(SIGNED, OSA.recipient, PALAU)))
    assert isinstance(decision, Decision)
    assert (decision.resolution.step, decision.resolution.voices) == (OSA.SingleVoice, 1)
    [evidence] = decision.supporting
    assert [quote.value for quote in evidence.claim.quotes] == ["words of paper"]
    assert evidence.source == source("paper", issued="2025-07-01")


def test_a_contested_fact_says_so_and_names_both_sides(explainer: Explainer) -> None:
    explanation = explainer.explain(Triple(LINE, OSA.amount, decimal_literal(8)))
    decision = only(explanation)
    assert isinstance(decision, Decision)
    assert explanation.is_contested
    assert decision.resolution.step == OSA.LaterPublication
    assert [each.claim.value for each in decision.supporting] == [decimal_literal(8)]
    assert {each.claim.value for each in decision.contesting} == {decimal_literal(7), decimal_literal(9)}


@pytest.mark.parametrize("side", [OSA.supportedBy, OSA.contestedBy])
def test_the_short_cuts_to_claims_are_explained_by_the_resolution(
    store: EmbeddedStore, explainer: Explainer, side: NamedNode
) -> None:
    quads = list(store.quads(LINE, side, None, DefaultGraph()))
    assert quads
    for quad in quads:
        assert isinstance(only(explainer.explain(quad.triple)), Decision)


def test_labels_classes_axioms_and_links_name_where_they_stand(explainer: Explainer) -> None:
    label = Triple(JAPAN, RDFS.label, Literal("Japan", language="en"))
    assert explainer.explain(label).ways == (Reference(),)
    described = only(explainer.explain(Triple(PALAU, RDF.type, OSA.State)))
    assert isinstance(described, Description)
    assert (described.count, [each.title.value for each in described.sources]) == (
        2,
        ["Title blog", "Title paper"],
    )
    axiom = Triple(OSA.receives, OWL.inverseOf, OSA.recipient)
    assert explainer.explain(axiom).ways == (Axiom("core.ttl"),)
    link = only(explainer.explain(Triple(JAPAN, SKOS.exactMatch, WD.Q17)))
    assert link == Link(ID.iri("link/japan"), "a list", OSA.Verified)


def steps_of(explanation: Explanation) -> list[str]:
    """The rules of a proof, from the conclusion down."""
    proofs = [explanation, *explanation.premises]
    return [way.rule.name for each in proofs for way in each.ways if isinstance(way, Inference)]


def test_an_inferred_fact_names_its_rules_down_to_the_sources(explainer: Explainer) -> None:
    explanation = explainer.explain(Triple(PALAU, OSA.recipientOf, ID.osa))
    assert steps_of(explanation) == ["prp-spo2-3", "prp-inv2", "cls-hsf", "cls-hv2"]
    facts = [each.triple for each in explanation.premises if isinstance(each.ways[0], Decision)]
    assert facts == [
        Triple(SIGNED, OSA.recipient, PALAU),
        Triple(SIGNED, OSA.status, OSA.Signed),
        Triple(SIGNED, OSA.programme, ID.osa),
    ]
    assert not explanation.rests_on_contested


def test_what_is_inferred_from_a_contested_fact_says_so(store: EmbeddedStore) -> None:
    explanation = explain(store, Triple(LINE, RDF.type, PROV.Entity))
    assert not explanation.is_held  # the line's class has no broader one
    rests = Explanation(
        Triple(LINE, OSA.note, Literal("x")),
        (Inference(read_rules()[0], (explain(store, Triple(LINE, OSA.amount, decimal_literal(8))),)),),
    )
    assert (rests.is_contested, rests.rests_on_contested) == (False, True)


def gaps_of(explainer: Explainer, *terms: Term) -> tuple[Gap, ...]:
    explanation = explainer.explain(Triple(*terms))  # type: ignore[arg-type]
    assert not explanation.is_held
    return explanation.gaps


def test_an_open_slot_tells_its_claims_and_the_step(explainer: Explainer) -> None:
    [gap] = gaps_of(explainer, SIGNED, OSA.beneficiary, NAVY)
    assert isinstance(gap, Decision)
    assert (gap.resolution.accepted, gap.resolution.step) == (None, OSA.OnlyWeakSources)
    assert [each.source.kind for each in gap.contesting] == [OSA.Blog]


def test_another_value_that_was_accepted_is_named(explainer: Explainer) -> None:
    [gap] = gaps_of(explainer, LINE, OSA.amount, decimal_literal(9))
    assert isinstance(gap, Decision)
    assert gap.resolution.accepted == str(decimal_literal(8))


def test_a_claim_that_does_not_count_says_why(explainer: Explainer) -> None:
    [framing] = gaps_of(explainer, ID.osa, OSA.hasPurpose, ID.deterrence)
    assert isinstance(framing, NotCounted)
    assert framing.reason == FRAMING
    slot, projected = gaps_of(explainer, SIGNED, OSA.equipment, RADAR)
    assert isinstance(slot, Decision) and slot.resolution.step == OSA.NothingAsserted
    assert isinstance(projected, NotCounted)
    assert projected.reason == "It is not asserted: projected."
    further, history = gaps_of(explainer, SIGNED, OSA.status, OSA.Planned)
    assert isinstance(further, Decision) and further.resolution.accepted == str(OSA.Signed)
    assert isinstance(history, NotCounted)
    assert history.reason == HISTORY


def test_a_fact_that_rules_would_give_tells_which_premise_is_missing_and_why(explainer: Explainer) -> None:
    [chain] = gaps_of(explainer, TONGA, OSA.recipientOf, ID.osa)
    assert isinstance(chain, Underived)
    assert chain.rule.name == "prp-spo2-3"
    assert set(chain.present) == {
        Triple(TONGA, OSA.receives, PLANNED),
        Triple(PLANNED, OSA.programme, ID.osa),
    }
    assert chain.missing == ((PLANNED, OSA.isCommitted, PLANNED),)
    [committed] = chain.why[0].gaps
    assert isinstance(committed, Underived)
    assert committed.missing == ((PLANNED, RDF.type, OSA.CommittedProject),)
    ways = committed.why[0].gaps
    missing = [way.missing for way in ways if isinstance(way, Underived)]
    states = (OSA.Completed, OSA.Delivered, OSA.Signed)
    assert missing == [((PLANNED, OSA.status, state),) for state in states]
    [decision] = ways[2].why[0].gaps  # type: ignore[union-attr]
    assert isinstance(decision, Decision)
    assert decision.resolution.accepted == str(OSA.Planned)


def test_a_premise_of_which_nothing_is_known_keeps_its_variables(explainer: Explainer) -> None:
    [chain] = gaps_of(explainer, NAVY, OSA.recipientOf, ID.osa)
    assert isinstance(chain, Underived)
    assert (chain.present, chain.why) == ((), ())
    assert chain.missing[0] == (NAVY, OSA.receives, Variable("y1"))


def test_what_nothing_speaks_of_is_named(explainer: Explainer) -> None:
    [gap] = gaps_of(explainer, ID.nobody, OSA.recipient, PALAU)
    assert gap == Unspoken(f"Nothing in the dataset speaks of {ID.nobody.value}.")
    [gap] = gaps_of(explainer, PLANNED, OSA.signedOn, date_literal("2025-01-01"))
    assert gap == Unspoken("Nothing in the dataset speaks of this property of this thing.")
    [gap] = gaps_of(explainer, PALAU, RDFS.label, Literal("Belau"))
    assert gap == Unspoken("Nothing in the dataset gives this value; others are there.")


def test_a_value_of_another_kind_is_told_of(explainer: Explainer) -> None:
    twin, _ = gaps_of(explainer, LINE, OSA.amount, Literal("8.0", datatype=XSD.double))
    eight = decimal_literal(8)
    assert twin == Unspoken(f"The graph has it with a value of another kind: {eight}.")
    [twin] = gaps_of(explainer, JAPAN, RDFS.label, Literal("Japan"))
    assert twin == Unspoken('The graph has it with a value of another kind: "Japan"@en.')


def test_a_copy_of_a_claim_in_a_user_graph_is_no_second_claim(store: EmbeddedStore) -> None:
    [quad] = store.quads(None, OSA.object, RADAR)
    copied = [each.triple for each in store.quads(quad.subject)]
    store.insert(in_graph(copied, NOTES))
    _, projected = gaps_of(Explainer(store), SIGNED, OSA.equipment, RADAR)
    store.delete(in_graph(copied, NOTES))
    assert isinstance(projected, NotCounted)
    assert projected.evidence.claim.iri == quad.subject


def test_what_stands_in_another_graph_or_is_linked_without_proof_says_so(explainer: Explainer) -> None:
    assert gaps_of(explainer, JAPAN, OSA.note, Literal("seen")) == (Elsewhere((NOTES,)),)
    [link] = gaps_of(explainer, PALAU, SKOS.exactMatch, WD.Q695)
    assert link == Link(ID.iri("link/palau"), "a list", OSA.Likely, gives=False)


def test_a_plain_dataset_holds_what_it_was_given() -> None:
    store = EmbeddedStore()
    triple = Triple(ID.a, ID.b, ID.c)
    store.insert(in_graph([triple], DefaultGraph()))
    assert explain(store, triple).ways == (Given(),)


def test_a_cycle_is_cut_and_the_proof_is_the_shortest() -> None:
    store = EmbeddedStore()
    store.insert(in_graph(ontology_triples(), DefaultGraph()))
    ring = [ID.iri(f"part-{number}") for number in range(6)]
    pairs = [(one, ring[(place + 1) % 6]) for place, one in enumerate(ring)]
    parts = [claim("paper", one, OSA.partOf, other) for one, other in pairs]
    revision = Revision(store, read_vocabulary())
    revision.replace(Bundle(source("paper"), tuple(parts)))
    revision.finish()
    for end in ring:
        explanation = explain(store, Triple(ring[0], OSA.within, end))
        assert explanation.is_held
        assert set(steps_of(explanation)) <= {"prp-spo1", "prp-trp"}
        assert explanation.triple not in [each.triple for each in explanation.premises]
    assert steps_of(explain(store, Triple(ring[0], OSA.within, ring[1]))) == ["prp-spo1"]


def test_every_triple_of_the_shipped_dataset_is_explained_and_every_proof_replays(
    shipped_store: EmbeddedStore,
) -> None:
    explainer, asserted = Explainer(shipped_store), Asserted(shipped_store)
    unexplained, wrong = [], []
    for quad in shipped_store.quads(graph=DefaultGraph()):
        explanation = explainer.explain(quad.triple)
        inference = [way for way in explanation.ways if isinstance(way, Inference)]
        if not explanation.ways or Given() in explanation.ways:
            unexplained.append(quad.triple)
        if inference and not all(replays(shipped_store, quad.triple, way) for way in inference):
            wrong.append(quad.triple)
        if not inference and quad.triple not in asserted:
            wrong.append(quad.triple)
    assert (unexplained, wrong) == ([], [])


def replays(store: EmbeddedStore, conclusion: Triple, inference: Inference) -> bool:
    """Whether the premises are there, no proof rests on its conclusion, and the rule gives the conclusion."""
    premises = [premise.triple for premise in inference.premises]
    below = [premise.triple for way in inference.premises for premise in (way, *way.premises)]
    bindings: dict[Variable, object] = {}
    for pattern, premise in zip(inference.rule.body, premises, strict=True):
        found = unify(pattern, premise)
        if found is None or any(bindings.setdefault(name, term) != term for name, term in found.items()):
            return False
    held = {quad.triple for each in premises for quad in store.quads(each.subject, graph=DefaultGraph())}
    concluded = instantiate(inference.rule.head, bindings)  # type: ignore[arg-type]
    return held >= set(premises) and conclusion not in below and concluded == conclusion
