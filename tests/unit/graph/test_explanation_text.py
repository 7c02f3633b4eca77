"""Every kind of way and of gap, as its lines of text and in RDF."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, Variable, parse

from graph.claims import Claim
from graph.embedded import EmbeddedStore
from graph.explanation import (
    Axiom,
    Decision,
    Description,
    Elsewhere,
    Evidence,
    Explanation,
    Gap,
    Given,
    Inference,
    Link,
    NotCounted,
    Reference,
    Underived,
    Unspoken,
    Way,
)
from graph.explanation_document import Document, DocumentWriter
from graph.explanation_names import Names
from graph.explanation_provenance import statement_iri, turtle
from graph.explanation_text import text_of, unshown
from graph.projection import resolution_iri
from graph.resolution import Resolution
from graph.rules import read_rules
from graph.sources import Source, source_iri
from graph.terms import Term, date_literal
from graph.votes import Slot
from ontology.namespaces import GRAPH, ID, OSA, RDF

COUNT = ID.iri("count/2025")
TRIPLE = Triple(COUNT, OSA.recipientCount, Literal(8))
PAPER = Source(source_iri("a"), Literal("Paper A"), OSA.Blog, publisher=ID.press, issued=date_literal("2025"))
CLAIM = Claim(
    PAPER.iri,
    COUNT,
    OSA.Asserted,
    OSA.recipientCount,
    Literal(8),
    qualifiers=((OSA.fiscalYear, Literal(2025)),),
    attributed_to=(ID.tanaka,),
    quotes=(Literal("eight", language="en"),),
    verbatim=(Literal("8か国"),),
    quote_start=4,
    quote_end=9,
)
FRAMING = Claim(
    PAPER.iri, ID.osa, OSA.Asserted, framing=True, proposition=Literal("It is for peace.", language="en")
)
SLOT = Slot(COUNT.value, OSA.recipientCount.value, "2025")
RESOLUTION = Resolution(SLOT, None, (), (CLAIM.iri.value,), 1, OSA.OnlyWeakSources)
SAID = Evidence(CLAIM, PAPER)
OPEN = Decision(resolution_iri(SLOT), RESOLUTION, (), (SAID,))
ACCEPTED = replace(
    OPEN,
    resolution=RESOLUTION._replace(
        accepted=str(Literal(8)),
        supported_by=(CLAIM.iri.value,),
        contested_by=(),
        definition=str(OSA.CountingUnspecified),
    ),
    supporting=(SAID,),
    contesting=(),
)
LINK = Link(ID.iri("link/a"), "a list", OSA.Likely)
RULES = {rule.name: rule for rule in read_rules()}
EVIDENCE = [
    "8; as printed: 8か国; osa:fiscalYear: 2025; osa:Asserted; attributed to id:tanaka",
    "“eight”",
    "Paper A, id:press, 2025 (osa:Blog)",
]
SYMMETRIC = Inference(
    RULES["prp-inv1"],
    (
        Explanation(Triple(BlankNode("a"), RDF.first, OSA.count), (Axiom("core.ttl"),)),
        Explanation(TRIPLE, (ACCEPTED,)),
        Explanation(TRIPLE, (ACCEPTED,)),
    ),
)
INVERSE = "What the inverse of a property relates, the property relates the other way round."


def document_of(*ways: Way, gaps: tuple[Gap, ...] = (), triple: Triple = TRIPLE) -> Document:
    return DocumentWriter(Names(EmbeddedStore())).write(Explanation(triple, ways, gaps))


def lines(document: Document) -> list[str]:
    """The text without the statement and its indentation."""
    return [line.strip() for line in text_of(document).splitlines()[2:]]


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        (Axiom("core.ttl"), ["Stands in the ontology: core.ttl."]),
        (Reference(), ["Stands in the reviewed reference tables."]),
        (Given(), ["Stands in the graph as it is: nothing in the dataset says why."]),
        (Description((PAPER,), 3), ["Described so by 3 sources.", EVIDENCE[2], "and 2 more"]),
        (LINK, ["Linked, osa:Likely: a list"]),
        (ACCEPTED, ["Accepted: osa:OnlyWeakSources, 1 voice.", f"for:     {EVIDENCE[0]}", *EVIDENCE[1:]]),
    ],
)
def test_each_way_is_a_sentence_and_what_belongs_to_it(way: Way, expected: list[str]) -> None:
    assert lines(document_of(way)) == expected


def test_a_proof_leaves_out_how_lists_are_built_and_what_was_told_before() -> None:
    told = lines(document_of(SYMMETRIC, triple=Triple(ID.a, ID.b, ID.c)))
    assert told[0].startswith("Inferred by prp-inv1: ")
    statement = "id:count/2025 osa:recipientCount " + '"8"^^xsd:integer'
    assert told[1:3] == [statement, "Accepted: osa:OnlyWeakSources, 1 voice."]
    assert told[-2:] == [statement, "Explained above."]
    assert not any("rdf:first" in line for line in told)


@pytest.mark.parametrize(
    ("gap", "expected"),
    [
        (OPEN, ["The slot is open for 2025: osa:OnlyWeakSources.", f"against: {EVIDENCE[0]}", *EVIDENCE[1:]]),
        (
            ACCEPTED,
            [
                "Another value is accepted for 2025: 8 (osa:OnlyWeakSources, 1 voice).",
                f"for:     {EVIDENCE[0]}",
                *EVIDENCE[1:],
            ],
        ),
        (LINK, ["A link that is osa:Likely: a list"]),
        (NotCounted(SAID, "Why."), ["A claim states it, and does not count. Why.", *EVIDENCE]),
        (
            NotCounted(Evidence(FRAMING, PAPER), "Why."),
            ["A claim states it, and does not count. Why.", "It is for peace.; osa:Asserted", EVIDENCE[2]],
        ),
        (Elsewhere((GRAPH.iri("user/a"),)), ["It stands in graph:user/a, which is not among the facts."]),
        (Unspoken("Nothing."), ["Nothing."]),
        (
            Underived(
                RULES["prp-inv2"],
                (Triple(ID.a, ID.b, ID.c),),
                ((ID.d, ID.e, Variable("x")), (ID.f, ID.g, ID.h)),
                (Explanation(Triple(ID.f, ID.g, ID.h), (), (Unspoken("Nothing."),)),),
            ),
            [
                f"prp-inv2 would give it, but 2 premises are missing: {INVERSE}",
                "there:   id:a id:b id:c",
                "missing: id:d id:e ?x",
                "missing: id:f id:g id:h",
                "Nothing.",
            ],
        ),
    ],
)
def test_each_gap_is_a_sentence_and_what_belongs_to_it(gap: Gap, expected: list[str]) -> None:
    assert lines(document_of(gaps=(gap,))) == ["Is not among the facts.", *expected]


def test_what_rests_on_something_contested_says_so_at_the_top() -> None:
    contested = replace(ACCEPTED, resolution=ACCEPTED.resolution._replace(contested_by=(FRAMING.iri.value,)))
    premise = Explanation(TRIPLE, (contested,))
    top = "This rests on something contested: there are claims against one of its premises."
    inference = Inference(RULES["prp-inv2"], (premise,))
    assert text_of(document_of(inference, triple=Triple(ID.a, ID.b, ID.c))).splitlines()[1] == top


def test_of_very_many_claims_the_rest_is_counted() -> None:
    many = ACCEPTED.resolution._replace(supported_by=tuple(f"urn:{n}" for n in range(300)))
    document = document_of(replace(ACCEPTED, resolution=many))
    assert unshown(document["ways"][0]) == 299
    assert lines(document)[-1] == "and 299 more"


@pytest.mark.parametrize(
    ("explanation", "expected"),
    [
        (Explanation(TRIPLE, (Axiom("core.ttl"),)), "Ontology: core.ttl"),
        (Explanation(TRIPLE, (Reference(),)), f"{GRAPH}reference"),
        (Explanation(TRIPLE, (Description((PAPER,), 1),)), PAPER.iri.value),
        (Explanation(TRIPLE, (LINK,)), "a list"),
        (Explanation(TRIPLE, (ACCEPTED,)), "eight"),
        (Explanation(TRIPLE, (ACCEPTED,)), "9"),
        (Explanation(TRIPLE, (SYMMETRIC,)), f"{ID}rule/prp-inv1"),
        (Explanation(TRIPLE, (), (OPEN,)), CLAIM.iri.value),
        (Explanation(TRIPLE, (), (LINK,)), "a list"),
        (Explanation(TRIPLE, (), (NotCounted(SAID, "Why."),)), "Why."),
        (
            Explanation(
                TRIPLE,
                (),
                (Underived(RULES["prp-inv2"], (), (), (Explanation(TRIPLE, (), (Unspoken("None."),)),)),),
            ),
            statement_iri(TRIPLE).value,
        ),
    ],
)
def test_each_kind_is_found_in_the_rdf(explanation: Explanation, expected: str) -> None:
    found: set[Term | Triple] = {quad.object for quad in parse(turtle(explanation), format=RdfFormat.TURTLE)}
    assert expected in {term.value for term in found if isinstance(term, Literal | NamedNode)}
