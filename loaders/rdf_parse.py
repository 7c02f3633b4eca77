"""Turns a foreign RDF file into N-Quads, in a child process that a hostile document may kill.

The process that calls this never parses the document: it starts `loaders.rdf_child` with limits of time,
memory, size and depth, and reads a short report.
"""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from pyoxigraph import NamedNode, RdfFormat

from graph.errors import (
    KnowledgeGraphError,
    LimitExceededError,
    MalformedSourceError,
    SourceError,
    SourceUnavailableError,
    StoreWriteError,
)
from loaders import rdf_child
from ontology.namespaces import ID

GENID: Final = f"{ID}.well-known/genid/"
FORMATS: Final = MappingProxyType(
    {
        ".ttl": RdfFormat.TURTLE,
        ".trig": RdfFormat.TRIG,
        ".nt": RdfFormat.N_TRIPLES,
        ".nq": RdfFormat.N_QUADS,
        ".rdf": RdfFormat.RDF_XML,
        ".owl": RdfFormat.RDF_XML,
        ".xml": RdfFormat.RDF_XML,
        ".jsonld": RdfFormat.JSON_LD,
        ".json": RdfFormat.JSON_LD,
    }
)
ERRORS: Final[MappingProxyType[str, type[SourceError]]] = MappingProxyType(
    {
        "malformed": MalformedSourceError,
        "limit": LimitExceededError,
        "unavailable": SourceUnavailableError,
    }
)


@dataclass(frozen=True)
class ParseLimits:
    """What one document may cost: seconds of wall clock, bytes, levels of nesting, named graphs.

    `ratio`: the N-Quads may be so many times as large as the expanded document, after 16 MiB that are free.
    `nesting`: levels of JSON-LD, and of triple terms in any format.
    """

    seconds: float = 600
    memory_bytes: int = 2 << 30
    expanded_bytes: int = 8 << 30
    output_bytes: int = 16 << 30
    ratio: int = 200
    nesting: int = 512
    graphs: int = 10_000


@dataclass(frozen=True)
class ParsedDocument:
    """What was written: the number of triples, repeated ones included, and the sorted names of graphs."""

    triples: int
    graphs: tuple[str, ...]
    format: RdfFormat
    gzipped: bool


def guess_format(path: Path) -> tuple[RdfFormat, bool]:
    """The format that the ending of a file name stands for, and whether it ends in `.gz` after that.

    Raises MalformedSourceError where the ending is unknown.

    >>> guess_format(Path("census.ttl.gz"))[1]
    True
    """
    name = path.name.lower()
    format = FORMATS.get(Path(name.removesuffix(".gz")).suffix)
    if format is None:
        remedy = f"Known endings: {', '.join(FORMATS)}, each also with .gz."
        raise MalformedSourceError("The ending names no RDF format", file=path, remedy=remedy)
    return format, name.endswith(".gz")


def parse_to_nquads(
    path: Path,
    target: Path,
    *,
    format: RdfFormat | None = None,
    base_iri: str,
    limits: ParseLimits | None = None,
    keep_graphs: bool = False,
) -> ParsedDocument:
    """The counts of a document that now stands in `target` as N-Quads; after an error there is no target.

    Blank nodes become IRIs below GENID, the same whenever the same content is parsed. Compressed content is
    recognised by its name or its first bytes. Without `keep_graphs` a named graph is an error.

    Raises SourceUnavailableError, MalformedSourceError, LimitExceededError; StoreWriteError for `target`;
    ValueError where `base_iri` is no absolute IRI.
    Spec: https://www.w3.org/TR/rdf11-concepts/#section-skolemization
    """
    _require_file(path)
    named_gzip = path.name.lower().endswith(".gz")
    if format is None:
        format, named_gzip = guess_format(path)
    job = rdf_child.Job(
        source=str(path.absolute()),
        target=str(target.absolute()),
        media_type=format.media_type,
        gzipped=named_gzip,
        base_iri=NamedNode(base_iri).value,
        genid=GENID,
        keep_graphs=keep_graphs,
        **asdict(limits or ParseLimits()),
    )
    try:
        report = _report(path, job)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return ParsedDocument(report["triples"], tuple(report["graphs"]), format, report["gzipped"])


def _require_file(path: Path) -> None:
    """Refuses what is no ordinary file; a named pipe would make the child wait for its whole time."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise SourceUnavailableError(f"The file cannot be read: {error.strerror}", file=path) from error
    if stat.S_ISDIR(mode):
        raise SourceUnavailableError("This is a directory", file=path, remedy="Name the files in it.")
    if not stat.S_ISREG(mode):
        raise SourceUnavailableError("This is not an ordinary file", file=path)


def _report(path: Path, job: rdf_child.Job) -> dict[str, Any]:
    status, output = _run_child(path, job)
    if status != 0:
        raise _killed(path, job, status)
    report: dict[str, Any] = json.loads(output)
    if "kind" in report:
        raise refusal(report, path)
    return report


def refusal(report: Mapping[str, Any], path: Path | None) -> KnowledgeGraphError:
    """The error that the report on a refused document stands for."""
    details = dict(report)
    kind, what = details.pop("kind"), details.pop("what")
    return StoreWriteError(what) if kind == "write" else ERRORS[kind](what, file=path, **details)


def _run_child(path: Path, job: rdf_child.Job) -> tuple[int, bytes]:
    """Exit status and standard output of the child, which is gone when this returns or raises."""
    # -P: the folder of the script must not hide modules of the standard library that are called as ours.
    command = [sys.executable, "-P", str(Path(rdf_child.__file__).resolve())]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as child:
        try:
            output, _ = child.communicate(json.dumps(asdict(job)).encode(), timeout=job.seconds)
        except subprocess.TimeoutExpired as error:
            what = f"The document was not parsed within {job.seconds:g} seconds"
            raise LimitExceededError(what, file=path) from error
        finally:
            _end(child)
    return child.returncode, output


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _killed(path: Path, job: rdf_child.Job, status: int) -> LimitExceededError:
    how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
    bounds = f"{job.memory_bytes} bytes of memory, {job.seconds:g} seconds, {job.nesting} levels of nesting"
    what = f"The parser was killed by this document ({how})"
    return LimitExceededError(what, file=path, remedy=f"Its limits are {bounds}.")
