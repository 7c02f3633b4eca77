"""One number for what a dataset says: the SHA-256 of its computed graphs in canonical form.

Two datasets with the same digest hold the same facts, assessments and reviewed names, whatever their
snapshots are called and whenever they were made. The canonical form is sorted N-Quads; the few blank nodes
(of the ontology's axioms) get the canonical names that the specification gives them.
Spec: https://www.w3.org/TR/rdf-canon/
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from typing import IO, Final

from pyoxigraph import CanonicalizationAlgorithm, Dataset, DefaultGraph, RdfFormat, parse, serialize

from graph.errors import StoreError
from graph.projection import ASSESSMENTS, REFERENCE
from graph.store import GraphName, ReadableStore

# What was computed or reviewed; sources have digests of their own, and graph/meta has times of loads.
COMPUTED: Final[tuple[GraphName, ...]] = (DefaultGraph(), ASSESSMENTS, REFERENCE)


def dataset_digest(store: ReadableStore) -> str:
    """The digest of a dataset's computed graphs, as `sha256:` and 64 hexadecimal digits.

    Needs room for the graphs on the disk, and memory for the quads with blank nodes alone. Raises StoreError.
    """
    with tempfile.TemporaryFile() as unsorted, tempfile.TemporaryFile() as ordered:
        blank = bytearray()
        for graph in COMPUTED:
            for line in _lines(store, graph):
                if has_blank(line):
                    blank += line
                else:
                    unsorted.write(line)
        unsorted.write(with_canonical_names(bytes(blank)))
        unsorted.seek(0)
        sort_lines(unsorted, ordered)
        return f"sha256:{hashlib.file_digest(ordered, 'sha256').hexdigest()}"


def _lines(store: ReadableStore, graph: GraphName) -> Iterator[bytes]:
    """The graph's triples as quads, so that the same triple in two graphs counts twice."""
    suffix = b"" if isinstance(graph, DefaultGraph) else f" {graph}".encode()
    with tempfile.TemporaryFile() as triples:
        store.dump(triples, RdfFormat.N_TRIPLES, graph)
        triples.seek(0)
        for line in triples:
            yield line.rstrip(b"\n")[:-2] + suffix + b" .\n"


def has_blank(line: bytes) -> bool:
    """Whether a line of N-Quads, as our own serializer writes it, has a blank node in it."""
    return line.startswith(b"_:") or b" _:" in line.partition(b'"')[0]


def with_canonical_names(quads: bytes) -> bytes:
    """N-Quads whose blank nodes have canonical names, in no order; quads without any need not be there."""
    dataset = Dataset(parse(quads, format=RdfFormat.N_QUADS))
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return serialize(dataset, format=RdfFormat.N_QUADS) or b""


def sort_lines(unsorted: IO[bytes], ordered: IO[bytes]) -> None:
    """Write the lines of a file to another one, each once, in the order of their bytes.

    The system's own sort puts on the disk what memory has no room for. Raises StoreError.
    """
    environment = {**os.environ, "LC_ALL": "C"}
    done = subprocess.run(["sort", "-u"], stdin=unsorted, stdout=ordered, env=environment, check=False)
    if done.returncode:
        raise StoreError("This needs the command `sort`, and room for temporary files.")
    ordered.seek(0)
