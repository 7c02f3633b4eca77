"""The SHACL shapes of the ontology: where they are, and what they need to know of its classes and lists."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pyoxigraph import RdfFormat, Triple, parse

from ontology.namespaces import RDFS, SKOS
from ontology.vocabulary import ontology_triples

SHAPES: Final = Path(__file__).with_name("shapes")
# What a shape may ask about terms of the ontology: the classes above a class, the list of a concept.
_ASKED: Final = frozenset({RDFS.subClassOf, SKOS.inScheme})


def shape_triples(folder: Path = SHAPES) -> Iterator[Triple]:
    """The triples of all shape files; a blank node is of one file only.

    Raises ValueError that names file and line where a file is not Turtle.
    """
    for path in sorted(folder.glob("*.ttl")):
        try:
            quads = parse(input=path.read_bytes(), format=RdfFormat.TURTLE, rename_blank_nodes=True)
            yield from [quad.triple for quad in quads]
        except SyntaxError as error:
            raise ValueError(f"{path.name}, line {error.lineno}: {error.msg}") from error


def schema_triples() -> list[Triple]:
    """Which class is below which, and which concept is in which list."""
    return [triple for triple in ontology_triples() if triple.predicate in _ASKED]
