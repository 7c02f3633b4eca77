"""The description of the JSON endpoints, for programs that make clients of it.

Spec: https://spec.openapis.org/oas/v3.1.0
"""

from __future__ import annotations

import hashlib
import importlib.metadata
from typing import Any, Final

from flask import Blueprint, Response, current_app, jsonify, request

from graph.errors import QueryError
from graph.named_query import NamedQuery
from graph.query_guard import require_no_federation
from graph.query_parameters import Parameter
from web.negotiation import JSON
from web.site import Site

Document = dict[str, Any]
PLAIN_JSON: Final = "application/json"
TYPES: Final = {
    "iri": {"type": "string"},
    "term": {"type": "string"},
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "date": {"type": "string", "format": "date"},
    "boolean": {"type": "boolean"},
}
TEXT: Final[Document] = {"type": "string"}
OBJECT: Final[Document] = {"type": "object"}
PROBLEM: Final[Document] = {
    "description": "What is wrong, and how to do it right",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
SCHEMAS: Final[Document] = {
    "Problem": {
        "type": "object",
        "required": ["title", "status", "detail"],
        "properties": {"title": TEXT, "status": {"type": "integer"}, "detail": TEXT},
    },
    "Results": {
        "type": "object",
        "description": "SPARQL 1.1 Query Results JSON",
        "required": ["head"],
        "properties": {"head": OBJECT, "results": OBJECT, "boolean": {"type": "boolean"}},
    },
}
VIEW: Final = (
    ("as-of", "only what was published by this day", {"type": "string", "format": "date"}),
    ("perspective", "only the sources of this perspective", TEXT),
)


def openapi_routes(site: Site) -> Blueprint:
    """The route of the description."""
    routes = Blueprint("openapi", __name__)

    @routes.get("/api/openapi.json")
    def describe() -> Response:
        response = jsonify(_document(site))
        response.set_etag(hashlib.blake2b(response.get_data(), digest_size=9).hexdigest())
        response.headers["Cache-Control"] = "no-cache"
        response.make_conditional(request)
        return response

    return routes


def _document(site: Site) -> Document:
    there = {rule.rule.replace("<", "{").replace(">", "}") for rule in current_app.url_map.iter_rules()}
    # The front answers these before Flask.
    there |= {"/sparql", "/healthz", "/readyz"}
    paths = {path: item for path, item in _endpoints().items() if path in there}
    paths |= {f"/queries/{query.name}": _question(query) for query in site.questions if _is_answered(query)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "osagraph",
            "version": importlib.metadata.version("osagraph"),
            "description": "The JSON endpoints. Everything else is SPARQL 1.1, the SPARQL graph store "
            "protocol, and RDF at the addresses of things. No endpoint here needs a key.",
            "license": {"name": "Facts: CC0-1.0; code: Apache-2.0", "identifier": "CC0-1.0"},
        },
        "servers": [{"url": site.address}],
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": SCHEMAS},
    }


def _is_answered(query: NamedQuery) -> bool:
    """Whether the server answers a question; those that ask other servers are for the command line."""
    try:
        require_no_federation(query.text)
    except QueryError:
        return False
    return True


def _endpoints() -> Document:
    query = {"type": "object", "required": ["query"], "properties": {"query": TEXT}}
    form = {"content": {"application/x-www-form-urlencoded": {"schema": query}}, "required": True}
    explained = [
        _parameter("s", "subject", TEXT, True),
        _parameter("p", "predicate", TEXT, True),
        _parameter("o", "object, a term in Turtle syntax", TEXT, True),
        _parameter("format", "", {"type": "string", "const": "json"}, True),
        *(_parameter(name, description, schema) for name, description, schema in VIEW),
    ]
    asked = [_parameter("query", "SPARQL 1.1; prefixes of /api/prefixes need no declaration", TEXT, True)]
    return {
        "/sparql": {
            "get": _operation("askSparql", "The answer to a SPARQL query", JSON, _ref("Results"), asked),
            "post": {
                **_operation("postSparql", "The answer to a SPARQL query", JSON, _ref("Results")),
                "requestBody": form,
            },
        },
        "/explain": {"get": _operation("explain", "Why the graph says so", PLAIN_JSON, OBJECT, explained)},
        "/api/check": {
            "post": {
                **_operation(
                    "checkQuery", "Whether a query is well-formed, and where it is not", PLAIN_JSON, OBJECT
                ),
                "requestBody": form,
            }
        },
        "/api/vocab": {
            "get": _operation(
                "findTerms",
                "Terms of the ontology whose name or label begins like that",
                PLAIN_JSON,
                OBJECT,
                [
                    _parameter("q", "the beginning", TEXT),
                    _parameter("role", "class, property or individual", TEXT),
                ],
            )
        },
        "/api/prefixes": {
            "get": _operation("listPrefixes", "Prefixes and their namespaces", PLAIN_JSON, OBJECT)
        },
        "/api/compare": {"get": _comparison()},
        "/api/links": {"get": _links()},
        "/api/neighbours": {"get": _neighbours()},
        "/api/path": {"get": _connection()},
        "/api/search": {"get": _search()},
        "/export/ftm-report.json": {"get": _further("reportFtm", "What has no place in FollowTheMoney")},
        "/export/ftm.json": {"get": _ftm()},
        "/export/quickstatements.json": {"get": _statements()},
        **_reconciliation(),
        "/api/openapi.json": {"get": _operation("describe", "This description", PLAIN_JSON, OBJECT)},
        "/healthz": {"get": _operation("isAlive", "Whether the server answers", PLAIN_JSON, OBJECT)},
        "/readyz": {"get": _operation("isReady", "Whether a query would be answered", PLAIN_JSON, OBJECT)},
    }


def _reconciliation() -> Document:
    """The reconciliation API 0.2: what takes a table's names to things."""
    id = _parameter("id", "the id of a thing, such as fiji", TEXT, True)
    prefix = _parameter("prefix", "the beginning of a name", TEXT)
    cursor = _parameter("cursor", "so many passed over", {"type": "integer", "default": 0})
    type = _parameter("type", "a class, such as State", TEXT)
    limit = _parameter("limit", "so many", {"type": "integer", "minimum": 0, "default": 30})
    batch = {"type": "object", "properties": {"queries": TEXT, "extend": TEXT}}
    form = {"content": {"application/x-www-form-urlencoded": {"schema": batch}}, "required": True}
    asked = [
        _parameter("queries", "a batch of at most 50 queries, as JSON", TEXT),
        _parameter("extend", "things and properties, as JSON", TEXT),
        _parameter("callback", "a function that a script of another site has", TEXT),
    ]
    answer = "The manifest; the candidates for a batch; or the values of properties"
    paths: Document = {
        "/reconcile": {
            "get": _operation("reconcile", answer, PLAIN_JSON, OBJECT, asked),
            "post": {**_operation("sendBatch", answer, PLAIN_JSON, OBJECT), "requestBody": form},
        },
        "/reconcile/properties": {
            "get": _operation(
                "proposeProperties",
                "Properties that things of a class have",
                PLAIN_JSON,
                OBJECT,
                [type, limit],
            )
        },
    }
    kind: Document = {
        "name": "kind",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "enum": ["entity", "type", "property"]},
    }
    suggested = _operation(
        "suggest", "Names that begin like that", PLAIN_JSON, OBJECT, [kind, prefix, cursor, type]
    )
    shown = _operation("flyOut", "A few words, as HTML", PLAIN_JSON, OBJECT, [kind, id])
    paths["/reconcile/suggest/{kind}"] = {"get": suggested}
    paths["/reconcile/flyout/{kind}"] = {"get": shown}
    return paths


def _search() -> Document:
    """Things by what they are called."""
    asked = [
        _parameter("q", "a name in any language, a part of one, an IRI or a Wikidata number", TEXT, True),
        _parameter("type", "only things of this class, such as osa:State", TEXT),
        _parameter("limit", "so many", {"type": "integer", "minimum": 1, "maximum": 100, "default": 10}),
        *(_parameter(name, description, schema) for name, description, schema in VIEW),
    ]
    return _operation("search", "What is called so, or nearly so, the best first", PLAIN_JSON, OBJECT, asked)


def _comparison() -> Document:
    """What the graph holds beside what Wikidata says."""
    verdicts = ["different", "equal", "only-here", "only-there"]
    asked = [
        _parameter("iri", "a thing, by IRI, prefixed name or label; else all that can be compared", TEXT),
        _parameter("verdict", "only lines of this verdict", {"type": "string", "enum": verdicts}),
        _parameter("page", "the page of the list", {"type": "integer", "minimum": 1, "default": 1}),
        *(_parameter(name, description, schema) for name, description, schema in VIEW),
    ]
    return _operation("compare", "Values here beside those of Wikidata", PLAIN_JSON, OBJECT, asked)


def _links() -> Document:
    """The links to Wikidata with their evidence."""
    confidences = ["osa:Verified", "osa:Likely", "osa:Unresolved", "osa:NearMiss"]
    asked = [
        _parameter("confidence", "only links of this confidence", {"type": "string", "enum": confidences}),
        _parameter("type", "only of things of this class, such as osa:State", TEXT),
        _parameter("page", "the page of the list", {"type": "integer", "minimum": 1, "default": 1}),
        *(_parameter(name, description, schema) for name, description, schema in VIEW),
    ]
    return _operation("listLinks", "Links to Wikidata with their evidence", PLAIN_JSON, OBJECT, asked)


def _further(name: str, summary: str, required: bool = True) -> Document:
    """What is told of some things to other communities."""
    asked = [
        _parameter(
            "iri", "a thing, by IRI or prefixed name; up to 20", {"type": "array", "items": TEXT}, required
        ),
        *(_parameter(name, description, schema) for name, description, schema in VIEW),
    ]
    return _operation(name, summary, PLAIN_JSON, OBJECT, asked)


def _ftm() -> Document:
    operation = _further("exportFtm", "Things and what is around them as FollowTheMoney entities, one a line")
    operation["responses"]["200"]["content"] = {"application/json+ftm": {"schema": TEXT}}
    return operation


def _statements() -> Document:
    operation = _further("exportStatements", "Statements for Wikidata, and the facts that become none", False)
    operation["parameters"].insert(
        1, _parameter("retrieved", "when sources were looked at", {"type": "string", "format": "date"})
    )
    return operation


def _neighbours() -> Document:
    """What one thing is linked to."""
    asked = [
        _parameter("iri", "a thing, by IRI or prefixed name", TEXT, True),
        _parameter("property", "only the links by this property, in parts", TEXT),
        _parameter("direction", "from the thing or to it", {"type": "string", "enum": ["out", "in"]}),
        _parameter("limit", "so many", {"type": "integer", "minimum": 0, "maximum": 200, "default": 60}),
        _parameter("offset", "so many of a property passed over", {"type": "integer", "default": 0}),
        _parameter(
            "also",
            "what is left out otherwise",
            {"type": "array", "items": {"type": "string", "enum": ["inferred", "sources", "claims"]}},
        ),
        *(_parameter(name, description, schema) for name, description, schema in VIEW),
    ]
    return _operation("listNeighbours", "What a thing is linked to, one step away", PLAIN_JSON, OBJECT, asked)


def _connection() -> Document:
    """The paths between two things."""
    asked = [
        _parameter("from", "a thing, by IRI, prefixed name or name", TEXT, True),
        _parameter("to", "another one", TEXT, True),
        _parameter("max", "so many hops", {"type": "integer", "minimum": 1, "maximum": 6, "default": 4}),
        _parameter("all", "anything: through classes and other terms, too", TEXT),
        *(_parameter(name, description, schema) for name, description, schema in VIEW),
    ]
    return _operation("findPaths", "How two things are connected", PLAIN_JSON, OBJECT, asked)


def _question(query: NamedQuery) -> Document:
    parameters = [
        _parameter(
            name,
            parameter.description or parameter.expected,
            _schema(parameter),
            parameter.required and parameter.default is None,
        )
        for name, parameter in query.parameters.items()
    ]
    views = [_parameter(name, description, schema) for name, description, schema in VIEW]
    answer = _operation(f"ask-{query.name}", query.summary, JSON, _ref("Results"), [*parameters, *views])
    return {"get": answer}


def _schema(parameter: Parameter) -> Document:
    schema: Document = dict(TYPES[parameter.type])
    if parameter.default is not None:
        schema["default"] = _value(parameter.type, parameter.default)
    for key, bound in (("minimum", parameter.minimum), ("maximum", parameter.maximum)):
        if bound is not None:
            schema[key] = int(bound) if bound == int(bound) else float(bound)
    return schema


def _value(type: str, text: str) -> object:
    match type:
        case "integer":
            return int(text)
        case "decimal":
            return float(text)
        case "boolean":
            return text == "true"
    return text


def _parameter(name: str, description: str, schema: Document, required: bool = False) -> Document:
    return {"name": name, "in": "query", "description": description, "required": required, "schema": schema}


def _ref(name: str) -> Document:
    return {"$ref": f"#/components/schemas/{name}"}


def _operation(
    name: str, summary: str, media_type: str, schema: Document, parameters: list[Document] | None = None
) -> Document:
    return {
        "operationId": name,
        "summary": summary,
        "parameters": parameters or [],
        "responses": {
            "200": {"description": summary, "content": {media_type: {"schema": schema}}},
            "default": PROBLEM,
        },
    }
