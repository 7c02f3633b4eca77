"""From what somebody types after `osagraph contradictions` to the terms that its query is asked with."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Final

from pyoxigraph import DefaultGraph, Literal, NamedNode

from graph.errors import InvalidParameterError, UnknownResourceError
from graph.projection import ASSESSMENTS
from graph.query_parameters import iri_term
from graph.store import ReadableStore
from ontology.namespaces import DCTERMS, ID, OSA, RDF, RDFS, SKOS, prefixed_name
from ontology.vocabulary import Vocabulary

SCHEME: Final = "ContradictionKind"
# Spellings are compared one by one: a dataset may hold more names than anybody waits for.
MOST_SPELLINGS: Final = 20_000


class Search:
    """Finds what names mean in one dataset; each method raises an error with near spellings for a name that
    means nothing."""

    def __init__(self, store: ReadableStore, vocabulary: Vocabulary) -> None:
        self._store = store
        self._vocabulary = vocabulary

    def kind(self, text: str) -> NamedNode:
        """The kind of contradiction with this notation, such as value_clash.

        Raises InvalidParameterError.
        """
        kinds = kinds_of(self._vocabulary)
        name = text.strip().lower().replace("-", "_").replace(" ", "_")
        if name not in kinds:
            raise InvalidParameterError("kind", text, f"one of {', '.join(kinds)}{_near(name, kinds)}")
        return kinds[name]

    def predicate(self, text: str) -> NamedNode:
        """The property of that name, with or without its prefix.

        Raises InvalidParameterError.
        """
        names = {_local(node): node for node in (*self._vocabulary.resolution, *self._vocabulary.framing)}
        name = text.removeprefix("osa:").removeprefix(str(OSA))
        if name in names:
            return names[name]
        try:
            given = iri_term(text)
        except ValueError:
            given = None
        if given in names.values():
            assert given is not None
            return given
        raise InvalidParameterError("predicate", text, f"a property such as osa:amount{_near(name, names)}")

    def subject(self, text: str) -> NamedNode:
        """The thing with this IRI, prefixed name, path or English name.

        Raises UnknownResourceError.
        """
        return self._thing(text, "There is nothing called", self._subjects)

    def publisher(self, text: str) -> NamedNode:
        """The publisher, or the kind of publishers, with this IRI or name.

        Raises UnknownResourceError.
        """
        kinds = {key[1]: node for key, node in self._vocabulary.concepts.items() if key[0] == "PublisherKind"}
        if text in kinds:
            return kinds[text]
        return self._thing(text, "There is no publisher called", self._publishers)

    def source(self, text: str) -> NamedNode:
        """The source with this id or IRI.

        Raises UnknownResourceError.
        """
        for node in (ID.iri(f"source/{text}") if ":" not in text else None, _iri(text)):
            if node is not None and self._has(node, RDF.type, OSA.Source):
                return node
        raise UnknownResourceError(
            f"There is no source {text!r}{_near(text, self._source_ids())}. See: osagraph sources"
        )

    def _thing(self, text: str, complaint: str, spellings: Callable[[], Iterable[str]]) -> NamedNode:
        given = [_iri(text)] if ":" in text else [_iri(f"id:{text}")]
        found = [node for node in given if node is not None and self._is_known(node)]
        for name in (Literal(text, language="en"), Literal(text)):
            for predicate in (RDFS.label, SKOS.altLabel):
                quads = self._store.quads(None, predicate, name, DefaultGraph())
                found += [quad.subject for quad in quads if isinstance(quad.subject, NamedNode)]
        if len(set(found)) > 1:
            choices = ", ".join(sorted(prefixed_name(node.value) or node.value for node in set(found)))
            raise UnknownResourceError(f"{text!r} may be any of these: {choices}. Give its IRI.")
        if not found:
            raise UnknownResourceError(f"{complaint} {text!r}{_near(text, spellings())}.")
        return found[0]

    def _is_known(self, node: NamedNode) -> bool:
        in_default = self._store.quads(node, None, None, DefaultGraph())
        in_assessments = self._store.quads(None, OSA.subject, node, ASSESSMENTS)
        return next(in_default, None) is not None or next(in_assessments, None) is not None

    def _has(self, node: NamedNode, predicate: NamedNode, value: NamedNode) -> bool:
        return next(self._store.quads(node, predicate, value, DefaultGraph()), None) is not None

    def _subjects(self) -> Iterator[str]:
        """What contradictions are about, and states: paths and English names."""
        for quad in self._store.quads(None, RDF.type, OSA.State, DefaultGraph()):
            yield from self._spellings(quad.subject)
        for found in self._store.quads(None, RDF.type, OSA.Contradiction, ASSESSMENTS):
            for quad in self._store.quads(found.subject, OSA.subject, None, ASSESSMENTS):
                yield from self._spellings(quad.object)

    def _publishers(self) -> Iterator[str]:
        for quad in self._store.quads(None, DCTERMS.publisher, None, DefaultGraph()):
            yield from self._spellings(quad.object)

    def _source_ids(self) -> Iterator[str]:
        for quad in self._store.quads(None, RDF.type, OSA.Source, DefaultGraph()):
            if isinstance(quad.subject, NamedNode):
                yield _local(quad.subject)

    def _spellings(self, node: object) -> Iterator[str]:
        if not isinstance(node, NamedNode):
            return
        yield node.value.removeprefix(str(ID))
        for quad in self._store.quads(node, RDFS.label, None, DefaultGraph()):
            if isinstance(quad.object, Literal) and quad.object.language == "en":
                yield quad.object.value


def kinds_of(vocabulary: Vocabulary) -> dict[str, NamedNode]:
    """The kinds of contradictions by their notation."""
    return {name: node for (scheme, name), node in vocabulary.concepts.items() if scheme == SCHEME}


def _iri(text: str) -> NamedNode | None:
    try:
        return iri_term(text)
    except ValueError:
        return None


def _local(node: NamedNode) -> str:
    return node.value.rsplit("#", 1)[-1].rsplit("/", 1)[-1]


def _near(text: str, names: Iterable[str]) -> str:
    """The end of a complaint: names that are spelled like the text, if there are any."""
    known = dict.fromkeys(islice(names, MOST_SPELLINGS))
    close = difflib.get_close_matches(text, known, n=3)
    return f" (did you mean {' or '.join(close)}?)" if close else ""
