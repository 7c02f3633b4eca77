"""The dataset for search engines: what it is, which version, who may use it, where it is had.

Spec: https://schema.org/Dataset, https://schema.org/DataCatalog
"""

from __future__ import annotations

from typing import Any, Final

from web.negotiation import JSON
from web.site import Site
from web.views import here, view_here

Document = dict[str, Any]
CONTEXT: Final = "https://schema.org"
NAME: Final = "osagraph: security assistance, claim by claim"
DESCRIPTION: Final = (
    "What public sources claim about security assistance, beginning with Japan’s Official Security "
    "Assistance, each claim with its source, and the facts that the claims support."
)
LICENCE: Final = "https://creativecommons.org/publicdomain/zero/1.0/"
# Where all of it is had besides the endpoint: the path, what it is, its media type.
FILES: Final = (
    ("/ontology.ttl", "The ontology", "text/turtle"),
    ("/changes.atom", "The changes", "application/atom+xml"),
)


def dataset_document(site: Site) -> Document:
    """The dataset, as the snapshot or view that the request is about has it."""
    return {"@context": CONTEXT, **_dataset(site)}


def catalogue_document(site: Site) -> Document:
    """What is served here: one dataset."""
    return {
        "@context": CONTEXT,
        "@type": "DataCatalog",
        "@id": f"{site.address}/about#catalogue",
        "name": "osagraph",
        "url": f"{site.address}{here('/about')}",
        "license": LICENCE,
        "dataset": [_dataset(site)],
    }


def _dataset(site: Site) -> Document:
    at, view = site.here(), view_here()
    made = site.current().made
    document: Document = {
        "@type": "Dataset",
        "@id": f"{site.address}/#dataset",
        "name": NAME + (f" ({view.choice.text})" if view else ""),
        "description": DESCRIPTION,
        "url": f"{site.address}{here('/')}",
        "license": LICENCE,
        "isAccessibleForFree": True,
        "version": str(at.number),
        "creator": {"@type": "Organization", "name": "osagraph", "url": f"{site.address}/"},
        "distribution": [_endpoint(site, view.choice.path if view else ""), *_files(site)],
    }
    return {**document, "dateModified": made} if made else document


def _endpoint(site: Site, path: str) -> Document:
    return {
        "@type": "DataDownload",
        "name": "SPARQL 1.1 endpoint",
        "contentUrl": f"{site.address}{path}/sparql",
        "encodingFormat": [JSON, "text/csv", "text/turtle"],
    }


def _files(site: Site) -> list[Document]:
    return [
        {"@type": "DataDownload", "name": name, "contentUrl": f"{site.address}{path}", "encodingFormat": kind}
        for path, name, kind in FILES
    ]
