"""The pages about the dataset as a whole, and the answer to whether this server is well."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, render_template, request

from graph.blocking_readers import QueryReaders
from graph.errors import KnowledgeGraphError
from graph.named_query import Catalogue, NamedQuery
from graph.reader_protocol import ReadRequest
from web.answers import Shown, show
from web.settings import Settings

Counts = Callable[[], Mapping[str, object]]
EXAMPLES: Final = ("budget-by-year", "pilot-recipients", "claims-on-recipient-numbers", "contested-facts")
EXAMPLE_ROWS: Final = 5


@dataclass(frozen=True)
class Example:
    """A question of the home page with its answer, which is missing while no reader is free."""

    query: NamedQuery
    shown: Shown | None


def page_routes(settings: Settings, readers: QueryReaders, catalogue: Catalogue, counts: Counts) -> Blueprint:
    """The route of the home page."""
    routes = Blueprint("pages", __name__)

    @routes.get("/")
    def home() -> str:
        examples = [_example(query, readers) for query in catalogue if query.name in EXAMPLES]
        numbers = {name: value for name, value in counts().items() if isinstance(value, int)}
        url = (settings.public_url or request.url_root).rstrip("/")
        return render_template("home.html", examples=examples, counts=numbers, url=url)

    return routes


def _example(query: NamedQuery, readers: QueryReaders) -> Example:
    try:
        return Example(query, show(readers, ReadRequest(query.bind({})), rows=EXAMPLE_ROWS))
    except KnowledgeGraphError:
        return Example(query, None)
