"""Puts the web room together: routes, errors, headers and what templates may call."""

from __future__ import annotations

from typing import Final

from flask import Flask
from jinja2 import StrictUndefined

from graph.blocking_readers import QueryReaders
from graph.named_query import Catalogue
from web.errors import register_errors
from web.explain import explain_routes
from web.headers import add_headers
from web.pages import Counts, page_routes
from web.queries import query_routes
from web.settings import Settings
from web.sparql import sparql_routes
from web.terms import cell, group_digits, heading

# The named query that the form for SPARQL begins with.
EXAMPLE: Final = "projects-by-recipient"


def build_app(settings: Settings, readers: QueryReaders, catalogue: Catalogue, counts: Counts) -> Flask:
    """The WSGI application over some readers; `counts` gives the numbers of the current snapshot."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = settings.body_bytes
    # A form counts against memory as it is read; ours are read by hand, from the body.
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.body_bytes
    app.jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    app.jinja_env.globals.update(cell=cell, heading=heading, group_digits=group_digits)
    register_errors(app)
    app.after_request(add_headers)
    if not settings.raw:
        example = catalogue[EXAMPLE].body if EXAMPLE in catalogue else ""
        app.register_blueprint(sparql_routes(readers, example))
        app.register_blueprint(query_routes(readers, catalogue))
        app.register_blueprint(explain_routes(readers))
        app.register_blueprint(page_routes(settings, readers, catalogue, counts))
    return app
