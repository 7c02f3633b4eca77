"""Receipts in requests and on pages: who asks for them, and what a template needs to show them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from graph.explanation_text import claim_line
from graph.receipts_text import fact_sentence, shown_rows, untraced_sentences
from graph.results import Solutions, read_results
from web.addresses import page_address
from web.explain import address, is_linked
from web.negotiation import JSON
from web.nodes import at_quote

ONLY_JSON: Final = f"Receipts come with results as {JSON}, or on a page. Ask for one of these."
PLAIN_DATASET: Final = "This server is a plain dataset, which has no receipts."
# What templates call.
TOOLS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "shown_rows": shown_rows,
        "untraced_sentences": untraced_sentences,
        "fact_sentence": fact_sentence,
        "claim_line": claim_line,
        "address": address,
        "is_linked": is_linked,
        "page_address": page_address,
        "at_quote": at_quote,
    }
)


def read_receipts(body: bytes) -> tuple[Solutions, dict[str, Any]]:
    """The solutions and the receipts of a results document that has both."""
    document = json.loads(body)
    receipts = document.pop("receipts")
    solutions = read_results(json.dumps(document).encode())
    assert isinstance(solutions, Solutions)
    return solutions, receipts
