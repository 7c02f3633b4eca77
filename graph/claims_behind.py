"""The claims that support some facts, and what these claims are: for exports in RDF."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from pyoxigraph import NamedNode, Quad, Triple

from graph.export_rows import Row, Rows, batches
from graph.graph_rdf import RdfExport

# As many things, and as many claims, as the queries have room for.
THINGS: Final = 50
CLAIMS: Final = 400
MOST_CLAIMS: Final = 4_000


def with_claims(rows: Rows, export: RdfExport, most: int = MOST_CLAIMS) -> RdfExport:
    """The export with the claims behind its triples; what it says tells where they are not all here.

    Raises what asking raises.
    """
    wanted = set(export.triples)
    behind: dict[Triple, list[NamedNode]] = defaultdict(list)
    for row in _behind(rows, export.triples):
        triple, claim = Triple(row["subject"], row["predicate"], row["object"]), row["claim"]  # type: ignore[arg-type]
        if triple in wanted and isinstance(claim, NamedNode):
            behind[triple].append(claim)
    claims = sorted({claim for found in behind.values() for claim in found}, key=str)
    kept = set(claims[:most])
    said = f" Only {most} of {len(claims)} claims are here." if len(claims) > most else ""
    return RdfExport(
        export.triples,
        export.description + said,
        {
            triple: [claim for claim in sorted(set(found), key=str) if claim in kept]
            for triple, found in behind.items()
        },
        list(_record(rows, claims[:most])),
        export.is_cut or bool(said),
    )


def _behind(rows: Rows, triples: Sequence[Triple]) -> Iterator[Row]:
    subjects = dict.fromkeys(each.subject for each in triples if isinstance(each.subject, NamedNode))
    for batch in batches(subjects, THINGS):
        yield from rows("claims-behind", {"subject": batch})


def _record(rows: Rows, claims: Sequence[NamedNode]) -> Iterator[Quad]:
    """What the claims say, in the graphs of their sources."""
    for batch in batches(claims, CLAIMS):
        for row in rows("claims-with-graphs", {"thing": batch}):
            yield Quad(row["thing"], row["predicate"], row["value"], row["graph"])  # type: ignore[arg-type]
