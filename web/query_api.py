"""What the editor of the query page asks for while somebody types, as JSON.

    POST /api/check      a query → {ok, line?, column?, length?, message?, prefix?}
    GET  /api/vocab?q=   the beginning of a name → {terms: [{name, iri, role, label, definition, domains}]}
    GET  /api/prefixes   → {prefix: namespace}
    POST /query/labels   IRIs, the parameter `iri` → {labels: {iri: {label, language, href}}};
                         with kinds=1 also {kinds: {iri: {type, label}}} of those whose class is known

A place is a line and a column from 1, in characters.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from flask import Blueprint, Response, jsonify, request
from pyoxigraph import NamedNode
from werkzeug.exceptions import BadRequest

from graph.errors import QueryFailedError, QuerySyntaxError
from graph.reader_protocol import ReadRequest
from ontology.class_depths import Depths
from ontology.namespaces import PREFIXES
from web.explore_scene import classes_of
from web.labels import labels_of
from web.operation import graph_names, only, read_fields, the_one
from web.query_faults import fault_of
from web.site import Site
from web.vocabulary_search import ROLES, VocabularySearch

CHECKED: Final = {"check": "application/json"}
LONGEST_BEGINNING: Final = 200
MOST_TERMS: Final = 50
MOST_THINGS: Final = 200
DAY: Final = "public, max-age=86400"


def query_api_routes(site: Site) -> Blueprint:
    """The routes of the editor."""
    routes = Blueprint("query_api", __name__)
    vocabulary, depths = VocabularySearch(site), Depths()

    @routes.post("/api/check")
    def check() -> Response:
        text = the_one(read_fields("POST", "", request.content_type or "", request.get_data()), "query")
        return _uncached(check_query(site, text))

    @routes.get("/api/vocab")
    def find_terms() -> Response:
        role = request.args.get("role") or None
        if role is not None and role not in ROLES:
            raise BadRequest(f"The role is one of {', '.join(ROLES)}.")
        text = request.args.get("q", "")[:LONGEST_BEGINNING]
        found = vocabulary.find(text, role, MOST_TERMS)
        return _tagged({"terms": [asdict(entry) for entry in found]}, "no-cache")

    @routes.get("/api/prefixes")
    def prefixes() -> Response:
        return _tagged(dict(PREFIXES), DAY)

    @routes.post("/query/labels")
    def find_labels() -> Response:
        fields = read_fields("POST", "", request.content_type or "", request.get_data())
        iris = fields.get("iri", [])
        document: dict[str, Any] = {"labels": name_things(site, iris)}
        if only(fields, "kinds") == "1":
            document["kinds"] = kinds_of(site, iris, depths)
        return _uncached(document)

    return routes


def name_things(site: Site, iris: Sequence[str]) -> dict[str, dict[str, str | None]]:
    """What things are called in the reader's language, and where their pages are; in the view of the request.

    Raises BadRequest for what is no IRI, and for too many.
    """
    if len(iris) > MOST_THINGS:
        raise BadRequest(f"At most {MOST_THINGS} things are named at a time.")
    things = [NamedNode(iri) for iri in graph_names(iris)]
    labels = labels_of(site, things)
    named = {}
    for thing in things:
        label, name = labels.of(thing.value), labels.name(thing)
        named[thing.value] = {
            "label": label.value if label else None,
            "language": label.language if label else None,
            "href": name.href,
        }
    return named


def kinds_of(site: Site, iris: Sequence[str], depths: Depths) -> dict[str, dict[str, str]]:
    """The most special class of each thing that has one, and what that is called.

    Raises what `Site.rows` raises.
    """
    classes = classes_of(site, iris, depths, site.here())
    labels = labels_of(site, map(NamedNode, set(classes.values())))
    return {iri: {"type": each, "label": labels.text(each)} for iri, each in classes.items()}


def check_query(site: Site, text: str) -> dict[str, Any]:
    """Whether a query is well-formed; what is wrong and where, if not: places as the module says.

    Raises ReadersBusyError and the like where nobody could look.
    """
    answer = None
    asked = ReadRequest(text, CHECKED, f"{site.address}/sparql", check=True)
    try:
        answer = site.readers.query(asked, request.remote_addr or "")
    except (QuerySyntaxError, QueryFailedError) as error:
        fault = {name: value for name, value in asdict(fault_of(error, text)).items() if value is not None}
        return {"ok": False, **fault}
    finally:
        if answer is not None:
            answer.close()
    return {"ok": True}


def _uncached(document: dict[str, Any]) -> Response:
    response = jsonify(document)
    response.headers["Cache-Control"] = "no-store"
    return response


def _tagged(document: dict[str, Any], caching: str) -> Response:
    """The document with a digest of itself as its tag; 304 where the client has it already."""
    response = jsonify(document)
    response.set_etag(hashlib.blake2b(response.get_data(), digest_size=9).hexdigest())
    response.headers["Cache-Control"] = caching
    response.make_conditional(request)
    return response
