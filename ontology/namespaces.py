"""The prefixes of osagraph and the IRIs that Python names.

`prefixes.ttl` is the only list; this module reads it once and offers one Namespace per vocabulary in use.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

PREFIX_FILE: Final = Path(__file__).with_name("prefixes.ttl")


class Namespace:
    """The terms below one base IRI, as attributes or items.

    >>> Namespace("https://schema.org/").url
    <NamedNode value=https://schema.org/url>
    >>> Namespace("http://example.org/")["a-b"].value
    'http://example.org/a-b'
    """

    def __init__(self, base: str) -> None:
        self._base = base

    def __getattr__(self, name: str) -> NamedNode:
        # Python asks objects for protocol methods by such names; they are never terms.
        if name.startswith("__"):
            raise AttributeError(name)
        # Kept as an attribute, so that the next look-up does not come here.
        node = self.__dict__[name] = _named_node(self._base + name)
        return node

    def __getitem__(self, name: str) -> NamedNode:
        return _named_node(self._base + name)

    def __contains__(self, node: object) -> bool:
        return isinstance(node, NamedNode) and node.value.startswith(self._base)

    def __str__(self) -> str:
        return self._base

    def __repr__(self) -> str:
        return f"Namespace({self._base!r})"

    def iri(self, path: str) -> NamedNode:
        """The IRI at a path below the base, such as `budget/osa-fy2026`."""
        return _named_node(self._base + path)


@lru_cache(maxsize=65536)
def _named_node(iri: str) -> NamedNode:
    return NamedNode(iri)


def read_prefixes(path: Path = PREFIX_FILE) -> Mapping[str, str]:
    """Each declared prefix with its namespace IRI, in the order of the file.

    Raises ValueError where a declaration lacks its half.
    Spec: https://www.w3.org/TR/shacl/#sparql-prefixes
    """
    parser = parse(input=path.read_bytes(), format=RdfFormat.TURTLE)
    declared: dict[str, dict[str, str]] = {}
    for quad in parser:
        if isinstance(quad.object, Literal):
            part = quad.predicate.value.rpartition("#")[2]
            declared.setdefault(str(quad.subject), {})[part] = quad.object.value
    for subject, parts in declared.items():
        if parts.keys() != {"prefix", "namespace"}:
            raise ValueError(f"{path.name}: {subject} needs one sh:prefix and one sh:namespace")
    return MappingProxyType({parts["prefix"]: parts["namespace"] for parts in declared.values()})


PREFIXES: Final = read_prefixes()


def sparql_prefixes() -> str:
    """One PREFIX line per declared prefix, ending in a line break.

    >>> sparql_prefixes().splitlines()[0]
    'PREFIX osa: <https://w3id.org/osagraph/ontology#>'
    """
    return "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())


def prefixed_name(iri: str) -> str | None:
    """The IRI as a prefixed name with the longest fitting namespace, or None where that would need escapes.

    >>> prefixed_name("https://w3id.org/osagraph/ontology#amount")
    'osa:amount'
    """
    fitting = [(len(base), prefix) for prefix, base in PREFIXES.items() if iri.startswith(base)]
    if not fitting:
        return None
    length, prefix = max(fitting)
    local = iri[length:]
    return f"{prefix}:{local}" if local.replace("-", "").replace("_", "").isalnum() else None


OSA: Final = Namespace(PREFIXES["osa"])
ID: Final = Namespace(PREFIXES["id"])
GRAPH: Final = Namespace(PREFIXES["graph"])
RDF: Final = Namespace(PREFIXES["rdf"])
RDFS: Final = Namespace(PREFIXES["rdfs"])
OWL: Final = Namespace(PREFIXES["owl"])
XSD: Final = Namespace(PREFIXES["xsd"])
SKOS: Final = Namespace(PREFIXES["skos"])
DCTERMS: Final = Namespace(PREFIXES["dcterms"])
PROV: Final = Namespace(PREFIXES["prov"])
SCHEMA: Final = Namespace(PREFIXES["schema"])
TIME: Final = Namespace(PREFIXES["time"])
QUDT: Final = Namespace(PREFIXES["qudt"])
UNIT: Final = Namespace(PREFIXES["unit"])
OA: Final = Namespace(PREFIXES["oa"])
ORG: Final = Namespace(PREFIXES["org"])
DCAT: Final = Namespace(PREFIXES["dcat"])
VOID: Final = Namespace(PREFIXES["void"])
SD: Final = Namespace(PREFIXES["sd"])
SH: Final = Namespace(PREFIXES["sh"])
WD: Final = Namespace(PREFIXES["wd"])
WDT: Final = Namespace(PREFIXES["wdt"])
