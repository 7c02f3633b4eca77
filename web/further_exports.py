"""What the graph can tell other communities, as files, and a page that says what is in them and what is not.

    /export?iri=id:fiji                                        what there is of a thing, and what is refused
    /export/ftm.json?iri=&iri=                                 FollowTheMoney: things and what is around them
    /export/ftm-report.json?iri=                               what of these has no place there
    /export/quickstatements.{txt,csv,json}?iri=&retrieved=     statements for Wikidata, with references
    /export/quickstatements-refusals.csv?iri=                  the facts that become no statement, and why

Without a thing, QuickStatements are about all that have an item of Wikidata. Both tell facts only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from flask import Blueprint, Response, current_app, render_template, request
from pyoxigraph import Literal, NamedNode

from graph.datadir import Snapshot
from graph.errors import InvalidParameterError, UnknownResourceError
from graph.export_rows import Row, Rows
from graph.ftm import ftm_entities, things_around
from graph.ftm_entities import MEDIA_TYPE, Entity, Report
from graph.further_options import day_of, read_day
from graph.query_parameters import Given
from graph.quickstatement_files import as_csv, as_json, as_v1, reasons, refusals_csv
from graph.quickstatements import Batch, linked_things, quickstatements
from web.exports import FORMATS, TRUNCATED, asked_iris, file_name
from web.finding import find_thing
from web.labels import labels_of
from web.nodes import nodes
from web.page_answer import page_answer
from web.paging import only_parameters
from web.site import Site
from web.views import here

MOST_THINGS: Final = 20
MOST_LINKED: Final = 1_000
# A file has no more things than this, and of a programme half as many; the command line writes them all.
MOST_IN_FILE: Final = 1_000
# So many statements and refusals are on the page; the files have all.
LISTED: Final = 100
FORMS: Final = ("txt", "csv", "json")
MEDIA_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {"txt": "text/plain", "csv": "text/csv", "json": "application/json"}
)
CUT: Final = f"Only the first {MOST_LINKED:,} things that have an item are looked at."


@dataclass(frozen=True)
class Made:
    """A file: its text, and whether something is not in it that was asked for."""

    text: str
    is_cut: bool = False


def further_export_routes(site: Site) -> Blueprint:
    """The routes of the page and of its files."""
    routes = Blueprint("further_exports", __name__)

    @routes.get("/export")
    def overview() -> Response:
        only_parameters("iri", "retrieved")
        return page_answer(site, lambda: _page(site))

    @routes.get("/export/ftm.json")
    def ftm() -> Response:
        only_parameters("iri")
        return _file(site, "ftm.json", MEDIA_TYPE, lambda: _ftm(site))

    @routes.get("/export/ftm-report.json")
    def ftm_report() -> Response:
        only_parameters("iri")
        return _file(site, "ftm-report.json", "application/json", lambda: _ftm_report(site))

    @routes.get("/export/quickstatements.txt", defaults={"form": "txt"})
    @routes.get("/export/quickstatements.csv", defaults={"form": "csv"})
    @routes.get("/export/quickstatements.json", defaults={"form": "json"})
    def statements(form: str) -> Response:
        only_parameters("iri", "retrieved")
        return _file(site, f"quickstatements.{form}", MEDIA_TYPES[form], lambda: _statements(site, form))

    @routes.get("/export/quickstatements-refusals.csv")
    def refusals() -> Response:
        only_parameters("iri", "retrieved")
        return _file(site, "refusals.csv", "text/csv", lambda: _refusals(site))

    return routes


def _file(site: Site, name: str, media_type: str, make: Callable[[], Made]) -> Response:
    made: list[Made] = []

    def text() -> str:
        made.append(make())
        return made[0].text

    response = page_answer(site, text, media_type)
    iri = asked_iris(MOST_THINGS)[0] if request.args.get("iri") else "osagraph/all"
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name(iri, name)}"'
    if any(each.is_cut for each in made):
        response.headers[TRUNCATED] = "true"
    return response


def _ftm(site: Site) -> Made:
    report = Report()
    lines = [entity.line() for entity in _entities(site, report)]
    return Made("".join(lines), bool(report.remarks))


def _ftm_report(site: Site) -> Made:
    report = Report()
    for _ in _entities(site, report):
        pass
    return Made(json.dumps(report.document(), ensure_ascii=False, indent=1) + "\n")


def _entities(site: Site, report: Report) -> Iterator[Entity]:
    if not request.args.get("iri"):
        expected = "one or more things, such as id:osa; all: osagraph export --format ftm"
        raise InvalidParameterError("iri", None, expected)
    at = site.here()
    rows = _rows(site, at)
    things = things_around(rows, _known(site, at), report, MOST_IN_FILE // 2)
    if len(things) > MOST_IN_FILE:
        report.remarks.append(f"Only {MOST_IN_FILE:,} of {len(things):,} things are here.")
    return ftm_entities(rows, things[:MOST_IN_FILE], report)


def _statements(site: Site, form: str) -> Made:
    batch, is_cut = _batch(site)
    if form == "json":
        return Made(as_json(batch), is_cut)
    write = as_v1 if form == "txt" else as_csv
    return Made(write(batch.statements), is_cut)


def _refusals(site: Site) -> Made:
    batch, is_cut = _batch(site)
    return Made(refusals_csv(batch.refusals), is_cut)


def _batch(site: Site, thing: str = "") -> tuple[Batch, bool]:
    """The statements about what is asked for, and whether that is more than is looked at."""
    at = site.here()
    rows = _rows(site, at)
    if thing or request.args.get("iri"):
        return quickstatements(rows, [thing] if thing else _known(site, at), _retrieved(site, at)), False
    linked = linked_things(rows)
    return quickstatements(rows, linked[:MOST_LINKED], _retrieved(site, at)), len(linked) > MOST_LINKED


def _rows(site: Site, at: Snapshot) -> Rows:
    def rows(name: str, values: Mapping[str, Given]) -> Sequence[Row]:
        return site.rows(name, values, at, is_kept=False)

    return rows


def _retrieved(site: Site, at: Snapshot) -> Literal | None:
    """The day on which sources were looked at: as given, or that of the snapshot; a view has none of its own.

    Raises InvalidParameterError.
    """
    text = request.args.get("retrieved", "")
    if not text:
        return day_of(at) or day_of(site.current())
    day = read_day(text)
    if day is None:
        raise InvalidParameterError("retrieved", text[:80], "a day of the calendar such as 2026-11-20")
    return day


def _known(site: Site, at: Snapshot) -> tuple[str, ...]:
    """The things that are asked for.

    Raises UnknownResourceError where nothing is known of one.
    """
    given = asked_iris(MOST_THINGS)
    for iri, node in nodes(site, "described", given, at).items():
        if not node.values:
            raise UnknownResourceError(f"Nothing is known of {iri}.")
    return given


def _page(site: Site) -> str:
    given = request.args.get("iri", "").strip()
    thing = find_thing(site, given, "iri") if given else ""
    batch, is_cut = _batch(site, thing)
    shown = batch.statements[:LISTED]
    refused = batch.refusals[:LISTED]
    facts = [*(each.fact for each in shown), *((r.subject, r.predicate, r.value) for r in refused)]
    terms = [_term(text) for fact in facts for text in fact]
    asked = {"iri": thing, "retrieved": request.args.get("retrieved", "")}
    return render_template(
        "export.html",
        given=given,
        thing=NamedNode(thing) if thing else None,
        batch=batch,
        shown=shown,
        refused=refused,
        reasons=reasons(batch.refusals),
        cut=CUT if is_cut else "",
        labels=labels_of(site, [*terms, *([NamedNode(thing)] if thing else [])]),
        term=_term,
        item=lambda number: f"http://www.wikidata.org/entity/{number}",
        retrieved=request.args.get("retrieved", ""),
        graphs=[(name, here(f"/export/graph.{form}", iri=thing)) for form, name in _graph_forms().items()],
        files={form: here(f"/export/quickstatements.{form}", **asked) for form in FORMS},
        refusals_file=here("/export/quickstatements-refusals.csv", **asked),
    )


def _graph_forms() -> Mapping[str, str]:
    """The forms of graphs, with their names, where there are any."""
    has_any = any(rule.rule.startswith("/export/graph.") for rule in current_app.url_map.iter_rules())
    return {form: each.name for form, each in FORMATS.items()} if has_any else {}


def _term(text: str) -> NamedNode | Literal:
    """A subject, predicate or value as a term again, to be printed by its label."""
    try:
        return NamedNode(text) if text.startswith(("http://", "https://")) else Literal(text)
    except ValueError:
        return Literal(text)
