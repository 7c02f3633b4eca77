"""The shapes: each is tried on an example that conforms and on one that does not.

`shapes/NAME.conforming.ttl` breaks no shape at all; `shapes/NAME.violating.ttl` breaks the shape NAME alone,
on the paths that its comments name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pyshacl
import pytest
import rdflib
from pyoxigraph import NamedNode, RdfFormat, Triple, parse
from rdflib.namespace import RDF, SH

from graph.errors import OntologyError
from graph.validation_graph import BatchGraph, Index
from graph.validation_shapes import Shapes, flattened, read_shapes
from graph.violations import Violation
from loaders.fiscal_years import YEARS
from ontology.namespaces import ID, OSA, OWL
from ontology.namespaces import RDF as TYPES
from ontology.shape_files import SHAPES, schema_triples, shape_triples
from ontology.vocabulary import ontology_triples, read_vocabulary

EXAMPLES = Path(__file__).with_name("shapes")
NAMES = sorted({path.name.split(".")[0] for path in EXAMPLES.glob("*.ttl")})
# Only ever inferred from the status of an assistance project, whose shape holds.
WITHOUT_SHAPE = {OSA.CommittedProject}
OSA_BASE = str(OSA)


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return read_shapes()


def broken(shapes: Shapes, triples: list[Triple]) -> Iterator[Violation]:
    batch = BatchGraph(shapes.terms, shapes.schema, Index())
    batch.put([(t.subject, t.predicate, t.object) for t in triples])  # type: ignore[misc]
    return shapes.violations(batch)


def example(name: str) -> list[Triple]:
    content = (EXAMPLES / f"{name}.ttl").read_bytes()
    return [quad.triple for quad in parse(input=content, format=RdfFormat.TURTLE)]


@pytest.mark.parametrize("name", NAMES)
def test_a_conforming_example_breaks_no_shape(name: str, shapes: Shapes) -> None:
    assert [violation.sentence for violation in broken(shapes, example(f"{name}.conforming"))] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_violating_example_breaks_its_shape_where_it_says(name: str, shapes: Shapes) -> None:
    text = (EXAMPLES / f"{name}.violating.ttl").read_text("utf-8")
    wanted = {(name, path) for path in re.findall(r"^# breaks: (.*)$", text, re.MULTILINE)}
    found = list(broken(shapes, example(f"{name}.violating")))
    assert {(violation.shape, violation.path) for violation in found} == wanted
    assert wanted
    assert all(re.fullmatch(r"[A-Z].*[.]", violation.message) for violation in found)


def named_shapes(shapes: Shapes) -> set[str]:
    kinds = (SH.NodeShape, SH.PropertyShape)
    nodes = {node for kind in kinds for node in shapes.graph.subjects(RDF.type, kind)}
    return {str(node).removeprefix(OSA_BASE) for node in nodes if isinstance(node, rdflib.URIRef)}


def test_every_shape_has_its_examples(shapes: Shapes) -> None:
    assert set(NAMES) == named_shapes(shapes)
    assert len(list(EXAMPLES.iterdir())) == 2 * len(NAMES)


def test_every_class_has_a_shape(shapes: Shapes) -> None:
    targets = {str(node) for node in shapes.graph.objects(None, SH.targetClass)}
    kinds = (t for t in ontology_triples() if t.predicate == TYPES.type and t.object == OWL.Class)
    ours = {t.subject for t in kinds if isinstance(t.subject, NamedNode) and t.subject in OSA}
    assert {node for node in ours if node.value not in targets} == WITHOUT_SHAPE


def test_the_shapes_conform_to_the_shapes_of_shacl(shapes: Shapes) -> None:
    conforms, _, text = pyshacl.validate(rdflib.Graph(), shacl_graph=shapes.graph, meta_shacl=True)
    assert conforms, text


def test_every_term_in_the_shapes_is_a_term_of_the_ontology(shapes: Shapes) -> None:
    known = {t.subject.value for t in ontology_triples() if isinstance(t.subject, NamedNode)}
    known |= {OSA_BASE + name for name in named_shapes(shapes)}
    used = {str(term) for triple in shapes.graph for term in triple if str(term).startswith(OSA_BASE)}
    assert used - known == set()


def test_no_framing_predicate_may_be_a_fact(shapes: Shapes) -> None:
    targets = shapes.graph.objects(rdflib.URIRef(OSA.FramingFactShape.value), SH.targetSubjectsOf)
    assert {str(node) for node in targets} == {node.value for node in read_vocabulary().framing}


def test_the_range_of_fiscal_years_is_that_of_the_intervals(shapes: Shapes) -> None:
    year = rdflib.URIRef(OSA.FiscalYearShape.value)
    bounds = [shapes.graph.value(year, bound) for bound in (SH.minInclusive, SH.maxInclusive)]
    assert [int(str(bound)) for bound in bounds] == [YEARS[0], YEARS[-1]]


def test_the_individuals_of_the_ontology_conform(shapes: Shapes) -> None:
    individuals = [triple for triple in ontology_triples() if triple.subject in ID]
    assert len(individuals) > 100
    assert [violation.sentence for violation in broken(shapes, individuals)] == []


@pytest.mark.parametrize("name", NAMES)
def test_flattening_changes_no_report(name: str, shapes: Shapes) -> None:
    data = rdflib.Graph()
    data.parse(EXAMPLES / f"{name}.violating.ttl")
    for subject, predicate, value in schema_triples():
        data.add((shapes.terms(subject), shapes.terms(predicate), shapes.terms(value)))
    reports = [
        pyshacl.validate(data, shacl_graph=graph)[1] for graph in (shapes.graph, flattened(shapes.graph))
    ]
    assert results(reports[0]) == results(reports[1]) != set()


def results(report: rdflib.Graph) -> set[tuple[object, ...]]:
    parts = (SH.focusNode, SH.value, SH.sourceShape, SH.resultMessage)
    found = report.subjects(RDF.type, SH.ValidationResult)
    return {tuple(report.value(result, part) for part in parts) for result in found}


HEAD = f"@prefix sh: <{SH}> .\n@prefix osa: <{OSA}> .\n"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("osa:S a sh:NodeShape ; sh:targetClass osa:Claim", "bad.ttl, line 3"),
        ("osa:S a sh:NodeShape ; sh:minCuont 1 .", "there is no sh:minCuont"),
        ('osa:S a sh:PropertyShape ; sh:path osa:quote ; sh:minCount "one" .', "sh:minCount must be"),
        ("osa:S a sh:PropertyShape ; sh:targetClass osa:Claim .", "must include one `sh:path`"),
        ("osa:S a sh:NodeShape ; sh:property [ sh:path osa:quote ] ; sh:or ( ) .", "not SHACL"),
    ],
)
def test_a_shape_that_is_not_shacl_is_told_of(text: str, complaint: str, tmp_path: Path) -> None:
    (tmp_path / "bad.ttl").write_text(HEAD + text, encoding="utf-8")
    with pytest.raises(OntologyError, match=re.escape(complaint)):
        try:
            Shapes(shape_triples(tmp_path), ())
        except ValueError as error:
            raise OntologyError(str(error)) from error


def test_the_shapes_are_read_from_one_folder() -> None:
    assert {path.suffix for path in SHAPES.iterdir()} == {".ttl"}
