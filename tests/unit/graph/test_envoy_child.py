"""What an envoy brings home: solutions as text, or one sentence; from servers that answer badly."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pytest

from graph.envoy_child import bring, inquiry_frame, read_block, serve
from graph.inquiry import Inquiry
from graph.reader_protocol import FAULT, PREFIX, WHOLE, Frame
from graph.service_values import Block
from tests.hostile.federated import ENDLESS, FAILING, ROWS, BadService, answering_badly

HEARD = {"/bomb": "more than 33,554,432 bytes", "/redirect": "307", "/refused": "429", "/status": "799"}


@pytest.fixture(scope="module")
def bad() -> Iterator[BadService]:
    with answering_badly() as server:
        yield server


def order(bad: BadService, path: str, seconds: float = 30) -> Frame:
    inquiry = Inquiry("http://service.example/", bad.address(path), ("ASK {}", "ASK { }"), "0-")
    return inquiry_frame(inquiry, "agent", seconds)


def test_an_envoy_brings_the_solutions_of_all_its_queries(bad: BadService) -> None:
    answer = bring(order(bad, "/good").payload)
    row = "(<http://e.example/1>)"
    assert answer.kind == WHOLE
    assert read_block(answer.payload) == Block(f"{{ VALUES (?x) {{\n{row}\n{row}\n}} }}", frozenset({"x"}))


def test_terms_of_an_answer_stay_terms(bad: BadService) -> None:
    block = read_block(bring(order(bad, "/injected").payload).payload)
    assert block.text.splitlines()[1] == '("\\" } SERVICE <http://127.0.0.1/> { ?a ?b ?c")'


@pytest.mark.parametrize("path", [*FAILING, ROWS])
def test_an_answer_that_cannot_be_used_is_one_sentence(bad: BadService, path: str) -> None:
    answer = bring(order(bad, path).payload)
    fault = json.loads(answer.payload)
    assert answer.kind == FAULT
    assert fault["kind"] == ("failed" if path in ("/bomb", ROWS) else "service")
    assert HEARD.get(path, "") in fault["message"] and fault["message"].endswith(".")


@pytest.mark.parametrize("path", ENDLESS)
def test_an_answer_without_an_end_is_given_up(bad: BadService, path: str) -> None:
    fault = json.loads(bring(order(bad, path, 0.3).payload).payload)
    assert fault["kind"] in ("service", "failed")


def test_an_envoy_reads_one_order_and_no_half_one(bad: BadService) -> None:
    output = io.BytesIO()
    serve(io.BytesIO(order(bad, "/good").encode() * 2), output)
    kind, length = PREFIX.unpack(output.getvalue()[: PREFIX.size])
    assert (kind, length) == (WHOLE, len(output.getvalue()) - PREFIX.size)
    serve(io.BytesIO(b""), output := io.BytesIO())
    assert output.getvalue() == b""
