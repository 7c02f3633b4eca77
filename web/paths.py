"""How two things are connected: the shortest paths between them, as sentences with receipts.

/path?from=&to=&max=&all=      a page; without `from` and `to` a form
/api/path?from=&to=&max=&all=  the same as JSON
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from flask import Blueprint, Response, jsonify, render_template, request
from pyoxigraph import NamedNode

from graph.datadir import Snapshot
from graph.errors import InvalidParameterError
from ontology.namespaces import OSA
from web.addresses import page_address
from web.errors import problem_here
from web.finding import find_thing
from web.graph_reading import AROUND, AROUND_ALL, degrees, is_of_a_vocabulary, judged, links_around
from web.labels import Labels, labels_of
from web.negotiation import HTML, content_type
from web.nodes import nodes
from web.page_answer import page_answer
from web.paging import only_parameters
from web.path_search import DEFAULT, Around, Found, find_paths
from web.path_telling import Way, between, chosen, sentence, told, unlooked, verdict
from web.site import Site
from web.views import here

PARAMETERS: Final = ("from", "to", "max", "all")
HOPS: Final = 4
MOST_HOPS: Final = 6
PLAIN_JSON: Final = "application/json"


@dataclass(frozen=True)
class Answer:
    """The paths between two things, with the names of all that they name."""

    start: str
    end: str
    most_hops: int
    found: Found
    ways: list[Way]
    labels: Labels
    persons: frozenset[str]

    @property
    def sentence(self) -> str:
        """What was found, and what was not looked at."""
        return " ".join(
            [verdict(self.found, self.most_hops), *unlooked(self.found, self.most_hops, self.labels)]
        )


def path_routes(site: Site) -> Blueprint:
    """The routes of paths."""
    routes = Blueprint("paths", __name__)

    @routes.get("/path")
    def show_paths() -> Response:
        only_parameters(*PARAMETERS)
        if not (request.args.get("from", "").strip() and request.args.get("to", "").strip()):
            return page_answer(site, _form)
        try:
            return _answered(site, _page, HTML)
        except InvalidParameterError as error:
            return Response(_form(error), 400, content_type=content_type(HTML))

    @routes.get("/api/path")
    def give_paths() -> Response:
        only_parameters(*PARAMETERS)
        return _answered(site, _document, PLAIN_JSON)

    return routes


def _answered(site: Site, write: Any, media_type: str) -> Response:
    """The answer in one form. One that ran out of time is nothing to keep: the next may be better."""
    made: list[Answer] = []

    def make() -> str:
        made.append(_answer(site))
        return str(write(made[0]))

    response = page_answer(site, make, media_type)
    if any(answer.found.is_late for answer in made):
        del response.headers["ETag"]
        response.headers["Cache-Control"] = "no-store"
    return response


def _answer(site: Site) -> Answer:
    """What the request asks for.

    Raises InvalidParameterError, and what `Site.rows` raises.
    """
    start, end = (_end(site, name) for name in ("from", "to"))
    if start == end:
        raise InvalidParameterError("to", request.args["to"][:80], "another thing than the first")
    most_hops, at = _most_hops(), site.here()
    found = _found(site, start, end, most_hops, at)
    inner = {each for path in found.paths for each in path[1:-1]}
    paths = chosen(found, degrees(site, sorted(inner)[: DEFAULT.paths], at), DEFAULT.wanted)
    steps = [between(found, *pair) for path in paths for pair in pairwise(path)]
    known = judged(site, (links[0] for links in steps), at)
    things = {start, end, *(each for path in paths for each in path)}
    named = {*things, *found.crowded, *(link.predicate for links in steps for link in links)}
    kinds = nodes(site, "kinds-and-dates", things, at)
    return Answer(
        start,
        end,
        most_hops,
        found,
        [told(found, path, known) for path in paths],
        labels_of(site, map(NamedNode, named), at=at),
        frozenset(each for each, node in kinds.items() if OSA.Person in node.all("rdf:type")),
    )


def _found(site: Site, start: str, end: str, most_hops: int, at: Snapshot) -> Found:
    query = AROUND_ALL if request.args.get("all") else AROUND

    def expand(things: Any, fan: int) -> Mapping[str, Around]:
        return links_around(site, things, fan, at, query)

    def may_pass(thing: str) -> bool:
        return query == AROUND_ALL or not is_of_a_vocabulary(thing)

    return find_paths(start, end, most_hops, expand, may_pass)


def _end(site: Site, parameter: str) -> str:
    text = request.args.get(parameter, "").strip()
    if not text:
        raise InvalidParameterError(parameter, None, "the name or IRI of a thing, such as Fiji or id:osa")
    return find_thing(site, text, parameter)


def _most_hops() -> int:
    text = request.args.get("max") or str(HOPS)
    if text not in map(str, range(1, MOST_HOPS + 1)):
        raise InvalidParameterError("max", text[:80], f"a number of hops from 1 to {MOST_HOPS}")
    return int(text)


def _form(error: InvalidParameterError | None = None) -> str:
    fault = problem_here(error) if error else None
    return render_template(
        "path.html", answer=None, fault=fault, culprit=error.name if error else None, **_given()
    )


def _page(answer: Answer) -> str:
    return render_template("path.html", answer=answer, fault=None, culprit=None, node=NamedNode, **_given())


def _given() -> dict[str, Any]:
    given = {name: request.args.get(name, "")[:2000] for name in PARAMETERS}
    return {"given": given, "hops": range(1, MOST_HOPS + 1), "usual": HOPS}


def _document(answer: Answer) -> str:
    labels = answer.labels
    return jsonify(
        {
            "from": _named(answer.start, labels),
            "to": _named(answer.end, labels),
            "hopsWanted": answer.most_hops,
            "hopsSearched": answer.found.hops,
            "isComplete": answer.found.is_complete,
            "remark": answer.sentence.strip(),
            "found": len(answer.found.paths),
            "paths": [_way(way, answer) for way in answer.ways],
        }
    ).get_data(as_text=True)


def _way(way: Way, answer: Answer) -> dict[str, Any]:
    labels = answer.labels
    return {
        "sentence": sentence(way, labels, answer.persons),
        "things": [_named(each, labels) for each in way.things],
        "statements": [
            {
                **hop.link._asdict(),
                "property": labels.text(hop.link.predicate),
                "isForward": hop.is_forward,
                "isInferred": hop.judged.is_inferred,
                "isContested": hop.judged.contesting > 0,
                "explanation": here(hop.reason),
            }
            for hop in way.hops
        ],
    }


def _named(iri: str, labels: Labels) -> dict[str, str]:
    return {"iri": iri, "label": labels.text(iri), "page": here(page_address(iri))}
