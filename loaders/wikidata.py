"""The loader of Wikidata's entity JSON: what Wikidata says, as claims of one source among others.

What it says of our individuals, those that a verified link leads to, stands in `graph/source/wikidata` and
takes part in the resolution. What it says of everything else stands in `graph/outside/wikidata`: claims of
the same form, which no fact depends on, however many there are.

A file is read by a killable child (see `loaders/wikidata_child.py`), in constant memory.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from graph.bundle import Bundle, Node, Place, is_reference, outside_graph
from graph.claims import Claim, merge_claims, read_claims
from graph.errors import LimitExceededError, SourceError, SourceUnavailableError
from graph.sources import Source
from graph.terms import date_literal
from loaders.loader import LoadContext, UserGraph
from loaders.rdf_parse import ERRORS
from loaders.wikidata_child import Job
from loaders.wikidata_claims import IDENTIFIER, SOURCE, LocalProperty
from loaders.wikidata_json import looks_like_entities
from ontology.namespaces import OSA, SKOS, WDT
from ontology.vocabulary import Vocabulary, ontology_triples

ROOMS: Final = Path(__file__).resolve().parents[1]
CC0: Final = NamedNode("https://creativecommons.org/publicdomain/zero/1.0/")
ENDINGS: Final = (".json", ".jsonl", ".ndjson")
# How sure an alignment must be for statements to be said with our predicate.
SURE: Final = frozenset({SKOS.exactMatch, SKOS.closeMatch})


@dataclass(frozen=True)
class ReadLimits:
    """What one file may cost: seconds of wall clock, bytes of memory, bytes of N-Quads."""

    seconds: float = 6 * 3600
    memory_bytes: int = 2 << 30
    output_bytes: int = 1 << 40


class WikidataLoader:
    """Reads entity JSON: one entity, `{"entities": …}`, a list, a dump, JSON lines; gzipped or not."""

    name = "wikidata"

    def __init__(self, limits: ReadLimits | None = None) -> None:
        self._limits = limits or ReadLimits()

    def accepts(self, path: Path) -> bool:
        """Whether the file's name is that of JSON, and it begins as Wikidata's does."""
        name = path.name.lower().removesuffix(".gz")
        if name.endswith((".jsonl", ".ndjson")):
            return True
        return name.endswith(ENDINGS) and looks_like_entities(path)

    def read(self, paths: Sequence[Path], context: LoadContext) -> Iterator[Bundle | UserGraph]:
        """One bundle from all files, of what they say of our individuals, and a graph of the rest for each.

        Raises SourceError with file and line where a file is not entity JSON.
        """
        claims: list[Claim] = []
        nodes: dict[NamedNode, Node] = {}
        places: dict[str, Place] = {}
        modified = ""
        for path in paths:
            folder = Path(tempfile.mkdtemp(dir=context.scratch))
            report = self._convert(path, folder, context)
            modified = max(modified, report["modified"])
            triples = [
                quad.triple for quad in parse(path=str(folder / "ours.nt"), format=RdfFormat.N_TRIPLES)
            ]
            found = list(read_claims(triples))
            claims += found
            nodes.update(_references(triples))
            places.update((claim.iri.value, Place(path.name)) for claim in found)
            yield UserGraph(f"outside/{IDENTIFIER}", (outside_graph(IDENTIFIER),), folder / "outside.nq")
        yield Bundle(
            described(modified),
            tuple(merge_claims(claims)),
            tuple(nodes.values()),
            places=places,
            is_whole=True,
        )

    def _convert(self, path: Path, folder: Path, context: LoadContext) -> Mapping[str, Any]:
        """The child's report on a file whose N-Quads are in a folder now; what it passed over is told."""
        job = Job(
            source=str(path.absolute()),
            ours=str(folder / "ours.nt"),
            outside=str(folder / "outside.nq"),
            linked={item: iri.value for item, iri in context.linked().items()},
            properties={name: _fields(each) for name, each in local_properties(context.vocabulary).items()},
            keep_going=context.reject is not None,
            **asdict(self._limits),
        )
        report = _Child(path, job).report(context)
        for rejected in report["rejected"]:
            context.refuse(_error({"kind": "malformed", **rejected}, path))
        for reason, count in report["passed_over"].items():
            context.passed_over(reason, count)
        return report


def described(modified: str) -> Source:
    """Wikidata as a source; `modified` is the day on which an entity of the extract was last changed, or
    nothing. It collects what others say, so that alone it makes no fact."""
    return Source(
        SOURCE,
        Literal("Wikidata", language="en"),
        OSA.Aggregator,
        url=Literal("https://www.wikidata.org/"),
        issued=date_literal(modified) if modified else None,
        license=CC0,
    )


def local_properties(vocabulary: Vocabulary) -> Mapping[str, LocalProperty]:
    """By the number of a property of Wikidata, the fact predicate that the ontology aligns it with.

    A property that only narrows claims (a currency, a fiscal year) is none: what Wikidata says with it of an
    individual is another matter.
    """
    found: dict[str, LocalProperty] = {}
    for iri, match, theirs in ontology_triples():
        if match not in SURE or theirs not in WDT or iri in vocabulary.qualifiers:
            continue
        if iri in vocabulary.resolution and iri not in vocabulary.framing:
            relation = iri in vocabulary.relations
            found[theirs.value.removeprefix(str(WDT))] = LocalProperty(
                iri, relation, vocabulary.ranges.get(iri)
            )
    return found


def _fields(each: LocalProperty) -> tuple[str, bool, str]:
    return each.iri.value, each.is_relation, each.datatype.value if each.datatype is not None else ""


def _references(triples: Sequence[Triple]) -> dict[NamedNode, Node]:
    """The references among the triples, as nodes of the source."""
    by_subject: dict[NamedNode, list[Triple]] = {}
    for triple in triples:
        if is_reference(triple.subject):
            by_subject.setdefault(triple.subject, []).append(triple)  # type: ignore[arg-type]
    return {iri: Node(iri, tuple(dict.fromkeys(parts))) for iri, parts in by_subject.items()}


class _Child:
    """The process that reads one file; it is gone when `report` returns or raises."""

    def __init__(self, path: Path, job: Job) -> None:
        self._path = path
        self._job = job
        self._is_late = False

    def report(self, context: LoadContext) -> Mapping[str, Any]:
        """What the child reports in the end; the context is told of entities as they are read.

        Raises SourceError where the file is refused, and LimitExceededError where it was too much.
        """
        _require_file(self._path)
        path = os.pathsep.join([str(ROOMS), *filter(None, [os.environ.get("PYTHONPATH")])])
        with subprocess.Popen(
            [sys.executable, "-P", "-m", "loaders.wikidata_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path, "MALLOC_ARENA_MAX": "1"},
            start_new_session=True,
            text=True,
        ) as child:
            timer = threading.Timer(self._job.seconds, self._end, [child])
            timer.start()
            try:
                report = self._answer(child, context)
            finally:
                timer.cancel()
                child.kill()
                timer.join()
        if report is None:
            raise self._killed(child.returncode)
        if "kind" in report:
            raise _error(report, self._path)
        return report

    def _answer(self, child: subprocess.Popen[str], context: LoadContext) -> Mapping[str, Any] | None:
        assert child.stdin is not None and child.stdout is not None
        try:
            child.stdin.write(json.dumps(asdict(self._job)))
            child.stdin.close()
        except BrokenPipeError:
            return None
        told = 0
        for line in child.stdout:
            answer: dict[str, Any] = json.loads(line)
            read = answer.get("read", answer.get("entities", told))
            for _ in range(told, read):
                context.counted("wikidata entities")
            told = read
            if "read" not in answer:
                return answer
        return None

    def _end(self, child: subprocess.Popen[str]) -> None:
        self._is_late = True
        child.kill()

    def _killed(self, status: int) -> LimitExceededError:
        if self._is_late:
            what = f"The document was not read within {self._job.seconds:g} seconds"
        else:
            what = f"The reader was ended by this document (exit status {status})"
        remedy = f"It may take {self._job.memory_bytes >> 20} MiB of memory."
        return LimitExceededError(what, file=self._path, remedy=remedy)


def _require_file(path: Path) -> None:
    """Refuses what is no ordinary file; a named pipe would make the child wait for its whole time."""
    if not path.is_file():
        raise SourceUnavailableError("This is not an ordinary file", file=path)


def _error(report: Mapping[str, Any], path: Path) -> SourceError:
    details = dict(report)
    kind, what = details.pop("kind"), details.pop("what")
    return ERRORS[kind](what, file=path, **details)
