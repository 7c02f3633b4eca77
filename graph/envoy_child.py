"""The process that asks other servers, one inquiry in its life: the only one of a server with a network.

`graph.envoys` starts it as `python -m graph.envoy_child MEMORY_BYTES`. It reads what foreign servers answer,
and hands on nothing but terms. It opens no dataset and evaluates no query.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import IO, Any

from graph.confinement import confine, end_with_parent
from graph.errors import KnowledgeGraphError, ServiceFailedError
from graph.inquiry import Inquiry, answered
from graph.outbound import Outbound, Policy
from graph.reader_protocol import PREFIX, REQUEST, WHOLE, Frame, fault_frame
from graph.service_client import ServiceClient
from graph.service_values import Block

# Makes the client for an address, which calls itself so.
Making = Callable[[str, str], Outbound]


def inquiry_frame(inquiry: Inquiry, agent: str, seconds: float) -> Frame:
    """The order for an envoy."""
    return Frame(REQUEST, json.dumps({**vars(inquiry), "agent": agent, "seconds": seconds}).encode())


def read_block(payload: bytes) -> Block:
    """The solutions that an envoy brought."""
    text, certain = json.loads(payload)
    return Block(text, frozenset(certain))


def outbound_to(address: str, agent: str) -> Outbound:
    """A client that may call this address alone."""
    return Outbound(Policy.of([address]), agent)


def bring(payload: bytes, make: Making = outbound_to) -> Frame:
    """The answer to an order: solutions, or why there are none."""
    order: dict[str, Any] = json.loads(payload)
    agent, seconds = order.pop("agent"), order.pop("seconds")
    inquiry = Inquiry(**{**order, "queries": tuple(order["queries"])})
    try:
        client = ServiceClient(make(inquiry.address, agent), seconds)
        block = answered(inquiry, client.ask)
    except ServiceFailedError as error:
        return fault_frame("service", str(error))
    except KnowledgeGraphError as error:
        return fault_frame("failed", str(error))
    except Exception as error:
        # What a foreign server sends may make any of the libraries stumble.
        return fault_frame("service", f"{inquiry.service} could not be asked: {type(error).__name__}.")
    return Frame(WHOLE, json.dumps([block.text, sorted(block.certain)]).encode())


def serve(orders: IO[bytes], output: IO[bytes]) -> None:
    """Carry out one order."""
    head = orders.read(PREFIX.size)
    if len(head) == PREFIX.size:
        _, length = PREFIX.unpack(head)
        output.write(bring(orders.read(length)).encode())
        output.flush()


def run() -> None:
    """Carry out the order on standard input."""
    confine(int(sys.argv[1]), network=True)
    end_with_parent(sys.stdin.fileno())
    serve(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    run()
