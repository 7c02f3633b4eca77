"""Python and the queries name only terms that the ontology declares."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, parse

from ontology.namespaces import OSA, RDF
from ontology.vocabulary import ontology_triples

ROOT = Path(__file__).parents[2]
ROOMS = ("ontology", "graph", "loaders", "web")
DECLARED = {triple.subject for triple in ontology_triples() if triple.predicate == RDF.type}


def named_in(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "OSA":
            yield node.attr


def test_python_names_only_declared_terms() -> None:
    files = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    methods = {"iri"}
    unknown = {
        f"{path.relative_to(ROOT)}: OSA.{name}"
        for path in files
        for name in named_in(path)
        if name not in methods and OSA[name] not in DECLARED
    }
    assert unknown == set()


def shapes() -> Iterator[NamedNode]:
    """The names of the shapes, which their own files declare."""
    for path in (ROOT / "ontology" / "shapes").rglob("*.ttl"):
        for quad in parse(input=path.read_bytes(), format=RdfFormat.TURTLE):
            if quad.predicate == RDF.type and isinstance(quad.subject, NamedNode):
                yield quad.subject


def test_queries_rules_and_shapes_name_only_declared_terms() -> None:
    files = [
        *sorted((ROOT / "queries").rglob("*.rq")),
        *sorted((ROOT / "ontology").rglob("*.rq")),
        *sorted((ROOT / "ontology" / "shapes").rglob("*.ttl")),
    ]
    declared = DECLARED.union(shapes())
    unknown = {
        f"{path.relative_to(ROOT)}: osa:{name}"
        for path in files
        for name in re.findall(r"(?<![\w/#])osa:([A-Za-z][A-Za-z0-9]*)", path.read_text(encoding="utf-8"))
        if OSA[name] not in declared
    }
    assert unknown == set()
