"""A newsroom beside the crowd: every half minute a small source is written, each time with other figures."""

from __future__ import annotations

import http.client
import random
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import quote

ROOT: Final = Path(__file__).resolve().parents[2]
SOURCES: Final = 5
PATIENCE: Final = 90
STATES: Final = ("fiji", "malaysia", "philippines", "bangladesh", "papua-new-guinea")
HEAD: Final = """@prefix osa: <https://w3id.org/osagraph/ontology#> .
@prefix id: <https://w3id.org/osagraph/id/> .
@prefix source: <https://w3id.org/osagraph/id/source/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix unit: <http://qudt.org/vocab/unit/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
DESCRIPTION: Final = """source:{name} a osa:Source ; dcterms:title "Soak {name}"@en ;
    osa:publisherKind osa:NewsAgency ; dcterms:issued "2026-01-1{number}"^^xsd:date ; dcterms:language "en" .
"""
AMOUNT: Final = """[] a osa:QuantityClaim ; osa:statedIn source:{name} ;
    osa:subject <https://w3id.org/osagraph/id/budget/osa-fy2026> ; osa:predicate osa:amount ;
    osa:object {amount}.0 ; osa:currency unit:CCY_JPY ; osa:fiscalYear 2026 ;
    osa:modality osa:Asserted ; osa:verbatim "{amount}" .
"""
RELATION: Final = """[] a osa:RelationClaim ; osa:statedIn source:{name} ; osa:subject id:osa ;
    osa:predicate osa:basedOn ; osa:object id:{state} ; osa:modality osa:Asserted .
"""


class Written(NamedTuple):
    """One write: what was done, the status, seconds, and what was wrong about it; empty where nothing was."""

    what: str
    status: int
    seconds: float
    wrong: str


class Newsroom:
    """Writes sources with a token of its own, and looks whether they are there for the next reader."""

    def __init__(self, port: int, data: Path, seed: int) -> None:
        self._port = port
        self._chance = random.Random(seed)
        self._number = 0
        command = [
            sys.executable,
            "-m",
            "server",
            "token",
            "add",
            f"soak-{time.time_ns()}",
            "--scope",
            "admin",
        ]
        made = subprocess.run(
            [*command, "--data", str(data)], cwd=ROOT, check=True, capture_output=True, text=True
        )
        self._token = made.stdout.strip()

    def write(self) -> Written:
        """Put a source, or take one away; whoever asks after that sees it."""
        self._number += 1
        name = f"soak-{self._number % SOURCES}"
        place = f"/store?graph={quote(f'https://w3id.org/osagraph/graph/source/{name}', safe='')}"
        started = time.monotonic()
        if self._number % 7 == 0:
            what, amount = "delete", 0
            status, headers, said = self._ask("DELETE", place, b"")
        else:
            what, amount = "put", 18_000_000_000 + self._chance.randrange(10**9)
            status, headers, said = self._ask("PUT", place, self._document(name, amount).encode())
        seconds = time.monotonic() - started
        if status not in (200, 201, 204, 404, 503, 429):
            return Written(what, status, seconds, f"{what} is answered {status}: {said[:300]!r}")
        wrong = self._check(place, amount, headers) if status in (200, 201, 204) else ""
        return Written(what, status, seconds, wrong)

    def _check(self, place: str, amount: int, headers: Mapping[str, str]) -> str:
        """Read your own writes: the graph says what was written, in a snapshot that is not older."""
        least = headers.get("x-osagraph-snapshot", "0")
        status, found, body = self._ask("GET", place, b"", {"X-Osagraph-At-Least": least})
        if status in (429, 503):
            return ""
        if not amount:
            return "" if status == 404 else f"a deleted graph is answered {status}"
        if status != 200 or str(amount).encode() not in body:
            there = found.get("x-osagraph-snapshot")
            return f"what was written in snapshot {least} is not there: {status}, {there}"
        return ""

    def _document(self, name: str, amount: int) -> str:
        number = int(name[-1])
        states: Sequence[str] = self._chance.sample(STATES, 2)
        relations = "".join(RELATION.format(name=name, state=state) for state in states)
        text = HEAD + DESCRIPTION.format(name=name, number=number) + AMOUNT.format(name=name, amount=amount)
        return text + relations

    def _ask(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        own = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "text/turtle",
            "Accept": "application/n-triples, application/json;q=0.5",
        }
        with closing(connection):
            connection.request(method, path, body or None, {**own, **(headers or {})})
            response = connection.getresponse()
            told = {name.lower(): value for name, value in response.getheaders()}
            return response.status, told, response.read()
