"""Views over HTTP: which one a request is about, and what is told of it.

/as-of/{date}/sparql    /perspective/{name}/sparql    /as-of/{date}/perspective/{name}/sparql
Any page: ?as-of={date}&perspective={name}
Views side by side: /perspectives?as-of={date}&p={name}&p={name}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from flask import request
from werkzeug.exceptions import BadRequest

from graph.datadir import Snapshot
from graph.errors import InvalidParameterError, KnowledgeGraphError, ReadersBusyError
from graph.view_cache import View
from graph.views import ViewChoice, read_choice
from web.operation import read_pairs

# Where a page finds the view that it is asked of.
VIEW: Final = "osagraph.view"
HEADER: Final = "x-osagraph-view"
# Where the page of several views finds them, by the choice of each; one that is not there yet has its error.
COMPARED: Final = "osagraph.compared"
# The parameters that links keep, once they are looked up.
KEPT: Final = "osagraph.kept"
COMPARISON: Final = "/perspectives"
MOST_COMPARED: Final = 4
PARAMETERS: Final = ("as-of", "perspective")
# These are the same in every view.
CONSTANT: Final = ("/static/", "/api/check", "/api/openapi.json", "/api/prefixes", "/api/vocab", "/reconcile")
ONLY_SERVED: Final = "Views are made by a server: osagraph serve."
WHOLE: Final = frozenset({"/sparql", "/sparql/", "/union/sparql"})
PATH: Final = re.compile(r"(?:/as-of/(?P<as_of>[^/]+))?(?:/perspective/(?P<perspective>[^/]+))?/sparql")


def is_sparql(path: str) -> bool:
    """Whether a path is one of the SPARQL endpoint, of a view or of the whole dataset."""
    return path in WHOLE or (path.endswith("/sparql") and PATH.fullmatch(path) is not None)


def choice_at(path: str) -> ViewChoice:
    """The choice that a path of the SPARQL endpoint makes.

    Raises InvalidParameterError and UnknownResourceError.
    """
    match = PATH.fullmatch(path)
    return read_choice(match["as_of"], match["perspective"]) if match else ViewChoice()


def choice_in(query: str) -> ViewChoice:
    """The choice that the parameters of a URL make.

    Raises BadRequest where one stands twice, InvalidParameterError and UnknownResourceError.
    """
    values: dict[str, str] = {}
    for name, value in read_pairs(query):
        if name in PARAMETERS:
            if name in values:
                raise BadRequest(f"The parameter {name} stands more than once.")
            values[name] = value
    return read_choice(values.get("as-of"), values.get("perspective"))


def is_of_a_view(path: str) -> bool:
    """Whether what is at a path differs from view to view, and its parameters may name one."""
    return path != COMPARISON and not path.startswith(CONSTANT)


def compared_in(query: str) -> tuple[ViewChoice, ...]:
    """The choices that are to stand side by side, each once.

    Raises InvalidParameterError and UnknownResourceError.
    """
    pairs = read_pairs(query)
    as_of = next((value for name, value in pairs if name == "as-of"), None)
    names = dict.fromkeys(value for name, value in pairs if name == "p" and value)
    if len(names) > MOST_COMPARED:
        raise InvalidParameterError("p", ", ".join(names)[:80], f"at most {MOST_COMPARED} perspectives")
    return tuple(read_choice(as_of, name) for name in names)


def compared_here() -> dict[ViewChoice, View | KnowledgeGraphError]:
    """The views that the request asks for side by side, or why one is not there.

    Raises ReadersBusyError where nobody has opened them.
    """
    compared: dict[ViewChoice, View | KnowledgeGraphError] | None = request.environ.get(COMPARED)
    if compared is None:
        raise ReadersBusyError(ONLY_SERVED)
    return compared


def view_headers(view: View | None) -> list[tuple[str, str]]:
    """The headers that tell of the view behind an answer."""
    return [(HEADER, view.text)] if view is not None else []


def view_here() -> View | None:
    """The view that the request which Flask is at is about; None where it is about the whole dataset.

    Raises ReadersBusyError where it is about a view that nobody has opened.
    """
    view: View | None = request.environ.get(VIEW)
    is_about_one = (request.path not in WHOLE and is_sparql(request.path)) or _names_one(request.path)
    if view is None and is_about_one:
        raise ReadersBusyError(ONLY_SERVED)
    return view


def _names_one(path: str) -> bool:
    return is_of_a_view(path) and any(request.args.get(name) for name in PARAMETERS)


def snapshot_of(view: View | None) -> Snapshot | None:
    """Whom the readers are to ask; None for the current snapshot."""
    return view.snapshot if view is not None else None


def here(address: str, **parameters: object) -> str:
    """An address of this site with parameters, and with those for the view and language of this request.

    Parameters without a value are left out.
    """
    kept = _kept_here()
    if not kept and not parameters:
        return address
    path, _, fragment = address.partition("#")
    given = {name: value for name, value in {**parameters, **kept}.items() if value not in (None, "")}
    query = f"{'&' if '?' in path else '?'}{urlencode(given, doseq=True)}" if given else ""
    return f"{path}{query}{'#' if fragment else ''}{fragment}"


def _kept_here() -> Mapping[str, str | None]:
    """The parameters that every link of this page keeps, looked up once; none where it has none."""
    kept: Mapping[str, str | None] | None = request.environ.get(KEPT)
    if kept is None:
        given = {name: value for name in (*PARAMETERS, "lang") if (value := request.args.get(name))}
        # What views are side by side is no view of the pages that are linked.
        kept = {**given, "perspective": None} if request.path == COMPARISON else given
        request.environ[KEPT] = kept
    return kept
