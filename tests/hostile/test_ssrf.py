"""Whatever can name an address names one that must not be called: by SERVICE, LOAD, documents, our clients.

Nobody is called: no reader or envoy is started, the recording network of the client has no connection, and
the session's own guard fails whoever reaches beyond this machine. A listener counts who calls this machine.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from click.testing import CliRunner
from pyoxigraph import RdfFormat, Store

from graph.datadir import Snapshot
from graph.envoy_child import bring, inquiry_frame
from graph.envoys import Services
from graph.errors import OutboundRefusedError, QuerySyntaxError
from graph.inquiry import Inquiry
from graph.outbound import Outbound, Policy, Request
from graph.outbound_network import resolved
from graph.query_guard import require_harmless, require_harmless_update
from graph.reader_protocol import FAULT, ReadRequest
from graph.readers import ReaderPool
from loaders import rdf_child
from loaders.link_commands import outbound
from loaders.rdf_parse import ParseLimits
from loaders.wikidata_client import API, RECONCILIATION
from server import main
from tests.hostile.client import Listener
from tests.hostile.ssrf_forms import ENTITIES, FORMS, HOSTS, LISTED, NO_IRIS, PUBLIC, RDF, SCHEMES

EVERY_FORM = (*FORMS, *NO_IRIS)


@pytest.fixture
def no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing may be started."""

    def start(*arguments: Any, **named: Any) -> None:
        pytest.fail("a process was started")

    monkeypatch.setattr(subprocess, "Popen", start)


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    with closing(Listener()) as listener:
        yield listener
        assert listener.calls == 0


CONNECTING = (
    "import socket, sys; from graph.confinement import confine; confine(1 << 30); "
    "socket.create_connection(('127.0.0.1', int(sys.argv[1])), 5)"
)


def test_a_process_that_evaluates_queries_reaches_nobody_not_even_this_machine(listener: Listener) -> None:
    if os.system("unshare --user --net true 2> /dev/null"):
        pytest.skip("user namespaces are switched off here")
    port = listener.url.rstrip("/").rpartition(":")[2]
    command = [sys.executable, "-P", "-c", CONNECTING, port]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "Network is unreachable" in ended.stderr
    assert listener.calls == 0


def clauses(url: str) -> Iterator[str]:
    yield f"ASK {{ SERVICE <{url}> {{ ?s ?p ?o }} }}"
    yield f"SELECT * {{ OPTIONAL {{ SERVICE SILENT <{url}> {{ ?s ?p ?o }} }} }}"
    yield f"ASK {{ SERVICE <{LISTED}> {{ ?s ?p ?o SERVICE SILENT <{url}> {{ ?o ?q ?r }} }} }}"
    yield f"PREFIX x: <{url}> ASK {{ SERVICE <{LISTED}> {{ ?s ?p ?o SERVICE x: {{ ?o ?q ?r }} }} }}"


def test_a_server_that_lists_no_service_refuses_every_form() -> None:
    for url in EVERY_FORM:
        for text in clauses(url):
            try:
                require_harmless(text)
            except QuerySyntaxError:
                continue
            # What the guard lets through is no SPARQL either, and the engine says so before it does anything.
            with pytest.raises(SyntaxError):
                Store().query(text)


@pytest.mark.usefixtures("no_process")
def test_a_server_that_lists_one_service_refuses_every_form(tmp_path: Path) -> None:
    async def refusals() -> int:
        pool = ReaderPool(lambda: Snapshot(1, tmp_path, {}), services=Services({LISTED: LISTED}))
        count = 0
        for url in EVERY_FORM:
            for text in clauses(url):
                with pytest.raises(QuerySyntaxError):
                    await pool.query(ReadRequest(text, {"select": "text/csv"}))
                count += 1
        return count

    assert asyncio.run(refusals()) == 4 * len(EVERY_FORM) >= 240


@pytest.mark.usefixtures("no_process")
def test_the_command_line_refuses_every_form_in_a_service_clause(tmp_path: Path) -> None:
    runner = CliRunner()
    options = ["--data", str(tmp_path), "--service", LISTED]
    for url in EVERY_FORM:
        result = runner.invoke(main, ["query", next(clauses(url)), *options])
        assert (result.exit_code, result.stdout) == (4, ""), (url, result.output)


def test_nobody_can_list_a_service_under_another_scheme_or_in_two_readings(tmp_path: Path) -> None:
    for address in (*SCHEMES, *NO_IRIS):
        for command in (["query", "ASK {}"], ["serve"]):
            options = ["--service", f"wikidata={address}", "--data", str(tmp_path)]
            result = CliRunner().invoke(main, [*command, *options])
            assert result.exit_code == 2, (address, result.output)


def test_an_envoy_does_not_call_a_private_address_that_a_listed_name_leads_to() -> None:
    for host in HOSTS:
        connected: list[str] = []

        def make(address: str, agent: str) -> Outbound:
            return leading_to([PUBLIC, host], connected, address)  # noqa: B023

        order = inquiry_frame(Inquiry(LISTED, LISTED, ("ASK {}",), "0-"), "agent", 5)
        answer = bring(order.payload, make)
        assert (answer.kind, connected) == (FAULT, []), host
        assert json.loads(answer.payload)["kind"] == "failed"


def leading_to(hosts: list[str], connected: list[str], *listed: str) -> Outbound:
    """A client for which every name leads to these hosts, and which notes whom it connects to."""

    def connect(address: str, port: int, seconds: float) -> Any:
        connected.append(address)

    return Outbound(Policy.of(listed), "agent", lambda host, port: hosts, connect)


def test_no_update_loads_or_asks_another_server() -> None:
    graph = "<https://w3id.org/osagraph/graph/user/x>"
    for url in EVERY_FORM:
        for text in (
            f"LOAD <{url}>",
            f"LOAD SILENT <{url}> INTO GRAPH {graph}",
            f"INSERT DATA {{}} ; LOAD <{url}>",
            f"INSERT {{ GRAPH {graph} {{ ?s ?p ?o }} }} WHERE {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
        ):
            try:
                require_harmless_update(text)
            except QuerySyntaxError:
                continue
            with pytest.raises(SyntaxError):
                Store().update(text)


def parse(path: Path, media_type: str, text: str) -> dict[str, Any]:
    """What the process that parses foreign documents reports of one, in this process."""
    path.write_text(text, encoding="utf-8")
    job = rdf_child.Job(
        source=str(path),
        target=str(path.with_suffix(".out")),
        media_type=media_type,
        gzipped=False,
        base_iri="http://base.example/",
        genid="http://genid.example/",
        keep_graphs=True,
        **asdict(ParseLimits()),
    )
    return rdf_child.run(job)


def test_no_remote_context_of_json_ld_is_fetched(tmp_path: Path) -> None:
    fact = {"@id": "http://a.example/s", "http://a.example/p": "o"}
    for number, url in enumerate(EVERY_FORM):
        documents: tuple[object, ...] = (
            {"@context": url, **fact},
            {"@context": [{"a": "http://a.example/"}, url], **fact},
            {"@context": {"@version": 1.1, "@import": url}, **fact},
            {"@context": {"t": {"@id": "http://a.example/t", "@context": url}}, "t": fact},
            [fact, {"@context": url, **fact}],
        )
        for document in documents if number % 10 == 0 else documents[:1]:
            report = parse(tmp_path / "x.jsonld", RdfFormat.JSON_LD.media_type, json.dumps(document))
            assert report["kind"] == "malformed", (url, report)


def test_no_external_entity_of_rdf_xml_is_fetched(tmp_path: Path) -> None:
    for number, url in enumerate(EVERY_FORM):
        for template in ENTITIES if number % 10 == 0 else ENTITIES[:1]:
            text = template.format(escape(url, {'"': "&quot;"}), RDF)
            report = parse(tmp_path / "x.rdf", RdfFormat.RDF_XML.media_type, text)
            assert report["kind"] == "malformed", (url, report)


def test_what_a_document_imports_or_is_based_on_is_a_name_and_nothing_else(tmp_path: Path) -> None:
    for url in FORMS:
        text = (
            f"@base <{url}> . @prefix owl: <http://www.w3.org/2002/07/owl#> . "
            f"<http://a.example/o> a owl:Ontology ; owl:imports <{url}> ; owl:priorVersion <> ."
        )
        report = parse(tmp_path / "x.ttl", RdfFormat.TURTLE.media_type, text)
        assert report.get("triples", report.get("kind")) in (3, "malformed"), url
        if "triples" in report:
            assert f"{url}>" in (tmp_path / "x.out").read_text(encoding="utf-8")


def test_the_guard_of_the_session_fails_whoever_reaches_beyond_this_machine(outside: Any) -> None:
    with pytest.raises(pytest.fail.Exception):
        socket.create_connection(("192.0.2.1", 80), 0.01)
    with pytest.raises(pytest.fail.Exception):
        resolved("service.example", 80)
    assert outside.attempts == ["192.0.2.1", "service.example"]
    outside.attempts.clear()


def test_the_client_of_wikidata_calls_no_private_address_and_nobody_else() -> None:
    connected: list[str] = []
    for host in HOSTS:
        client = leading_to([host], connected, API, RECONCILIATION)
        for url in (API, RECONCILIATION):
            with pytest.raises(OutboundRefusedError, match="not public"):
                client.fetch(Request("GET", url))
    assert client.policy == outbound().policy
    for url in EVERY_FORM:
        with pytest.raises(OutboundRefusedError):
            client.fetch(Request("GET", url))
    assert connected == []
