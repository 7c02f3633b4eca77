"""The kinds of engines that we know, and what each of them can do; from experiment, see `tests/contract`.

An engine of another kind serves as well, as far as the standards go: its addresses have to be given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from graph.remote import RemoteAddresses
from graph.remote_client import RemoteClient

MEBIBYTE: Final = 1 << 20


class EngineKind(StrEnum):
    """Which engine it is."""

    FUSEKI = "fuseki"
    OXIGRAPH = "oxigraph"
    OSAGRAPH = "osagraph"
    OTHER = "other"


@dataclass(frozen=True)
class Ability:
    """What engines of a kind do beyond the standards, or short of them.

    `whole`: one PUT of a dataset in TriX replaces everything, for its readers at one moment. A body that
    breaks off counts as one that ends there, so it has to be one that is malformed until it ends.
    `added_whole`: one POST of a dataset in N-Quads adds all of it at one moment; `bulk_field` is what to say
    for that to be fast. `body_bytes`: as long may an update be.
    `union_path` and `union_fields`: the way to ask for the union of all graphs, a path instead of that of
    queries or fields of the request; neither where there is no way.
    `seconds_field`: the field of a request for the seconds that a query may take; empty where there is none.
    """

    whole: bool = False
    added_whole: bool = False
    bulk_field: str = ""
    body_bytes: int = 8 * MEBIBYTE
    union_path: str = ""
    union_fields: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    seconds_field: str = ""

    @property
    def has_union(self) -> bool:
        """Whether there is a way to ask for the union of all graphs."""
        return bool(self.union_path or self.union_fields)


# Without the default graph the union is that of the named graphs alone; with both, `GRAPH` finds nothing.
_FUSEKI_UNION: Final = MappingProxyType(
    {"default-graph-uri": ("urn:x-arq:DefaultGraph", "urn:x-arq:UnionGraph")}
)
ABILITIES: Final[Mapping[EngineKind, Ability]] = MappingProxyType(
    {
        EngineKind.FUSEKI: Ability(
            whole=True,
            added_whole=True,
            body_bytes=32 * MEBIBYTE,
            union_fields=_FUSEKI_UNION,
            seconds_field="timeout",
        ),
        # Its PUT empties the dataset first, and then loads: readers see nothing in between. From 128 MiB on
        # it takes no update.
        EngineKind.OXIGRAPH: Ability(
            added_whole=True,
            bulk_field="no_transaction",
            body_bytes=96 * MEBIBYTE,
            union_fields=MappingProxyType({"union-default-graph": ("true",)}),
        ),
        EngineKind.OSAGRAPH: Ability(body_bytes=12 * MEBIBYTE, union_path="/union/sparql"),
        EngineKind.OTHER: Ability(),
    }
)
# The paths below an engine's address: for queries, for updates, for graphs.
_PATHS: Final[Mapping[EngineKind, tuple[str, str, str]]] = MappingProxyType(
    {
        EngineKind.FUSEKI: ("query", "update", "data"),
        EngineKind.OXIGRAPH: ("query", "update", "store"),
        EngineKind.OSAGRAPH: ("sparql", "sparql", "store"),
        # As many engines have them; they can be given one by one.
        EngineKind.OTHER: ("sparql", "update", "data"),
    }
)
# All three kinds answer something at this path, with a header that is their own.
PROBE: Final = "sparql?query=ASK%7B%7D"


def addresses(kind: EngineKind, base: str) -> RemoteAddresses:
    """Where an engine of that kind has everything, below its address.

    >>> addresses(EngineKind.FUSEKI, "http://127.0.0.1:3030/ds").graphs
    'http://127.0.0.1:3030/ds/data'
    """
    return RemoteAddresses(*(f"{base.rstrip('/')}/{path}" for path in _PATHS[kind]))


def detect(base: str, client: RemoteClient) -> EngineKind:
    """Which kind of engine answers at an address, as far as its headers tell; else OTHER.

    Raises RemoteStoreError, RemoteAccessError and QueryTimeoutError.
    """
    headers = client.headers(f"{base.rstrip('/')}/{PROBE}")
    if "fuseki-request-id" in headers:
        return EngineKind.FUSEKI
    if headers.get("server", "").startswith("Oxigraph/"):
        return EngineKind.OXIGRAPH
    if "x-osagraph-snapshot" in headers:
        return EngineKind.OSAGRAPH
    return EngineKind.OTHER
