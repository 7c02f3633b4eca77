"""Reconciliation: whoever has a table of names finds out which things of ours they are, and more about these.

/reconcile                                   the manifest; with `queries=` or `extend=`, by GET or as a form,
                                             the answer to a batch
/reconcile/suggest/{entity,type,property}    ?prefix=&cursor=
/reconcile/flyout/{entity,type,property}     ?id=
/reconcile/properties                        ?type=&limit=
/reconcile/preview, /reconcile/view          ?id=, for people

Spec: https://reconciliation-api.github.io/specs/0.2/
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Blueprint, Response, redirect, request
from werkzeug.exceptions import (
    BadRequest,
    HTTPException,
    NotFound,
    RequestEntityTooLarge,
    UnsupportedMediaType,
)
from werkzeug.wrappers import Response as AnyResponse

from graph.errors import InvalidParameterError
from web.addresses import page_address
from web.errors import PROBLEM, problem_here, written
from web.operation import FORM, read_pairs
from web.page_answer import page_answer
from web.reconcile_answers import results_of
from web.reconcile_extend import DEFAULT_PROPOSED, MOST_PROPOSED, extend, propose
from web.reconcile_manifest import KINDS, PATH, manifest
from web.reconcile_matching import reconcile
from web.reconcile_preview import FRAMED, preview_page
from web.reconcile_request import LARGEST, read_extension, read_queries
from web.reconcile_suggest import flyout, suggest_properties, suggest_things, suggest_types
from web.reconcile_terms import thing_iri
from web.site import Site
from web.views import PARAMETERS

JSON: Final = "application/json"
SCRIPT: Final = "application/javascript"
CALLBACK: Final = re.compile(r"[A-Za-z_$][\w$.]{0,127}", re.ASCII)
# What is percent-encoded may take three times as much.
LARGEST_BODY: Final = 4 * LARGEST
FARTHEST: Final = 10_000
NUMBER: Final = re.compile(r"[0-9]{1,18}", re.ASCII)
SEE_OTHER: Final = 303


def reconcile_routes(site: Site) -> Blueprint:
    """The routes of reconciliation."""
    routes = Blueprint("reconcile", __name__, url_prefix=PATH)
    routes.register_error_handler(Exception, _fault)
    routes.before_request(_require_whole)

    @routes.get("", strict_slashes=False)
    def ask() -> Response:
        fields = _fields(request.query_string.decode("latin-1"))
        return _given(site, lambda: batch_answer(site, fields) or manifest(site))

    @routes.post("", strict_slashes=False)
    def send() -> Response:
        document = batch_answer(site, _fields(_form()))
        if document is None:
            raise BadRequest("Send a batch as 'queries' or as 'extend', or ask for the manifest by GET.")
        response = Response(_written(document), content_type=JSON)
        response.headers["Cache-Control"] = "no-store"
        return response

    @routes.get("/suggest/<kind>")
    def suggest(kind: str) -> Response:
        prefix, cursor = request.args.get("prefix", ""), _number("cursor", 0, FARTHEST)
        type = request.args.get("type", "")
        made: Mapping[str, Callable[[], Any]] = {
            "entity": lambda: suggest_things(site, prefix, type, cursor),
            "type": lambda: suggest_types(site, prefix, cursor),
            "property": lambda: suggest_properties(prefix, cursor),
        }
        return _given(site, lambda: {"result": made[_kind(kind)]()})

    @routes.get("/flyout/<kind>")
    def fly_out(kind: str) -> Response:
        return _given(site, lambda: flyout(site, _kind(kind), _id()))

    @routes.get("/properties")
    def properties() -> Response:
        type, limit = request.args.get("type", ""), _number("limit", 0, None)

        def make() -> dict[str, Any]:
            found = propose(site, type, min(limit or DEFAULT_PROPOSED, MOST_PROPOSED))
            asked = {"type": type} | ({"limit": limit} if limit else {})
            return {**asked, "properties": found}

        return _given(site, make)

    @routes.get("/preview")
    def preview() -> Response:
        response = page_answer(site, lambda: preview_page(site, _id()))
        response.headers["Content-Security-Policy"] = FRAMED
        return response

    @routes.get("/view")
    def view() -> AnyResponse:
        iri = thing_iri(_id())
        if iri is None:
            raise NotFound("That is no id of a thing.")
        return redirect(page_address(iri), SEE_OTHER)

    return routes


def batch_answer(site: Site, fields: Mapping[str, str]) -> dict[str, Any] | None:
    """The answer to the batch among some parameters; None where there is none.

    Raises InvalidParameterError, RequestEntityTooLarge, LabelsPendingError, SearchTimeoutError and what
    `Site.rows` raises.
    """
    if "queries" in fields and "extend" in fields:
        raise BadRequest("Send 'queries' or 'extend', not both.")
    if "queries" in fields:
        batch = read_queries(fields["queries"])
        return dict(zip(batch, results_of(site, reconcile(site, list(batch.values()))), strict=True))
    if "extend" in fields:
        return extend(site, read_extension(fields["extend"]))
    return None


def _fields(encoded: str) -> dict[str, str]:
    """The parameters; those that no batch has are passed over.

    Raises BadRequest where one of a batch stands twice, or they are not well-formed.
    """
    fields: dict[str, str] = {}
    for name, value in read_pairs(encoded):
        if name in fields and name in ("queries", "extend"):
            raise BadRequest(f"The parameter {name} stands more than once.")
        fields[name] = value
    return fields


def _form() -> str:
    """The body of a form, still encoded.

    Raises UnsupportedMediaType and RequestEntityTooLarge.
    """
    if request.mimetype != FORM:
        raise UnsupportedMediaType(f"A batch is sent as {FORM}.")
    body = request.get_data()
    if len(body) > LARGEST_BODY:
        raise RequestEntityTooLarge(f"A batch is at most {LARGEST} bytes of JSON.")
    return body.decode("latin-1")


def _given(site: Site, make: Callable[[], Any]) -> Response:
    """The document as JSON, or as a call of the function that a script of another site names.

    Raises InvalidParameterError where that is no name, and what `make` raises.
    """
    callback = request.args.get("callback")
    if not callback:
        return page_answer(site, lambda: _written(make()), JSON)
    if not CALLBACK.fullmatch(callback):
        raise InvalidParameterError("callback", callback[:80], "the name of a function")
    return page_answer(site, lambda: f"/**/{callback}({_written(make()).strip()});\n", SCRIPT)


def _written(document: Any) -> str:
    """The document in ASCII, which is safe in scripts, too."""
    return f"{json.dumps(document, allow_nan=False)}\n"


def _kind(kind: str) -> str:
    if kind not in KINDS:
        raise NotFound(f"There are {', '.join(KINDS)}.")
    return kind


def _id() -> str:
    id = request.args.get("id", "")
    if not id.strip():
        raise InvalidParameterError("id", None, "the id of a thing, such as fiji")
    return id


def _number(name: str, least: int, most: int | None) -> int:
    """A number of the request, 0 where it is not there; a larger one than `most` is that."""
    text = request.args.get(name) or "0"
    if not NUMBER.fullmatch(text) or int(text) < least:
        raise InvalidParameterError(name, text[:80], "a whole number")
    return int(text) if most is None else min(int(text), most)


def _require_whole() -> None:
    """Nothing, where no view is asked for.

    Raises InvalidParameterError.
    """
    for name in PARAMETERS:
        if value := request.args.get(name):
            raise InvalidParameterError(name, value[:80], "nothing: all of the dataset is reconciled with")


def _fault(error: Exception) -> AnyResponse:
    """An error as JSON, whoever asks."""
    if isinstance(error, HTTPException) and (error.code is None or error.code < BadRequest.code):
        return Response(error.get_body(), error.code, error.get_headers())
    problem = problem_here(error)
    media_type, body = written(problem, PROBLEM)
    response = Response(body, problem.status, content_type=media_type)
    response.headers.extend(problem.headers)
    return response
