"""Claims and sources as people name them: by IRI, prefixed name, id, or the beginning of a claim's hash."""

from __future__ import annotations

import re
from typing import Final

from pyoxigraph import NamedNode

from graph.bundle import source_graph
from graph.curation_quads import retracted_graph
from graph.embedded import EmbeddedStore
from graph.errors import InvalidParameterError, UnknownResourceError
from graph.rights import SOURCE_ID
from graph.slot_votes import is_of_source
from graph.sources import source_iri
from ontology.namespaces import ID, OSA

CLAIMS: Final = f"{ID}claim/"
SOURCES: Final = f"{ID}source/"
HASH_LENGTH: Final = 24
SHORTEST: Final = 6
LISTED: Final = 5
_HASH: Final = re.compile(rf"[0-9a-f]{{{SHORTEST},{HASH_LENGTH}}}")


def named_claim(store: EmbeddedStore, text: str) -> NamedNode:
    """The claim that a text names, among those of the sources that count.

    Raises UnknownResourceError where there is none, InvalidParameterError where the text could name several.
    """
    digest = _local(text, "claim").lower()
    if not _HASH.fullmatch(digest):
        raise InvalidParameterError(
            "CLAIM", text, f"an IRI, id:claim/…, or at least the first {SHORTEST} letters of a claim's hash"
        )
    if len(digest) == HASH_LENGTH:
        found = [iri for iri in [NamedNode(CLAIMS + digest)] if _is_stated(store, iri)]
    else:
        found = _claims_like(store, CLAIMS + digest)
    if len(found) > 1:
        listed = ", ".join(iri.value.removeprefix(CLAIMS) for iri in found[:LISTED])
        raise InvalidParameterError("CLAIM", text, f"more letters; {len(found)} claims begin so: {listed}")
    if not found:
        raise UnknownResourceError(f"There is no claim {text!r} among those of the sources that count.")
    return found[0]


def named_source(store: EmbeddedStore, text: str) -> NamedNode:
    """The source that a text names, a retracted one too.

    Raises UnknownResourceError where there is none.
    """
    identifier = _local(text, "source")
    if SOURCE_ID.fullmatch(identifier):
        iri = source_iri(identifier)
        for graph in (source_graph(iri), retracted_graph(iri)):
            if next(store.quads(graph=graph), None) is not None:
                return iri
    raise UnknownResourceError(f"There is no source {text!r}. See: osagraph sources")


def _local(text: str, kind: str) -> str:
    """What is left of an IRI or a prefixed name without its beginning."""
    for beginning in (f"<{ID}{kind}/", f"{ID}{kind}/", f"id:{kind}/", f"{kind}/"):
        if text.startswith(beginning):
            return text.removeprefix(beginning).removesuffix(">")
    return text


def _is_stated(store: EmbeddedStore, claim: NamedNode) -> bool:
    return any(is_of_source(quad.graph_name) for quad in store.quads(claim, OSA.statedIn))


def _claims_like(store: EmbeddedStore, beginning: str) -> list[NamedNode]:
    found = {
        quad.subject
        for quad in store.quads(None, OSA.statedIn)
        if isinstance(quad.subject, NamedNode)
        and quad.subject.value.startswith(beginning)
        and is_of_source(quad.graph_name)
    }
    return sorted(found, key=str)
