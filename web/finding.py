"""Which thing somebody means who types a name into a form."""

from __future__ import annotations

import difflib

from graph.errors import InvalidParameterError
from graph.query_parameters import iri_term
from ontology.namespaces import ID
from web.nodes import nodes
from web.site import Site, text_of


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
    found = (
        [text_of(row, "thing") for row in site.rows("named-things", {"name": text})]
        if len(text) < 500
        else []
    )
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(f"id:{iri.removeprefix(str(ID))}" for iri in found)
        raise InvalidParameterError(parameter, text, f"one of {names}: several things are called that")
    near = difflib.get_close_matches(
        text, [text_of(row, "name") for row in site.rows("names-of-the-contested")], n=3
    )
    hint = f" (did you mean {' or '.join(near)}?)" if near else ""
    raise InvalidParameterError(parameter, text[:80], f"the name or IRI of a thing, such as id:osa{hint}")
