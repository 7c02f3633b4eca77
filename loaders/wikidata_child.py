"""The throw-away process that reads entity JSON of Wikidata into N-Quads, in constant memory.

`loaders/wikidata.py` starts it, with a Job as JSON on standard input. It writes two files: what is said of
our individuals, and what is said of everything else. On standard output it tells from time to time how many
entities it has read, and in the end a report, a line of JSON each.
"""

from __future__ import annotations

import gzip
import json
import math
import resource
import sys
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from pyoxigraph import NamedNode, Triple

from graph.bundle import outside_graph
from graph.claims import Claim, claim_parts
from loaders.wikidata_claims import IDENTIFIER, LocalProperty, Reading, Said, outside_names
from loaders.wikidata_json import BadDocumentError, open_document, read_entities

TELL_EVERY: Final = 200
# So many bad lines are told apart; beyond, they are only counted.
MOST_LISTED: Final = 1000
OUTSIDE: Final = f"{outside_graph(IDENTIFIER)} "


@dataclass(frozen=True)
class Job:
    """What to read and where to write it.

    `linked` gives IRIs by item; `properties` give, by number, the IRI of our predicate, whether it is a
    relation, and the IRI of its datatype or nothing. `keep_going`: a bad line does not end the reading.
    """

    source: str
    ours: str
    outside: str
    linked: dict[str, str]
    properties: dict[str, tuple[str, bool, str]]
    keep_going: bool
    seconds: float
    memory_bytes: int
    output_bytes: int

    def reading(self) -> Reading:
        """How entities are to be read."""
        return Reading(
            {item: NamedNode(iri) for item, iri in self.linked.items()},
            {
                name: LocalProperty(NamedNode(iri), is_relation, NamedNode(kind) if kind else None)
                for name, (iri, is_relation, kind) in self.properties.items()
            },
        )


@dataclass
class Work:
    """What was read and written so far; `modified` is the last day on which an entity was changed."""

    entities: int = 0
    linked: int = 0
    claims: int = 0
    outside: int = 0
    modified: str = ""
    passed_over: Counter[str] = field(default_factory=Counter)
    rejected: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, error: BadDocumentError) -> None:
        """Note a bad line."""
        if len(self.rejected) < MOST_LISTED:
            self.rejected.append(_fields(error))
        else:
            self.passed_over["bad lines beyond those that are listed"] += 1

    def report(self) -> dict[str, Any]:
        """The report as JSON."""
        return {**vars(self), "passed_over": dict(self.passed_over)}


def run(job: Job, tell: IO[str]) -> dict[str, Any]:
    """The report on a job: counts, or the kind of refusal with what is known about it."""
    work = Work()
    try:
        _convert(job, work, tell)
    except BadDocumentError as error:
        return {"kind": "malformed", **_fields(error)}
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        what = f"The gzip stream is damaged after entity {work.entities}: {error}"
        return {"kind": "malformed", "what": what, "remedy": "Fetch or compress the file again."}
    except OSError as error:
        return {"kind": "unavailable", "what": f"The file cannot be read or written: {error.strerror}"}
    except MemoryError:
        return {"kind": "limit", "what": f"The document needs more than {job.memory_bytes} bytes of memory"}
    return work.report()


def _convert(job: Job, work: Work, tell: IO[str]) -> None:
    reading = job.reading()
    path = Path(job.source)
    refuse = {"refuse": work.refuse} if job.keep_going else {}
    with (
        open_document(path) as stream,
        open(job.ours, "w", encoding="utf-8") as ours,
        open(job.outside, "w", encoding="utf-8") as outside,
    ):
        for entity, _ in read_entities(stream, **refuse):
            said = reading.said(entity)
            is_linked = entity["id"] in reading.linked
            _write(said, ours if is_linked else outside, "" if is_linked else OUTSIDE)
            _count(work, said, is_linked)
            if work.entities % TELL_EVERY == 0:
                print(json.dumps({"read": work.entities}), file=tell, flush=True)


def _count(work: Work, said: Said, is_linked: bool) -> None:
    work.entities += 1
    work.linked += is_linked
    work.claims += len(said.claims) if is_linked else 0
    work.outside += 0 if is_linked else len(said.claims)
    work.modified = max(work.modified, said.modified)
    work.passed_over.update(said.passed_over)


def _write(said: Said, file: IO[str], graph: str) -> None:
    for claim in said.claims:
        file.write(_claim_lines(claim, graph))
    for triples in said.references.values():
        file.writelines(_line(triple, graph) for triple in triples)
    if graph:
        file.writelines(_line(triple, graph) for triple in outside_names(said))


def _claim_lines(claim: Claim, graph: str) -> str:
    subject = str(claim.iri)
    return "".join(f"{subject} {predicate} {value} {graph}.\n" for predicate, value in claim_parts(claim))


def _line(triple: Triple, graph: str) -> str:
    return f"{triple} {graph}.\n"


def _fields(error: BadDocumentError) -> dict[str, Any]:
    return {"what": error.what, "line": error.line, "column": error.column, "value": error.value}


def main() -> None:
    """Reads the job, limits this process, and prints the report."""
    job = Job(**json.load(sys.stdin))
    limits = {
        resource.RLIMIT_AS: job.memory_bytes,
        resource.RLIMIT_CPU: math.ceil(job.seconds) + 1,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: job.output_bytes,
    }
    for name, wanted in limits.items():
        ceiling = resource.getrlimit(name)[1]
        value = wanted if ceiling == resource.RLIM_INFINITY else min(wanted, ceiling)
        resource.setrlimit(name, (value, value))
    print(json.dumps(run(job, sys.stdout)), flush=True)


if __name__ == "__main__":
    main()
