"""The throw-away process that parses one foreign RDF file into N-Quads.

`loaders.rdf_parse` starts it by path, with a Job as JSON on standard input and a report as JSON on standard
output. It imports no room, so that it runs from any folder; the functions are ordinary ones, and the limits
of the process are set by `main` alone.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import math
import re
import resource
import sys
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from typing import IO, Final
from urllib.parse import quote
from xml.parsers import expat

from pyoxigraph import DefaultGraph, Quad, RdfFormat, parse

from loaders.xml_entities import MARK, entity_growth

CHUNK_BYTES: Final = 1 << 20
# So much output is never too much: prefixes and skolem IRIs make even honest short documents swell.
FREE_OUTPUT_BYTES: Final = 16 << 20
# Their text is looked at whole.
LARGEST_WITH_ENTITIES: Final = 64 << 20
MESSAGE_CHARACTERS: Final = 1000
GZIP_MAGIC: Final = b"\x1f\x8b"
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
BRACKETS: Final = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
NOT_BRACKETS: Final = bytes(set(range(256)) - BRACKETS.keys())
# A literal or an IRI, which is skipped whole because it may contain "_:", or else a blank node.
TOKEN: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|<[^<>\s]*>|_:(\S+)')
# pyoxigraph labels an anonymous node with a random number of 128 bits in hexadecimal, leading zeros cut.
RANDOM_LABEL: Final = re.compile(r"[a-f][0-9a-f]{19,31}")
PLACE_IN_MESSAGE: Final = re.compile(r"^(?:Parser error (?:at|between) line[ \w]*|at \d+\.\.\d+): ")
ILL_FORMED_XML: Final = re.compile(r"^syntax error|^ill-formed|unrecognized entity|utf-8", re.IGNORECASE)
REMOTE_CONTEXT: Final = "No LoadDocumentCallback"


@dataclass(frozen=True)
class Job:
    """What to parse, where to write it, and how much it may cost; sizes in bytes."""

    source: str
    target: str
    media_type: str
    gzipped: bool
    base_iri: str
    genid: str
    keep_graphs: bool
    seconds: float
    memory_bytes: int
    expanded_bytes: int
    output_bytes: int
    ratio: int
    nesting: int
    graphs: int

    @property
    def format(self) -> RdfFormat:
        """The format that the media type names."""
        known = RdfFormat.from_media_type(self.media_type)
        if known is None:
            raise ValueError(f"{self.media_type} is no RDF media type")
        return known


class RefusedError(Exception):
    """The document is refused; `report` is what the parent is told."""

    def __init__(self, kind: str, what: str, **place: int | str | None) -> None:
        super().__init__(what)
        self.report: dict[str, object] = {"kind": kind, "what": what[:MESSAGE_CHARACTERS], **place}


@dataclass(frozen=True)
class Survey:
    """The expanded document before parsing: its hash, its size in bytes, whether it was compressed."""

    digest: str
    size: int
    gzipped: bool


class NestingGauge:
    """How deep the brackets of a JSON text go, measured chunk by chunk without parsing it.

    >>> NestingGauge().feed(b'[{"a": "[[[["}]')
    2
    """

    def __init__(self) -> None:
        self._depth = 0
        self._in_string = False
        self._held_back = b""

    def feed(self, chunk: bytes) -> int:
        """The greatest depth within this chunk."""
        # Outside of strings a backslash is an error at which the parser stops, so pairs may go everywhere.
        text = re.sub(rb"\\.", b"", self._held_back + chunk, flags=re.DOTALL)
        self._held_back = b"\\" if text.endswith(b"\\") else b""
        parts = text.split(b'"')
        outside = b"".join(parts[self._in_string :: 2]).translate(None, NOT_BRACKETS)
        self._in_string ^= len(parts) % 2 == 0
        depths = list(accumulate(map(BRACKETS.__getitem__, outside), initial=self._depth))
        self._depth = depths[-1]
        return max(depths)


class Skolemizer:
    """Gives blank nodes IRIs: labels of the document are kept, anonymous nodes are counted as `~1`, `~2`…

    No label may contain a tilde, so the two kinds never meet.
    Spec: https://www.w3.org/TR/rdf11-concepts/#section-skolemization
    """

    def __init__(self, base: str) -> None:
        self._base = base
        self._anonymous: dict[str, int] = {}

    def replace(self, text: str) -> str:
        """The N-Quads text with every blank node as an IRI."""
        return TOKEN.sub(self._replace_token, text) if "_:" in text else text

    def _replace_token(self, match: re.Match[str]) -> str:
        label = match[1]
        if label is None:
            return match[0]
        if RANDOM_LABEL.fullmatch(label):
            label = f"~{self._anonymous.setdefault(label, len(self._anonymous) + 1)}"
        return f"<{self._base}{quote(label, safe='~:')}>"


def is_gzipped(job: Job) -> bool:
    """Whether the name or the first two bytes say gzip."""
    with open(job.source, "rb") as stream:
        return job.gzipped or stream.read(2) == GZIP_MAGIC


@contextmanager
def open_expanded(job: Job, gzipped: bool) -> Iterator[IO[bytes]]:
    """The inflated document, after a byte order mark, which Turtle's grammar does not know."""
    with open(job.source, "rb") as raw:
        stream: IO[bytes] = io.BufferedReader(gzip.GzipFile(fileobj=raw)) if gzipped else raw
        if stream.read(len(BYTE_ORDER_MARK)) != BYTE_ORDER_MARK:
            stream.seek(0)
        yield stream


def examine(job: Job) -> Survey:
    """The survey of a document that keeps the limits of size and, in JSON-LD, of depth.

    Raises RefusedError where it does not, where it cannot be read, or where its gzip stream is damaged.
    """
    try:
        gzipped = is_gzipped(job)
        with open_expanded(job, gzipped) as stream:
            return _survey(job, stream, gzipped)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        remedy = "Fetch or compress the file again."
        raise RefusedError("malformed", f"The gzip stream is damaged: {error}", remedy=remedy) from error
    except OSError as error:
        raise RefusedError("unavailable", f"The file cannot be read: {error.strerror}") from error


def _survey(job: Job, stream: IO[bytes], gzipped: bool) -> Survey:
    digest, size = hashlib.sha256(), 0
    gauge = NestingGauge() if job.format == RdfFormat.JSON_LD else None
    last = b""
    has_entities = False
    while chunk := stream.read(CHUNK_BYTES):
        size += len(chunk)
        if size > job.expanded_bytes:
            raise RefusedError("limit", f"The expanded document is larger than {job.expanded_bytes} bytes")
        if gauge and gauge.feed(chunk) > job.nesting:
            raise RefusedError("limit", f"The JSON-LD is nested deeper than {job.nesting} levels")
        has_entities = has_entities or MARK in last + chunk
        last = chunk[-len(MARK) :]
        digest.update(chunk)
    if has_entities and job.format == RdfFormat.RDF_XML:
        _check_entities(job, size, gzipped)
    return Survey(digest.hexdigest()[:32], size, gzipped)


def _check_entities(job: Job, size: int, gzipped: bool) -> None:
    """Raises RefusedError where the entities of an XML document make it too large."""
    if size > LARGEST_WITH_ENTITIES:
        raise RefusedError("limit", f"A document with entities is larger than {LARGEST_WITH_ENTITIES} bytes")
    with open_expanded(job, gzipped) as stream:
        if entity_growth(stream.read()) > job.ratio * size + FREE_OUTPUT_BYTES:
            raise RefusedError("limit", f"The document grows to more than {job.ratio} times its size")


def convert(job: Job, survey: Survey) -> dict[str, object]:
    """The report on a document that has been written to the target as N-Quads, without blank nodes.

    Raises RefusedError where it is malformed, too large, or the target cannot be written.
    """
    graphs: dict[str, None] = {}
    count = 0
    try:
        with open(job.target, "wb") as output:
            for line in _lines(job, survey, graphs):
                output.write(line)
                count += 1
    except SyntaxError as error:
        raise malformed(job, survey, error) from error
    except OSError as error:
        raise RefusedError("write", f"The N-Quads cannot be written: {error.strerror}") from error
    return {"triples": count, "graphs": sorted(graphs), "gzipped": survey.gzipped}


def _lines(job: Job, survey: Survey, graphs: dict[str, None]) -> Iterator[bytes]:
    """The N-Quads, line by line, while they stay within the limits; the names of graphs go to `graphs`."""
    room = min(job.output_bytes, job.ratio * survey.size + FREE_OUTPUT_BYTES)
    skolemizer = Skolemizer(f"{job.genid}{survey.digest}/")
    with open_expanded(job, survey.gzipped) as stream:
        for quad in parse(input=stream, format=job.format, base_iri=job.base_iri):
            text = skolemizer.replace(f"{quad} .\n")
            _check_graph(job, quad, skolemizer, graphs)
            check_triple_terms(job, text)
            line = text.encode()
            room -= len(line)
            if room < 0:
                raise RefusedError("limit", _growth(job, survey))
            yield line


def _growth(job: Job, survey: Survey) -> str:
    return (
        f"The document of {survey.size} bytes grows to more than {job.output_bytes} bytes, "
        f"or to more than {job.ratio} times its size"
    )


def _check_graph(job: Job, quad: Quad, skolemizer: Skolemizer, graphs: dict[str, None]) -> None:
    if isinstance(quad.graph_name, DefaultGraph):
        return
    name = skolemizer.replace(str(quad.graph_name)).strip("<>")
    if not job.keep_graphs:
        remedy = "Use --keep-graphs to keep them."
        raise RefusedError("malformed", "The file contains named graphs", value=name[:1000], remedy=remedy)
    graphs[name] = None
    if len(graphs) > job.graphs:
        raise RefusedError("limit", f"The file contains more than {job.graphs} named graphs")


def check_triple_terms(job: Job, text: str) -> None:
    """Refuses nested triple terms, which would kill the process that loads the N-Quads."""
    if text.count("<<(") > job.nesting and TOKEN.sub("", text).count("<<(") > job.nesting:
        raise RefusedError("limit", f"The triple terms are nested deeper than {job.nesting} levels")


def malformed(job: Job, survey: Survey, error: SyntaxError) -> RefusedError:
    """What to tell of a document that the parser refused, with the place where it is known."""
    what = PLACE_IN_MESSAGE.sub("", error.msg)
    if what.startswith(REMOTE_CONTEXT):
        return _remote_context(job, survey)
    line, column = error.lineno, error.offset
    if line is None and job.format == RdfFormat.RDF_XML and ILL_FORMED_XML.search(what):
        line, column = _place_in_xml(job, survey)
    remedy = "Save the file as UTF-8." if "utf-8" in what.lower() else None
    return RefusedError("malformed", what, line=line, column=column, remedy=remedy)


def _remote_context(job: Job, survey: Survey) -> RefusedError:
    contexts = remote_contexts(job, survey)
    return RefusedError(
        "malformed",
        "The JSON-LD refers to a remote context, and contexts are never fetched",
        value=contexts[0][:1000] if contexts else None,
        remedy="Replace its address by the context itself, as a JSON object.",
    )


def remote_contexts(job: Job, survey: Survey) -> list[str]:
    """The addresses of the remote contexts of a JSON-LD document, as far as it is JSON."""
    found: list[str] = []

    def note(node: dict[str, object]) -> None:
        context = node.get("@context")
        named = [*(context if isinstance(context, list) else [context]), node.get("@import")]
        found.extend(address for address in named if isinstance(address, str))

    try:
        with open_expanded(job, survey.gzipped) as stream:
            # Nothing is kept of an object that has been seen, so memory holds the text and little else.
            json.load(stream, object_hook=note)
    except (ValueError, RecursionError):
        return found
    return found


def _place_in_xml(job: Job, survey: Survey) -> tuple[int | None, int | None]:
    """Line and column of the first ill-formed place, which pyoxigraph does not tell for RDF/XML."""
    try:
        with open_expanded(job, survey.gzipped) as stream:
            expat.ParserCreate().ParseFile(stream)
    except expat.ExpatError as error:
        return error.lineno, error.offset + 1
    return None, None


def run(job: Job) -> dict[str, object]:
    """The report on one job: counts, or the kind of refusal with what is known about it."""
    try:
        return convert(job, examine(job))
    except RefusedError as error:
        return error.report
    except MemoryError:
        return {"kind": "limit", "what": f"The document needs more than {job.memory_bytes} bytes of memory"}


def process_limits(job: Job) -> Mapping[int, int]:
    """The limits of this process by resource; CPU time ends an orphan whose parent is gone."""
    return {
        resource.RLIMIT_AS: job.memory_bytes,
        resource.RLIMIT_CPU: math.ceil(job.seconds) + 1,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: job.output_bytes,
    }


def main() -> None:
    """Reads the job, limits this process, and prints the report."""
    job = Job(**json.load(sys.stdin))
    for name, wanted in process_limits(job).items():
        ceiling = resource.getrlimit(name)[1]
        value = wanted if ceiling == resource.RLIM_INFINITY else min(wanted, ceiling)
        resource.setrlimit(name, (value, value))
    json.dump(run(job), sys.stdout)


if __name__ == "__main__":
    main()
