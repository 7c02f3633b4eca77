"""What reconciliation offers while somebody types: things, types and properties, and a few words on each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from markupsafe import Markup, escape
from pyoxigraph import NamedNode

from graph.country_names import codes_called
from graph.errors import InvalidParameterError, UnknownResourceError
from graph.label_entries import LabelName, NameKind
from graph.label_index import LONGEST, Hit, Why
from graph.label_text import fold
from ontology.namespaces import OSA, RDF, RDFS
from web.paging import Part
from web.reconcile_answers import tellings, thing_document, types_of
from web.reconcile_extend import used_classes
from web.reconcile_matching import popularity
from web.reconcile_names import countries, is_thing, values_of
from web.reconcile_terms import Term, described, terms, thing_iri
from web.site import Site, text_of

Document = dict[str, Any]
SUGGESTED: Final = 20
# So many things of each of these classes are looked at for those with most links.
POPULAR: Final = (OSA.Programme, OSA.State, OSA.AssistanceProject, OSA.Organization)
LOOKED_AT: Final = 50


def suggest_things(site: Site, prefix: str, type: str, cursor: int) -> list[Document]:
    """Things whose names begin like that, or nearly; without a beginning, those with many links.

    Raises InvalidParameterError for an unknown type, LabelsPendingError, SearchTimeoutError, and what
    `Site.rows` raises.
    """
    kind = terms().class_iri(type) if type else None
    if type and kind is None:
        raise InvalidParameterError("type", type[:80], "a class of the ontology, such as State")
    hits = _called(site, prefix, kind) if prefix.strip() else _popular(site, kind)
    shown = hits[cursor : cursor + SUGGESTED]
    told, labels = tellings(site, shown)
    return [{**thing_document(hit, told, labels), "notable": types_of(hit)} for hit in shown]


def suggest_types(site: Site, prefix: str, cursor: int) -> list[Document]:
    """Classes that begin like that, those with most things first."""
    used = used_classes(site)
    rest = [term for term in terms().classes.values() if term not in used] if prefix else []
    found = _beginning(prefix, [*used, *rest])[cursor : cursor + SUGGESTED]
    return [{**described(term), "broader": _broader(term.iri)} for term in found]


def suggest_properties(prefix: str, cursor: int) -> list[Document]:
    """Properties that begin like that."""
    found = _beginning(prefix, terms().properties.values())
    return [described(term) for term in found[cursor : cursor + SUGGESTED]]


def flyout(site: Site, kind: str, id: str) -> Document:
    """A few words on a thing, a type or a property, as HTML.

    Raises UnknownResourceError, and what `Site.rows` raises.
    """
    if kind == "entity":
        hit = known_thing(site, id)
        told, labels = tellings(site, [hit])
        document = thing_document(hit, told, labels)
        name, words = document["name"], document.get("description", "")
        kinds = ", ".join(type["name"] for type in types_of(hit))
    else:
        term = _term(kind, id)
        name, words, kinds = term.label, term.definition, ""
    html = Markup("<p><strong>{}</strong>{}</p>").format(name, Markup(" · {}").format(kinds) if kinds else "")
    return {"id": id, "html": str(html + (Markup("<p>{}</p>").format(escape(words)) if words else ""))}


def known_thing(site: Site, id: str) -> Hit:
    """The thing with an id.

    Raises UnknownResourceError where nothing is known of it, and what `Site.rows` raises.
    """
    iri = thing_iri(id)
    found = values_of(site, [iri], [RDF.type, RDFS.label]) if iri else {}
    if iri is None or not found:
        raise UnknownResourceError(f"Nothing is known of {id[:80]!r}.")
    classes = [text_of({"class": term}, "class") for term in found.get((iri, RDF.type.value), ())]
    return Hit(iri, 100, Why.IRI, LabelName(id, "", NameKind.LOCAL_NAME), tuple(classes))


def _term(kind: str, id: str) -> Term:
    known = terms().classes if kind == "type" else terms().properties
    iri = terms().class_iri(id) if kind == "type" else terms().property_iri(id)
    if iri is None:
        raise UnknownResourceError(f"The ontology has no {kind} {id[:80]!r}.")
    return known[iri]


def _called(site: Site, prefix: str, kind: str | None) -> list[Hit]:
    """What the label index finds, after the countries that are called so in any language."""
    hits = site.labels.find(prefix[:LONGEST], site.here().number, [kind] if kind else ()).hits
    found = [hit for hit in hits if is_thing(hit.iri, hit.classes)]
    known = {hit.iri for hit in found}
    name = LabelName(prefix, "", NameKind.ALIAS)
    states = countries(site)
    called = [states[code] for code in codes_called(prefix[:LONGEST]) if code in states]
    elsewhere = [
        Hit(iri, 100, Why.EXACT, name, classes)
        for iri, classes in called
        if iri not in known and (kind is None or kind in classes)
    ]
    return [*elsewhere, *found]


def _popular(site: Site, kind: str | None) -> list[Hit]:
    classes: Sequence[NamedNode] = [NamedNode(kind)] if kind else POPULAR
    iris = {
        text_of(row, "thing")
        for each in classes
        for row in site.rows("members", {"class": each}, window=Part(0, LOOKED_AT))
    }
    links = popularity(site, iris)
    kinds = values_of(site, iris, [RDF.type])
    hits = []
    for iri in sorted(iris, key=lambda iri: (-links.get(iri, 0), iri)):
        named = tuple(text_of({"class": term}, "class") for term in kinds.get((iri, RDF.type.value), ()))
        if is_thing(iri, named):
            hits.append(Hit(iri, 0, Why.IRI, LabelName("", "", NameKind.LOCAL_NAME), named))
    return hits


def _beginning(prefix: str, known: Iterable[Term]) -> list[Term]:
    """Those whose label or id begins like that, then those with a word that does."""
    wanted = fold(prefix[:LONGEST])
    first, second = [], []
    for term in known:
        texts = (fold(term.label), fold(term.id), fold(term.iri))
        if any(text.startswith(wanted) for text in texts):
            first.append(term)
        elif any(word.startswith(wanted) for word in texts[0].split()):
            second.append(term)
    return [*first, *second]


def _broader(iri: str) -> list[Document]:
    return [terms().type_document(term.iri) for term in terms().broader(iri)]
