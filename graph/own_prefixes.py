"""The declarations that a query needs where it is sent to somebody who does not know our prefixes."""

from __future__ import annotations

from graph.sparql_tokens import tokens
from ontology.namespaces import PREFIXES


def declarations(text: str) -> str:
    """`PREFIX` lines for those of our own prefixes that a text, or a part of one, uses.

    >>> declarations("ASK { id:fiji a ?class }")
    'PREFIX id: <https://w3id.org/osagraph/id/>\\n'
    """
    used = {token.text.partition(":")[0] for token in tokens(text) if token.kind == "name"}
    return "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in sorted(used & PREFIXES.keys()))
