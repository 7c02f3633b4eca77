"""rdflib-endpoint over a store of Oxigraph's, in its own environment: `rdflib_server.py FOLDER PORT`."""

from __future__ import annotations

import sys

import uvicorn  # type: ignore[import-not-found, unused-ignore]
from rdflib import Dataset
from rdflib_endpoint import SparqlEndpoint  # type: ignore[import-not-found, unused-ignore]


def main(folder: str, port: int) -> None:
    """Serve until told to end; the default graph is the dataset's own, as with the other servers."""
    dataset = Dataset(store="Oxigraph", default_union=False)
    dataset.open(folder)
    uvicorn.run(
        SparqlEndpoint(graph=dataset), host="127.0.0.1", port=port, log_level="error", access_log=False
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
