"""Which thing somebody means who types a name into a form."""

from __future__ import annotations

from typing import Final

from graph.errors import InvalidParameterError, LabelsPendingError, SearchTimeoutError
from graph.label_entries import NameKind
from graph.label_index import LONGEST, Why
from graph.query_parameters import iri_term
from ontology.namespaces import ID
from web.nodes import nodes
from web.search import near_hits, search
from web.site import Site, text_of

NEAR: Final = 3
MOST_NAMED: Final = 10


def find_thing(site: Site, text: str, parameter: str) -> str:
    """The IRI of the thing that somebody means: by IRI, prefixed name, path or label.

    Raises InvalidParameterError, with near names, where nothing or more than one thing is called that.
    """
    for spelling in (text, f"id:{text}"):
        try:
            iri = iri_term(spelling).value
        except ValueError:
            continue
        if nodes(site, "described", [iri])[iri].values:
            return iri
    found = _called(site, text)
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(f"id:{iri.removeprefix(str(ID))}" for iri in found[:MOST_NAMED])
        raise InvalidParameterError(parameter, text, f"one of {names}: several things are called that")
    near = [hit.name.text for hit in near_hits(site, text)[:NEAR]]
    hint = f" (did you mean {' or '.join(near)}?)" if near else ""
    raise InvalidParameterError(parameter, text[:80], f"the name or IRI of a thing, such as id:osa{hint}")


def _called(site: Site, text: str) -> list[str]:
    """The IRIs of all that is called so: exactly, or else but for case, accents and width."""
    if len(text) > LONGEST:
        return []
    try:
        hits = search(site, text).found.hits
    except (LabelsPendingError, SearchTimeoutError):
        return [text_of(row, "thing") for row in site.rows("named-things", {"name": text})]
    for why in (Why.EXACT, Why.FOLDED):
        if found := [hit.iri for hit in hits if hit.why is why and hit.name.kind is not NameKind.LOCAL_NAME]:
            return found
    return []
