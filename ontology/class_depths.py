"""How special the classes of the ontology are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from pyoxigraph import NamedNode

from ontology.namespaces import OSA, RDFS
from ontology.vocabulary import ontology_triples


class Depths:
    """How special the classes of the ontology are: the deeper, the more."""

    def __init__(self) -> None:
        self._above: dict[str, set[str]] = defaultdict(set)
        for triple in ontology_triples():
            if triple.predicate == RDFS.subClassOf and isinstance(triple.object, NamedNode):
                self._above[str(getattr(triple.subject, "value", ""))].add(triple.object.value)

    def most_special(self, classes: Iterable[str]) -> str | None:
        """The class that says most, those of ours first."""
        return max(classes, key=lambda each: (NamedNode(each) in OSA, self._depth(each), each), default=None)

    def _depth(self, iri: str) -> int:
        return max((1 + self._depth(each) for each in self._above.get(iri, ())), default=0)
