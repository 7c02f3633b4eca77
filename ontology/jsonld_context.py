"""The JSON-LD context of osagraph: prefixes, and a short name for each term of the ontology.

Published at /ontology/context.jsonld. A document may be read with it, or carries the part that it uses.
Spec: https://www.w3.org/TR/json-ld11/#the-context
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from pyoxigraph import NamedNode

from ontology.namespaces import DCTERMS, OSA, OWL, PREFIXES, RDF, RDFS, SKOS
from ontology.vocabulary import ontology_triples

Context = dict[str, Any]
# What is said in the terms of others most often; the second is whether values are things.
BORROWED: Final[Mapping[str, tuple[NamedNode, bool]]] = MappingProxyType(
    {
        "label": (RDFS.label, False),
        "prefLabel": (SKOS.prefLabel, False),
        "altLabel": (SKOS.altLabel, False),
        "exactMatch": (SKOS.exactMatch, True),
        "title": (DCTERMS.title, False),
        "issued": (DCTERMS.issued, False),
        "publisher": (DCTERMS.publisher, True),
        "reifies": (RDF.reifies, True),
    }
)
PROPERTIES: Final = (OWL.ObjectProperty, OWL.DatatypeProperty)


@functools.cache
def context() -> Mapping[str, Any]:
    """The whole context: each name with its IRI or its definition."""
    names: Context = {"@version": 1.1, **PREFIXES}
    for name, (borrowed, is_thing) in BORROWED.items():
        names[name] = _definition(borrowed, is_thing)
    for triple in sorted(ontology_triples(), key=str):
        term = triple.subject
        if triple.predicate != RDF.type or triple.object not in PROPERTIES or not isinstance(term, NamedNode):
            continue
        name = term.value.removeprefix(str(OSA))
        if term in OSA and name not in names:
            names[name] = _definition(term, triple.object == OWL.ObjectProperty)
    return MappingProxyType(names)


def _definition(term: NamedNode, is_thing: bool) -> Any:
    return {"@id": term.value, "@type": "@id"} if is_thing else term.value


def part_for(iris: Iterable[str]) -> Context:
    """The part of the context that a document with these IRIs can use.

    A prefix is left out where an IRI has it for a scheme, and would be read as something else.
    """
    wanted = list(iris)
    schemes = {iri.partition(":")[0] for iri in wanted}
    terms = set(wanted)
    part: Context = {"@version": 1.1}
    for name, defined in context().items():
        iri = defined["@id"] if isinstance(defined, dict) else defined
        if name in PREFIXES:
            if name not in schemes and any(each.startswith(iri) and each != iri for each in wanted):
                part[name] = defined
        elif iri in terms:
            part[name] = defined
    return part
