"""Puts the web room together: routes, errors, headers and what templates may call."""

from __future__ import annotations

from typing import Final

from flask import Flask, request
from jinja2 import StrictUndefined

from web.about import about_routes
from web.browse import browse_routes
from web.compare import compare_routes
from web.compression import compress
from web.contradictions import contradiction_routes
from web.crawlers import crawler_routes
from web.entity_pages import entity_routes
from web.errors import register_errors
from web.explain import explain_routes
from web.explore import explore_routes
from web.exports import export_routes
from web.fragments import fragment_routes
from web.frame import add_frame
from web.further_exports import further_export_routes
from web.headers import add_headers
from web.links import link_routes
from web.map import map_routes
from web.neighbours_api import neighbour_routes
from web.ontology_pages import ontology_routes
from web.openapi import openapi_routes
from web.pages import page_routes
from web.paths import path_routes
from web.perspectives import perspective_routes
from web.publishers import publisher_routes
from web.queries import query_routes
from web.query_api import query_api_routes
from web.query_page import query_page_routes
from web.reconcile import reconcile_routes
from web.search_page import search_routes
from web.site import Site
from web.snapshots import snapshot_routes
from web.sources import source_routes
from web.sparql import sparql_routes
from web.terms import cell, group_digits, heading
from web.timeline import timeline_routes
from web.vendor import vendor_routes
from web.views import VIEW, here
from web.void import void_routes

# The pages beside those of things and questions.
REFERENCE: Final = (
    about_routes,
    browse_routes,
    compare_routes,
    contradiction_routes,
    crawler_routes,
    export_routes,
    fragment_routes,
    explore_routes,
    further_export_routes,
    link_routes,
    map_routes,
    neighbour_routes,
    ontology_routes,
    openapi_routes,
    path_routes,
    perspective_routes,
    reconcile_routes,
    search_routes,
    snapshot_routes,
    publisher_routes,
    source_routes,
    timeline_routes,
    void_routes,
)


def build_app(site: Site) -> Flask:
    """The WSGI application: the pages of a site."""
    settings, readers = site.settings, site.readers
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = settings.body_bytes
    # A form counts against memory as it is read; ours are read by hand, from the body.
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.body_bytes
    app.jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    app.jinja_env.globals.update(cell=cell, heading=heading, group_digits=group_digits, here=here)
    app.context_processor(lambda: {"view": request.environ.get(VIEW)})
    add_frame(app, site)
    register_errors(app)
    app.after_request(compress)
    app.after_request(add_headers)
    if not settings.raw:
        app.register_blueprint(sparql_routes(readers))
        app.register_blueprint(query_page_routes(site))
        app.register_blueprint(query_api_routes(site))
        app.register_blueprint(vendor_routes())
        app.register_blueprint(query_routes(site))
        app.register_blueprint(explain_routes(readers))
        app.register_blueprint(entity_routes(site))
        app.register_blueprint(page_routes(site))
        for routes in REFERENCE:
            app.register_blueprint(routes(site))
    return app
