"""What computed a dataset: snapshots carry it, so that graphs of another ontology or policy are noticed.

The same claims give the same facts only to the same ontology, rules and policy. A build notes by what it
computes; a load, a write or an act of curation leaves that note as it is.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
from collections.abc import Mapping
from typing import Any, Final

from pyoxigraph import Literal

from graph.datadir import COMPUTED_BY
from graph.rules import RULES_FOLDER
from ontology.namespaces import OWL
from ontology.vocabulary import FILES, ontology_triples

# Raised with every change after which the same claims give other facts, assessments or inferred triples.
POLICY: Final = 1


@functools.lru_cache(maxsize=1)
def this_computation() -> Mapping[str, Any]:
    """By what this osagraph computes: its and the ontology's version for people, and a digest to compare."""
    digest = hashlib.sha256(f"policy {POLICY}\n".encode())
    for path in (*FILES, *sorted(RULES_FOLDER.glob("*.rq"))):
        digest.update(path.read_bytes())
    return {
        "osagraph": importlib.metadata.version("osagraph"),
        "ontology": _ontology_version(),
        "policy": POLICY,
        "digest": digest.hexdigest()[:16],
    }


def is_plain(counts: Mapping[str, Any]) -> bool:
    """Whether a snapshot, given what it counts, has no claims: nothing in it is computed."""
    return not (counts.get("sources") or counts.get("claims"))


def is_computed_by_this(counts: Mapping[str, Any]) -> bool:
    """Whether a snapshot says that what this osagraph computes by has computed it."""
    return bool(_noted(counts).get("digest") == this_computation()["digest"])


def staleness(counts: Mapping[str, Any]) -> str:
    """What is to be said of a snapshot that another ontology or policy has computed; nothing of others."""
    noted = _noted(counts)
    if not noted or is_plain(counts) or is_computed_by_this(counts):
        return ""
    now = this_computation()
    return f"was computed by {_words(noted)}; this is {_words(now)}"


def _noted(counts: Mapping[str, Any]) -> Mapping[str, Any]:
    noted = counts.get(COMPUTED_BY)
    return noted if isinstance(noted, Mapping) else {}


def _words(noted: Mapping[str, Any]) -> str:
    """The digest tells apart what has the same numbers, as between two releases."""
    parts = (f"osagraph {noted.get('osagraph')}", f"ontology {noted.get('ontology')}")
    return f"{', '.join(parts)}, policy {noted.get('policy')} ({noted.get('digest')})"


def _ontology_version() -> str:
    found = (triple.object for triple in ontology_triples() if triple.predicate == OWL.versionInfo)
    return next(term.value for term in found if isinstance(term, Literal) and term.language is None)
