"""What reconciliation offers here, for clients that are given its address alone.

Addresses are whole and public. What a client fills in is `{{id}}` in pages and `${id}` in flyouts.
"""

from __future__ import annotations

import importlib.metadata
from typing import Any, Final

from graph.country_names import codes_called
from web.reconcile_extend import used_classes
from web.reconcile_request import BATCH_SIZE, Content
from web.reconcile_terms import INDIVIDUALS, TERMS, terms
from web.site import Site

Document = dict[str, Any]
PATH: Final = "/reconcile"
KINDS: Final = ("entity", "type", "property")
# How large a preview is, in pixels.
WIDTH: Final = 430
HEIGHT: Final = 300
CONTENTS: Final = {
    Content.LITERAL: "Things with their ids and names",
    Content.ID: "Ids as text",
    Content.LABEL: "Names as text",
}


def manifest(site: Site) -> Document:
    """The manifest of the service.

    Raises what `Site.rows` raises.
    """
    address = site.address
    # Who asks for this asks for names next, and those of countries take a second to be read.
    codes_called("")
    return {
        "versions": ["0.2"],
        "name": "osagraph: security assistance, claim by claim",
        "identifierSpace": INDIVIDUALS,
        "schemaSpace": TERMS,
        "documentation": f"{address}/about#reconciliation",
        "serviceVersion": importlib.metadata.version("osagraph"),
        "logo": f"{address}/static/icon.svg",
        "view": {"url": f"{address}{PATH}/view?id={{{{id}}}}"},
        "feature_view": {"url": f"{address}/about#feature-{{{{id}}}}"},
        "defaultTypes": [_type(term.iri) for term in used_classes(site)],
        "preview": {
            "url": f"{address}{PATH}/preview?id={{{{id}}}}",
            "width": WIDTH,
            "height": HEIGHT,
        },
        "suggest": {kind: _suggest(address, kind) for kind in KINDS},
        "extend": {
            "propose_properties": {"service_url": address, "service_path": f"{PATH}/properties"},
            "property_settings": [
                {
                    "name": "limit",
                    "label": "Limit",
                    "type": "number",
                    "default": 0,
                    "help_text": "So many values in a cell; 0 is for all",
                },
                {
                    "name": "content",
                    "label": "Content",
                    "type": "select",
                    "default": Content.LITERAL.value,
                    "help_text": "How values that are things are given",
                    "choices": [{"value": value.value, "name": name} for value, name in CONTENTS.items()],
                },
            ],
        },
        "batchSize": BATCH_SIZE,
    }


def _suggest(address: str, kind: str) -> Document:
    return {
        "service_url": address,
        "service_path": f"{PATH}/suggest/{kind}",
        "flyout_service_url": address,
        "flyout_service_path": f"{PATH}/flyout/{kind}?id=${{id}}",
    }


def _type(iri: str) -> Document:
    """A class with those above it."""
    document: Document = terms().type_document(iri)
    broader = [_type(term.iri) for term in terms().broader(iri)]
    return {**document, "broader": broader} if broader else document
