"""A foreign RDF file becomes N-Quads, or an error that says where and why; this process always survives."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import resource
import socket
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from graph.errors import LimitExceededError, MalformedSourceError, SourceUnavailableError, StoreWriteError
from loaders import rdf_child, rdf_parse
from loaders.rdf_parse import GENID, ParsedDocument, ParseLimits, guess_format, parse_to_nquads

BASE = "http://example.org/"
RDF_XML = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://example.org/">'
    '\n<rdf:Description rdf:about="http://example.org/s">\n<e:p>{}</e:p>\n</rdf:Description></rdf:RDF>'
)
TRIPLE = f"<{BASE}s> <{BASE}p> <{BASE}o> .\n"
WANTED = {
    resource.RLIMIT_AS: 2 << 30,
    resource.RLIMIT_CPU: 601,
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_FSIZE: 16 << 30,
}


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "out.nq"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server that nobody may call."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def entity_bomb(levels: int) -> str:
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, levels + 1))
    return f'<!DOCTYPE rdf:RDF [<!ENTITY l0 "lol">{entities}]>' + RDF_XML.format(f"&l{levels};")


def nested_json(depth: int) -> str:
    return '{"@id":"a:a","a:b":' * depth + "1" + "}" * depth


def job_for(path: Path, output: Path, /, **changes: object) -> rdf_child.Job:
    job = rdf_child.Job(
        source=str(path),
        target=str(output),
        media_type=guess_format(path)[0].media_type,
        gzipped=path.suffix == ".gz",
        base_iri=BASE,
        genid=GENID,
        keep_graphs=False,
        **asdict(ParseLimits()),
    )
    return replace(job, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "content", "format"),
    [
        ("a.ttl", "@prefix e: <http://example.org/> . e:s e:p e:o .", RdfFormat.TURTLE),
        ("a.ttl", "\ufeff<s> <p> <o> .", RdfFormat.TURTLE),
        ("a.trig", "<s> <p> <o> .", RdfFormat.TRIG),
        ("a.nt", TRIPLE, RdfFormat.N_TRIPLES),
        ("a.nq", TRIPLE, RdfFormat.N_QUADS),
        ("a.rdf", RDF_XML.replace("<e:p>{}</e:p>", '<e:p rdf:resource="o"/>'), RdfFormat.RDF_XML),
        ("a.jsonld", '{"@context": {"p": {"@id": "http://example.org/p", "@type": "@id"}}, '
                     '"@id": "s", "p": "o"}', RdfFormat.JSON_LD),
    ],
)  # fmt: skip
@pytest.mark.parametrize("gzipped", [False, True])
def test_every_format_gives_the_same_nquads(
    tmp_path: Path, target: Path, name: str, content: str, format: RdfFormat, gzipped: bool
) -> None:
    data = gzip.compress(content.encode()) if gzipped else content.encode()
    path = written(tmp_path, f"{name}.gz" if gzipped else name, data)
    assert parse_to_nquads(path, target, base_iri=BASE) == ParsedDocument(1, (), format, gzipped)
    assert target.read_text() == TRIPLE


def test_a_given_format_makes_the_ending_irrelevant_and_gzip_is_seen_in_the_first_bytes(
    tmp_path: Path, target: Path
) -> None:
    path = written(tmp_path, "upload", gzip.compress(TRIPLE.encode()))
    document = parse_to_nquads(path, target, format=RdfFormat.TURTLE, base_iri=BASE)
    assert document == ParsedDocument(1, (), RdfFormat.TURTLE, True)


@pytest.mark.parametrize(("ending", "format"), rdf_parse.FORMATS.items())
def test_the_ending_names_the_format(ending: str, format: RdfFormat) -> None:
    assert guess_format(Path(f"a.b{ending}")) == (format, False)
    assert guess_format(Path(f"A{ending.upper()}.gz")) == (format, True)


@pytest.mark.parametrize("name", ["a.csv", "a.gz", "ttl", "a.ttl.zip"])
def test_an_unknown_ending_is_an_error_that_names_the_known_ones(name: str) -> None:
    with pytest.raises(MalformedSourceError) as caught:
        guess_format(Path(name))
    assert str(caught.value) == (
        f"{name}: The ending names no RDF format. Known endings: "
        ".ttl, .trig, .nt, .nq, .rdf, .owl, .xml, .jsonld, .json, each also with .gz."
    )


def test_an_empty_file_has_no_triples_and_is_no_error(tmp_path: Path, target: Path) -> None:
    path = written(tmp_path, "a.ttl", "")
    assert parse_to_nquads(path, target, base_iri=BASE) == ParsedDocument(0, (), RdfFormat.TURTLE, False)
    assert target.read_bytes() == b""


def test_an_entity_for_a_namespace_as_protege_writes_it_is_loaded(tmp_path: Path, target: Path) -> None:
    doctype = '<!DOCTYPE rdf:RDF [\n<!ENTITY owl "http://www.w3.org/2002/07/owl#">\n]>'
    body = RDF_XML.replace("<e:p>{}</e:p>", '<e:p rdf:resource="&owl;Thing"/>')
    path = written(tmp_path, "a.owl", f'<?xml version="1.0"?>\n{doctype}\n{body}')
    assert parse_to_nquads(path, target, base_iri=BASE).triples == 1
    assert target.read_text() == f"<{BASE}s> <{BASE}p> <http://www.w3.org/2002/07/owl#Thing> .\n"


def test_the_nquads_keep_every_character_of_a_literal(tmp_path: Path, target: Path) -> None:
    text = 'a "quoted" _:b <c> \\ \n\r\t\x00 é 日本 \U0001f600 _:d'
    quad = Quad(NamedNode("a:a"), NamedNode("a:b"), Literal(text, language="ja"))
    path = written(tmp_path, "a.nt", f"{quad} .\n_:x <a:b> {quad.object} .\n")
    parse_to_nquads(path, target, base_iri=BASE)
    objects = [parsed.object for parsed in parse(path=target, format=RdfFormat.N_QUADS)]
    assert objects == [quad.object, quad.object]


def test_a_syntax_error_late_in_a_long_file_names_its_line_and_column(tmp_path: Path, target: Path) -> None:
    path = written(tmp_path, "long.ttl", TRIPLE * 200_000 + "<s> <p> .\n")
    with pytest.raises(MalformedSourceError) as caught:
        parse_to_nquads(path, target, base_iri=BASE)
    error = caught.value
    assert (error.line, error.column, error.what) == (200_001, 9, ". is not a valid RDF object")
    assert not target.exists()


@pytest.mark.parametrize(
    ("body", "line", "what"),
    [
        ("a</e:q>", 3, "ill-formed document: expected `</e:p>`, but `</e:q>` was found"),
        ("&unknown;", 3, "unrecognized entity `unknown`"),
    ],
)
def test_rdf_xml_that_is_no_xml_names_its_line_too(
    tmp_path: Path, target: Path, body: str, line: int, what: str
) -> None:
    path = written(tmp_path, "a.rdf", RDF_XML.format(body))
    with pytest.raises(MalformedSourceError) as caught:
        parse_to_nquads(path, target, base_iri=BASE)
    assert (caught.value.line, caught.value.what) == (line, what)


def test_rdf_xml_in_another_encoding_is_an_error_without_a_place(tmp_path: Path, target: Path) -> None:
    xml = '<?xml version="1.0" encoding="ISO-8859-1"?>\n' + RDF_XML.format("é")
    path = written(tmp_path, "a.rdf", xml.encode("latin-1"))
    with pytest.raises(MalformedSourceError) as caught:
        parse_to_nquads(path, target, base_iri=BASE)
    assert str(caught.value) == (
        "a.rdf: Only UTF-8 is supported by the RDF/XML parser. Save the file as UTF-8."
    )


def test_latin_1_bytes_are_an_error_with_a_place_and_a_remedy(tmp_path: Path, target: Path) -> None:
    path = written(tmp_path, "a.ttl", TRIPLE.encode() + '<a:a> <a:b> "é" .'.encode("latin-1"))
    with pytest.raises(MalformedSourceError) as caught:
        parse_to_nquads(path, target, base_iri=BASE)
    assert (caught.value.line, caught.value.column) == (2, 14)
    assert caught.value.remedy == "Save the file as UTF-8."


def test_json_ld_nested_too_deep_is_refused_before_it_is_parsed(tmp_path: Path, target: Path) -> None:
    path = written(tmp_path, "deep.jsonld", nested_json(20_000))
    with pytest.raises(LimitExceededError, match="nested deeper than 512 levels"):
        parse_to_nquads(path, target, base_iri=BASE)
    assert not target.exists()


def test_a_document_that_kills_the_parser_does_not_kill_this_process(tmp_path: Path, target: Path) -> None:
    path = written(tmp_path, "deep.jsonld", nested_json(20_000))
    with pytest.raises(LimitExceededError) as caught:
        parse_to_nquads(
            path, target, base_iri=BASE, limits=ParseLimits(nesting=100_000, memory_bytes=1 << 29)
        )
    assert caught.value.what in {
        f"The parser was killed by this document ({name})" for name in ("SIGABRT", "SIGSEGV")
    }
    assert caught.value.remedy == (
        "Its limits are 536870912 bytes of memory, 600 seconds, 100000 levels of nesting."
    )
    assert not target.exists()


def test_nested_triple_terms_are_refused_before_they_reach_a_store(tmp_path: Path, target: Path) -> None:
    nested = "<<( <a:a> <a:b> " * 600 + "<a:c>" + " )>>" * 600
    path = written(tmp_path, "a.ttl", f"<a:a> <a:b> {nested} .")
    with pytest.raises(LimitExceededError, match="triple terms are nested deeper than 512 levels"):
        parse_to_nquads(path, target, base_iri=BASE)


@pytest.mark.parametrize("levels", [7, 9, 30])
def test_an_entity_bomb_of_a_few_hundred_bytes_is_refused(tmp_path: Path, target: Path, levels: int) -> None:
    path = written(tmp_path, "bomb.rdf", entity_bomb(levels))
    with pytest.raises(LimitExceededError):
        parse_to_nquads(path, target, base_iri=BASE, limits=ParseLimits(memory_bytes=1 << 28))
    assert not target.exists()


def test_a_gzip_bomb_is_refused_at_the_limit_of_expanded_bytes(tmp_path: Path, target: Path) -> None:
    path = written(tmp_path, "bomb.ttl.gz", gzip.compress(b" " * (8 << 20)))
    with pytest.raises(LimitExceededError, match="larger than 4194304 bytes"):
        parse_to_nquads(path, target, base_iri=BASE, limits=ParseLimits(expanded_bytes=4 << 20))


@pytest.mark.parametrize("content", [gzip.compress(TRIPLE.encode() * 1000)[:-20], b"plain text"])
def test_a_damaged_gzip_stream_is_malformed(tmp_path: Path, target: Path, content: bytes) -> None:
    path = written(tmp_path, "a.ttl.gz", content)
    with pytest.raises(MalformedSourceError, match="The gzip stream is damaged") as caught:
        parse_to_nquads(path, target, base_iri=BASE)
    assert caught.value.remedy == "Fetch or compress the file again."


def test_a_document_that_takes_too_long_is_ended(tmp_path: Path, target: Path) -> None:
    path = written(tmp_path, "a.ttl", TRIPLE)
    with pytest.raises(LimitExceededError, match=r"not parsed within 0\.001 seconds"):
        parse_to_nquads(path, target, base_iri=BASE, limits=ParseLimits(seconds=0.001))
    assert not target.exists()


def test_a_missing_file_a_directory_and_a_pipe_are_unavailable(tmp_path: Path, target: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ttl")
    (tmp_path / "folder.ttl").mkdir()
    for name, what in {
        "missing.ttl": "The file cannot be read: No such file or directory",
        "folder.ttl": "This is a directory",
        "pipe.ttl": "This is not an ordinary file",
    }.items():
        with pytest.raises(SourceUnavailableError) as caught:
            parse_to_nquads(tmp_path / name, target, base_iri=BASE)
        assert caught.value.what == what


def test_a_target_that_cannot_be_written_is_an_error_of_the_store(tmp_path: Path) -> None:
    path = written(tmp_path, "a.ttl", TRIPLE)
    with pytest.raises(StoreWriteError, match="The N-Quads cannot be written: No such file or directory"):
        parse_to_nquads(path, tmp_path / "missing" / "out.nq", base_iri=BASE)


def test_a_relative_base_iri_is_a_mistake_of_the_caller(tmp_path: Path, target: Path) -> None:
    with pytest.raises(ValueError, match="No scheme"):
        parse_to_nquads(written(tmp_path, "a.ttl", TRIPLE), target, base_iri="relative")


@pytest.mark.parametrize(
    "document",
    [
        '{{"@context": "{0}", "name": "x"}}',
        '{{"@context": [{{"a": "http://example.org/a"}}, "{0}"], "a": "x"}}',
        '{{"@context": {{"@import": "{0}"}}, "a": "x"}}',
        '[{{"@id": "a:a", "a:b": {{"@context": "{0}", "a:c": "x"}}}}]',
    ],
)
def test_a_remote_context_is_named_and_never_fetched(
    tmp_path: Path, target: Path, listener: socket.socket, document: str
) -> None:
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/c"
    path = written(tmp_path, "a.jsonld", document.format(address))
    with pytest.raises(MalformedSourceError) as caught:
        parse_to_nquads(path, target, base_iri=BASE)
    assert str(caught.value) == (
        "a.jsonld: The JSON-LD refers to a remote context, and contexts are never fetched "
        f"(value: '{address}'). Replace its address by the context itself, as a JSON object."
    )
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_an_external_document_type_is_never_fetched(
    tmp_path: Path, target: Path, listener: socket.socket
) -> None:
    doctype = f'<!DOCTYPE rdf:RDF SYSTEM "http://127.0.0.1:{listener.getsockname()[1]}/rdf.dtd">'
    path = written(tmp_path, "a.rdf", doctype + RDF_XML.format("x"))
    assert parse_to_nquads(path, target, base_iri=BASE).triples == 1
    with pytest.raises(BlockingIOError):
        listener.accept()


@pytest.mark.parametrize("content", ["<g> { <s> <p> <o> }", "_:g { <s> <p> <o> }"])
def test_a_named_graph_is_an_error_unless_graphs_are_kept(tmp_path: Path, target: Path, content: str) -> None:
    path = written(tmp_path, "a.trig", content)
    with pytest.raises(MalformedSourceError) as caught:
        parse_to_nquads(path, target, base_iri=BASE)
    assert caught.value.what == "The file contains named graphs"
    assert caught.value.remedy == "Use --keep-graphs to keep them."


def test_kept_graphs_are_counted_and_written(tmp_path: Path, target: Path) -> None:
    path = written(tmp_path, "a.trig", "<s> <p> 1 . <b> { <s> <p> 2, 3 } <a> { <s> <p> 4 }")
    document = parse_to_nquads(path, target, base_iri=BASE, keep_graphs=True)
    assert document == ParsedDocument(4, (f"{BASE}a", f"{BASE}b"), RdfFormat.TRIG, False)
    names = [str(quad.graph_name) for quad in parse(path=target, format=RdfFormat.N_QUADS)]
    assert names == ["DEFAULT", f"<{BASE}b>", f"<{BASE}b>", f"<{BASE}a>"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.ttl", "_:x <p> [ <p> (1 2) ] . [] <p> _:x ; <q> <<( _:x <p> [] )>> ."),
        ("a.trig", "_:g { _:x <p> [ <p> 1 ], [ <p> 2 ] }"),
        ("a.rdf", RDF_XML.replace("<e:p>{}", "<e:p><rdf:Description><e:q>1</e:q></rdf:Description>")),
        ("a.jsonld", '{"a:z": {"a:y": {"@list": [1, 2]}}, "a:b": [{"a:c": 1}, {"a:d": {"@id": "_:x"}}]}'),
    ],
)
def test_the_same_content_gives_the_same_nquads_without_blank_nodes(
    tmp_path: Path, target: Path, name: str, content: str
) -> None:
    plain = written(tmp_path, name, content)
    packed = written(tmp_path, f"other-{name}.gz", gzip.compress(content.encode()))
    parse_to_nquads(plain, target, base_iri=BASE, keep_graphs=True)
    first = target.read_bytes()
    parse_to_nquads(packed, target, base_iri=BASE, keep_graphs=True)
    assert target.read_bytes() == first
    assert GENID.encode() in first
    assert b"_:" not in first


def test_labels_are_kept_below_the_hash_of_the_content_and_anonymous_nodes_are_counted(
    tmp_path: Path, target: Path
) -> None:
    content = "_:é.x <a:p> [], [] ."
    parse_to_nquads(written(tmp_path, "a.ttl", content), target, base_iri=BASE)
    base = f"{GENID}{hashlib.sha256(content.encode()).hexdigest()[:32]}/"
    assert target.read_text() == "".join(f"<{base}%C3%A9.x> <a:p> <{base}~{n}> .\n" for n in (1, 2))


def test_a_text_is_measured_the_same_in_chunks_of_any_size() -> None:
    text = rb'{"a\\": ["[{\"[[", "\\", [{"]": [1]}], "]\\\"]"]}'
    for size in range(1, len(text) + 1):
        gauge = rdf_child.NestingGauge()
        depths = [gauge.feed(text[start : start + size]) for start in range(0, len(text), size)]
        assert max(depths) == 5
        assert gauge.feed(b"") == 0


@pytest.mark.parametrize(
    ("name", "content", "changes", "report"),
    [
        ("a.ttl", TRIPLE, {}, {"triples": 1, "graphs": [], "gzipped": False}),
        ("a.ttl", "<a", {}, {"kind": "malformed", "what": "Unexpected end of file", "line": 1,
                             "column": 1, "remedy": None}),
        ("a.rdf", RDF_XML.format("</e:q>"), {}, {
            "kind": "malformed", "line": 3, "column": 8, "remedy": None,
            "what": "ill-formed document: expected `</e:p>`, but `</e:q>` was found"}),
        ("a.rdf", RDF_XML.format("x"), {"output_bytes": 10}, {
            "kind": "limit", "what": "The document of 188 bytes grows to more than 10 bytes, "
            "or to more than 200 times its size"}),
        ("a.jsonld", nested_json(512), {}, {"triples": 512, "graphs": [], "gzipped": False}),
        ("a.jsonld", "[[[]]]", {"nesting": 2}, {
            "kind": "limit", "what": "The JSON-LD is nested deeper than 2 levels"}),
        ("a.ttl", "\ufeff_:x <p> [] .", {}, {"triples": 1, "graphs": [], "gzipped": False}),
        ("a.ttl", '<s> <p> "<<(", [] .', {"nesting": 0}, {"triples": 2, "graphs": [], "gzipped": False}),
        ("a.ttl", "<a:a> <a:b> <<( <a:a> <a:b> 1 )>> .", {"nesting": 0}, {
            "kind": "limit", "what": "The triple terms are nested deeper than 0 levels"}),
        ("a.ttl", TRIPLE, {"expanded_bytes": 9}, {
            "kind": "limit", "what": "The expanded document is larger than 9 bytes"}),
        ("a.ttl", TRIPLE, {"source": "/missing"}, {
            "kind": "unavailable", "what": "The file cannot be read: No such file or directory"}),
        ("a.ttl", TRIPLE, {"target": "/missing/a"}, {
            "kind": "write", "what": "The N-Quads cannot be written: No such file or directory"}),
        ("a.ttl.gz", "plain", {}, {
            "kind": "malformed", "remedy": "Fetch or compress the file again.",
            "what": "The gzip stream is damaged: Not a gzipped file (b'pl')"}),
        ("a.trig", "_:g {<s> <p> 1}", {"genid": "g:"}, {
            "kind": "malformed", "what": "The file contains named graphs",
            "value": "g:c84bd3a5cc5c811543fc45292f68e4a6/g", "remedy": "Use --keep-graphs to keep them."}),
        ("a.trig", "<g> {<s> <p> 1}", {"keep_graphs": True}, {
            "triples": 1, "graphs": [f"{BASE}g"], "gzipped": False}),
        ("a.trig", "<g> {<s> <p> 1}", {"keep_graphs": True, "graphs": 0}, {
            "kind": "limit", "what": "The file contains more than 0 named graphs"}),
    ],
)  # fmt: skip
def test_the_child_reports(
    tmp_path: Path, target: Path, name: str, content: str, changes: dict[str, object], report: object
) -> None:
    path = written(tmp_path, name, content)
    assert rdf_child.run(job_for(path, target, **changes)) == report


@pytest.mark.parametrize(
    ("content", "contexts"),
    [
        ('{"@context": ["a", {"@import": "b"}], "x": {"@context": "c"}}', ["b", "c", "a"]),
        ('[{"@context": "a"}, {"@context": {}}, oops', ["a"]),
        ("[" * 100_000, []),
    ],
)
def test_remote_contexts_are_found_as_far_as_the_text_is_json(
    tmp_path: Path, target: Path, content: str, contexts: list[str]
) -> None:
    job = job_for(written(tmp_path, "a.json", content), target)
    assert rdf_child.remote_contexts(job, rdf_child.Survey("", 0, False)) == contexts


@pytest.mark.parametrize(
    ("name", "content", "message", "place"),
    [
        ("a.json", '{"@context": "a"}', "No LoadDocumentCallback has been set", {"value": "a"}),
        ("a.json", '{"@context": "a"', "No LoadDocumentCallback has been set", {"value": None}),
        ("a.rdf", RDF_XML, "ill-formed in a way of its own", {"line": None, "column": None}),
    ],
)
def test_an_error_is_reported_without_what_cannot_be_found(
    tmp_path: Path, target: Path, name: str, content: str, message: str, place: dict[str, object]
) -> None:
    job = job_for(written(tmp_path, name, content), target)
    report = rdf_child.malformed(job, rdf_child.Survey("", 0, False), SyntaxError(message)).report
    assert report.items() >= place.items()


def test_memory_that_runs_out_is_a_limit(
    tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(job: rdf_child.Job) -> rdf_child.Survey:
        raise MemoryError

    monkeypatch.setattr(rdf_child, "examine", exhausted)
    job = job_for(written(tmp_path, "a.ttl", TRIPLE), target, memory_bytes=5)
    assert rdf_child.run(job) == {"kind": "limit", "what": "The document needs more than 5 bytes of memory"}


def test_a_media_type_that_is_no_rdf_is_a_mistake_of_the_caller(tmp_path: Path, target: Path) -> None:
    job = job_for(written(tmp_path, "a.ttl", TRIPLE), target, media_type="text/csv")
    with pytest.raises(ValueError, match="text/csv is no RDF media type"):
        rdf_child.run(job)


@pytest.mark.parametrize("ceiling", [resource.RLIM_INFINITY, 1])
def test_the_child_limits_itself_below_what_it_was_given_and_prints_its_report(
    tmp_path: Path,
    target: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    ceiling: int,
) -> None:
    limits: dict[int, tuple[int, int]] = {}
    monkeypatch.setattr(resource, "getrlimit", lambda name: (0, ceiling))
    monkeypatch.setattr(resource, "setrlimit", lambda name, pair: limits.update({name: pair}))
    job = job_for(written(tmp_path, "a.ttl", TRIPLE), target)
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(asdict(job))))
    rdf_child.main()
    assert json.loads(capsys.readouterr().out) == {"triples": 1, "graphs": [], "gzipped": False}
    assert limits == {
        name: (value if ceiling < 0 else min(value, ceiling),) * 2 for name, value in WANTED.items()
    }


def test_a_child_that_fails_without_a_signal_is_reported_with_its_status(
    tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rdf_child, "__file__", str(written(tmp_path, "child.py", "raise SystemExit(3)")))
    with pytest.raises(LimitExceededError, match=r"killed by this document \(exit status 3\)"):
        rdf_parse.parse_to_nquads(written(tmp_path, "a.ttl", TRIPLE), target, base_iri=BASE)


def test_the_child_needs_neither_the_folder_nor_the_names_of_this_process(
    tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, "json.py", "raise SystemExit(9)")
    written(tmp_path, "a.ttl", TRIPLE)
    monkeypatch.chdir(tmp_path)
    assert parse_to_nquads(Path("a.ttl"), Path("relative.nq"), base_iri=BASE).triples == 1
    assert (tmp_path / "relative.nq").read_text() == TRIPLE
