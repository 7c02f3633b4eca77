"""The shapes of the ontology, put to batches of triples by pySHACL.

Spec: https://www.w3.org/TR/shacl/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import pyshacl
import rdflib
from pyoxigraph import Triple
from pyshacl.constraints import ALL_CONSTRAINT_PARAMETERS, CONSTRAINT_PARAMETERS_MAP
from pyshacl.consts import RDF_type, RDFS_subClassOf
from pyshacl.errors import ConstraintLoadError, ReportableRuntimeError, ShapeLoadError
from pyshacl.helper.path_helper import shacl_path_to_sparql_path
from pyshacl.pytypes import SHACLExecutor
from rdflib.namespace import RDF, SH

from graph.errors import OntologyError, shorten
from graph.validation_graph import BatchGraph, Index, Terms, plain_iri
from graph.violations import Violation
from ontology.namespaces import PREFIXES
from ontology.shape_files import schema_triples, shape_triples

_TARGETS: Final = (SH.targetClass, SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf)
_FAULTS: Final = (ShapeLoadError, ConstraintLoadError, ReportableRuntimeError)
LONGEST_VALUE: Final = 200
# Untyped in pySHACL.
_VALIDATOR: Final[Any] = pyshacl.Validator


class Shapes:
    """All shapes, read once for many batches."""

    def __init__(self, triples: Iterable[Triple], schema: Iterable[Triple]) -> None:
        """Raises OntologyError where something in the files is not SHACL."""
        self.terms = terms = Terms()
        self.schema = Index((terms(s), terms(p), terms(o)) for s, p, o in schema)
        self.graph = rdflib.Graph(bind_namespaces="none")
        for prefix, namespace in PREFIXES.items():
            self.graph.bind(prefix, namespace)
        for s, p, o in triples:
            self.graph.add((terms(s), terms(p), terms(o)))
        _require_known_terms(self.graph)
        self._owners = {node: _owner(node, self.graph) for node in set(self.graph.subjects())}
        try:
            self._shapes: Any = pyshacl.ShapesGraph(flattened(self.graph))
            _require_sound(self._shapes)
            self._targeted = [
                (shape, _targets(shape, self.schema))
                for shape in self._shapes.shapes
                if any(map(list, shape.target()))
            ]
        except _FAULTS as error:
            raise OntologyError(f"A shape is not SHACL: {error}") from error

    def violations(self, batch: BatchGraph) -> Iterator[Violation]:
        """What the shapes find wrong in a batch."""
        executor = SHACLExecutor()
        results: list[Any] = []
        for shape, targets in self._targeted:
            # That a shape has no focus nodes takes pySHACL longer to find out than a small batch may take.
            if targets is None or any(batch.has(*target) for target in targets):
                _conforms, found = shape.validate(executor, batch)
                results += found
        if results:
            report, _text = _VALIDATOR.create_validation_report(self._shapes, False, results)
            for result in report.subjects(RDF.type, SH.ValidationResult):
                yield from self._violations(report, result, batch)

    def _violations(self, report: rdflib.Graph, result: Any, batch: BatchGraph) -> Iterator[Violation]:
        focus, value = report.value(result, SH.focusNode), report.value(result, SH.value)
        shape = self._owners[report.value(result, SH.sourceShape)]
        message = str(report.value(result, SH.resultMessage) or "")
        path = self._path(result, report)
        found = [(focus, path, value if path else None)]
        # A shape that looks at values looks at each once; people look for the nodes that have it.
        for predicate in self.graph.objects(shape, SH.targetObjectsOf):
            name = _shown_path(self._shapes, predicate)
            found += [(subject, name, focus) for subject in batch.subjects(predicate, focus)]
        for node, name, term in found[1:] or found:
            yield Violation(
                shape=str(shape).rpartition("#")[2],
                focus=plain_iri(str(node)),
                path=name,
                value=None if term is None else _written(term),
                message=message,
                graph=batch.group_of(str(node)),
            )

    def _path(self, result: Any, report: rdflib.Graph) -> str:
        path = report.value(result, SH.resultPath)
        if path is None:
            return ""
        # A path that is no IRI stands in the report under another name.
        own = self.graph.value(report.value(result, SH.sourceShape), SH.path)
        return _shown_path(self._shapes, own or path)


def read_shapes() -> Shapes:
    """The shapes of the house.

    Raises OntologyError where a file of them is wrong.
    """
    try:
        return Shapes(shape_triples(), schema_triples())
    except ValueError as error:
        raise OntologyError(str(error)) from error


def flattened(graph: rdflib.Graph) -> rdflib.Graph:
    """The shapes with the same meaning and less nesting.

    The property shapes of a node shape with targets get those targets themselves: pySHACL then looks at all
    focus nodes of one at once, which is ten times faster than at one after the other.
    """
    flat = rdflib.Graph(namespace_manager=graph.namespace_manager)
    for triple in graph:
        flat.add(triple)
    for shape, part in graph.subject_objects(SH.property):
        targets = [(kind, target) for kind in _TARGETS for target in graph.objects(shape, kind)]
        if targets and (shape, SH.deactivated, None) not in graph:
            flat.remove((shape, SH.property, part))
            for kind, target in targets:
                flat.add((part, kind, target))
    return flat


def _targets(shape: Any, schema: Index) -> list[tuple[Any, Any]] | None:
    """What a batch holds where a shape has focus nodes: predicates, with an object where it matters.

    None where a shape names nodes, which may be anywhere.
    """
    nodes, classes, implicit, objects_of, subjects_of = map(list, shape.target())
    if nodes:
        return None
    kinds = [*classes, *implicit]
    for kind in kinds:
        kinds += [below for below in schema.by_value(RDFS_subClassOf).get(kind, ()) if below not in kinds]
    return [*((RDF_type, kind) for kind in kinds), *((each, None) for each in objects_of + subjects_of)]


def _require_known_terms(graph: rdflib.Graph) -> None:
    """A term that SHACL does not have would be passed over in silence."""
    for triple in graph:
        for term in triple:
            if isinstance(term, rdflib.URIRef) and term.startswith(str(SH)) and term not in SH:
                raise OntologyError(f"A shape is not SHACL: there is no sh:{term.removeprefix(str(SH))}.")


def _require_sound(shapes: Any) -> None:
    """pySHACL reads a constraint when it first meets a node for it; here it does so at once."""
    for shape in shapes.shapes:
        for parameter in shapes.graph.predicates(shape.node):
            if parameter in ALL_CONSTRAINT_PARAMETERS:
                CONSTRAINT_PARAMETERS_MAP[parameter](shape)


def _owner(node: Any, graph: rdflib.Graph) -> Any:
    """A shape that has a name, or the one that a nameless shape is a part of."""
    while isinstance(node, rdflib.BNode) and (above := next(graph.subjects(None, node), None)) is not None:
        node = above
    return node


def _shown_path(shapes: Any, path: Any) -> str:
    return str(shacl_path_to_sparql_path(shapes, path, prefixes=dict(PREFIXES)))


def _written(term: Any) -> str:
    return shorten(f"<{plain_iri(term)}>" if isinstance(term, rdflib.URIRef) else term.n3(), LONGEST_VALUE)
