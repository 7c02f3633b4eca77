"""The ontology: a tree of its terms, a page for each, and the whole of it as files."""

from __future__ import annotations

import difflib
import functools
import hashlib
import json
from typing import Final

from flask import Blueprint, Response, redirect, render_template, request
from pyoxigraph import NamedNode
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from graph.errors import UnknownResourceError
from graph.tallies import CLASSES
from ontology.jsonld_context import context
from ontology.namespaces import OSA, OWL, RDF, RDFS, SKOS
from ontology.serialize import FORMATS, serialized_ontology
from ontology.shape_files import shape_triples
from ontology.vocabulary import ontology_triples
from web.labels import labels_of
from web.negotiation import TURTLE, choose, prefers_html
from web.nodes import local_name
from web.ontology_model import KINDS, Ontology
from web.page_answer import page_answer
from web.site import Site, count_of
from web.tallies import one_tally

RDF_XML: Final = "application/rdf+xml"
# RDF/XML comes first: owlready2 reads no Turtle and says nothing of what it reads.
OFFERS: Final = {RDF_XML: "rdf", TURTLE: "ttl", "application/ld+json": "jsonld"}
ENDINGS: Final = {ending: media_type for media_type, ending in OFFERS.items()} | {"owl": RDF_XML}
# Uses are counted up to here.
MOST_USES: Final = 100_000


def ontology_routes(site: Site) -> Blueprint:
    """The routes of the ontology."""
    routes = Blueprint("ontology", __name__)
    ontology = Ontology(ontology_triples(), shape_triples())
    serialized = functools.cache(serialized_ontology)
    versions = [version.value for version in ontology.named(NamedNode(str(OSA).rstrip("#")), OWL.versionIRI)]

    def answer(ending: str) -> Response:
        return _file(serialized(OFFERS[ENDINGS[ending]]), ENDINGS[ending])

    def whole() -> Response:
        accept = request.headers.get("Accept")
        if prefers_html(accept):
            response = page_answer(site, lambda: _index(site, ontology))
        else:
            response = answer(OFFERS[choose(accept, tuple(OFFERS)) or RDF_XML])
        response.headers["Link"] = ", ".join(
            f'</ontology.{ending}>; rel="alternate"; type="{media_type}"'
            for media_type, ending in OFFERS.items()
        )
        return response

    @routes.get("/ontology")
    def show_ontology() -> Response:
        return whole()

    @routes.get("/ontology.<ending>")
    def send_ontology(ending: str) -> Response:
        if ending not in ENDINGS:
            raise NotFound(f"The ontology can be had as .{', .'.join(FORMATS)} and .owl.")
        return answer(ending)

    @routes.get("/ontology/context.jsonld")
    def send_context() -> Response:
        return _file(json.dumps({"@context": dict(context())}, indent=1).encode(), "application/ld+json")

    @routes.get("/ontology/<name>")
    def show_term(name: str) -> AnyResponse:
        if any(version.endswith(f"/{name}") for version in versions):
            return whole()
        accept = request.headers.get("Accept")
        if not prefers_html(accept) and accept not in (None, "*/*"):
            ending = OFFERS[choose(accept, tuple(OFFERS)) or RDF_XML]
            response: AnyResponse = redirect(f"/ontology.{ending}", 303)
            response.vary.add("Accept")
            return response
        term = ontology.terms.get(OSA[name].value if name.isalnum() else "")
        if term is None:
            raise UnknownResourceError(_unknown(ontology, name))
        return page_answer(site, lambda: _term(site, ontology, term))

    return routes


def _file(body: bytes, media_type: str) -> Response:
    """The ontology as a file, or 304 where the client has it."""
    charset = "; charset=utf-8" if media_type == TURTLE else ""
    response = Response(body, content_type=f"{media_type}{charset}")
    response.set_etag(hashlib.blake2b(body, digest_size=9).hexdigest())
    response.headers["Cache-Control"] = "no-cache"
    response.vary.add("Accept")
    response.make_conditional(request)
    return response


def _unknown(ontology: Ontology, name: str) -> str:
    names = [local_name(iri) for iri in ontology.terms]
    near = difflib.get_close_matches(name[:80], names, n=3)
    hint = f" Did you mean {' or '.join(near)}?" if near else " The list of terms has all there are."
    return f"The ontology has no term {name[:80]!r}.{hint}"


def _index(site: Site, ontology: Ontology) -> str:
    counts = {NamedNode(iri): number for iri, number in one_tally(site, CLASSES).items()}
    iri = NamedNode(str(OSA).rstrip("#"))
    return render_template(
        "ontology.html",
        ontology=ontology,
        version=next((text.value for text in ontology.texts(iri, OWL.versionInfo)), ""),
        iri=iri.value,
        kinds=KINDS,
        counts=counts,
        definition=SKOS.definition,
        labels=labels_of(site, ontology.terms.values()),
        local_name=local_name,
    )


def _term(site: Site, ontology: Ontology, term: NamedNode) -> str:
    kinds = ontology.named(term, RDF.type)
    is_class = OWL.Class in kinds
    is_property = any(kind in kinds for _, kind in KINDS[1:4])
    use = "class" if is_class else "property" if is_property else "value"
    uses = count_of(site.row(f"uses-of-a-{use}", {"term": term}), "number")
    shown = site.rows(f"samples-of-a-{use}", {"term": term})
    axioms = list(ontology.axioms(term))
    terms = [term, *ontology.above(term), *ontology.below(term), *ontology.concepts(term)]
    terms += [
        *ontology.named(term, RDFS.domain),
        *ontology.named(term, RDFS.range),
        *ontology.named(term, SKOS.inScheme),
    ]
    terms += [part for said in axioms for part in said.parts if isinstance(part, NamedNode)]
    return render_template(
        "ontology_term.html",
        ontology=ontology,
        term=term,
        kind=next((words for words, kind in KINDS if kind in kinds), "Values"),
        is_class=is_class,
        is_property=is_property,
        domain=ontology.named(term, RDFS.domain),
        range=ontology.named(term, RDFS.range),
        schemes=ontology.named(term, SKOS.inScheme),
        axioms=axioms,
        shapes=ontology.shapes(term),
        uses=uses,
        most_uses=MOST_USES,
        samples=shown,
        labels=labels_of(site, [*terms, *(value for row in shown for value in row.values())]),
        local_name=local_name,
        definitions=ontology.texts(term, SKOS.definition),
        notes=ontology.texts(term, SKOS.note) + ontology.texts(term, SKOS.scopeNote),
        names=ontology.texts(term, RDFS.label),
    )
