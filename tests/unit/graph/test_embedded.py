"""The embedded store: quads in, quads out, and the engine's refusals as our own errors."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, Quad, QueryBoolean, QuerySolutions, RdfFormat, Variable

from graph.embedded import EmbeddedStore, syntax_error
from graph.errors import QuerySyntaxError, StoreWriteError, UpdateFailedError
from ontology.namespaces import GRAPH, ID, OSA, RDF

NAMED = GRAPH.iri("source/a")
JAPAN = Quad(ID.japan, RDF.type, OSA.State, DefaultGraph())
PALAU = Quad(ID.palau, RDF.type, OSA.State, NAMED)


@pytest.fixture
def store(tmp_path: Path) -> EmbeddedStore:
    made = EmbeddedStore(tmp_path / "store")
    made.insert([JAPAN, PALAU])
    return made


def test_quads_are_found_by_any_part(store: EmbeddedStore) -> None:
    assert set(store.quads()) == {JAPAN, PALAU}
    assert list(store.quads(ID.japan)) == [JAPAN]
    assert list(store.quads(graph=NAMED)) == [PALAU]
    assert list(store.quads(graph=DefaultGraph())) == [JAPAN]
    assert set(store.quads(None, RDF.type, OSA.State)) == {JAPAN, PALAU}
    assert store.quad_count() == 2


def test_deleting_what_is_not_there_is_passed_over(store: EmbeddedStore) -> None:
    store.delete([JAPAN, JAPAN])
    assert list(store.quads()) == [PALAU]


def test_a_graph_goes_with_all_its_quads(store: EmbeddedStore) -> None:
    store.drop_graph(NAMED)
    assert list(store.quads()) == [JAPAN]


def test_the_prefixes_of_the_ontology_are_known(store: EmbeddedStore) -> None:
    answer = store.query("ASK { id:japan a osa:State }")
    assert isinstance(answer, QueryBoolean) and bool(answer)


def test_bindings_stand_in_place_of_variables(store: EmbeddedStore) -> None:
    bindings = {Variable("s"): ID.palau}
    answer = store.query("SELECT ?s ?g WHERE { GRAPH ?g { ?s a osa:State } }", bindings=bindings)
    assert isinstance(answer, QuerySolutions)
    assert [(solution["s"], solution["g"]) for solution in answer] == [(ID.palau, NAMED)]


@pytest.mark.parametrize(
    ("text", "line", "column"), [("SELECT * WHERE {\n ?s ?p }", 2, 9), ("ASK { ?s nope:x ?o }", 1, 16)]
)
def test_a_text_that_is_not_sparql_is_refused_with_its_place(
    store: EmbeddedStore, text: str, line: int, column: int
) -> None:
    with pytest.raises(QuerySyntaxError, match="This is not SPARQL: ") as caught:
        store.query(text)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_a_complaint_without_a_place_in_its_text_keeps_what_the_parser_gives() -> None:
    error = syntax_error(SyntaxError("odd", ("query", 3, 4, None)))
    assert (str(error), error.line, error.column) == ("This is not SPARQL: odd", 3, 4)


def test_a_dump_holds_the_dataset_or_one_graph(store: EmbeddedStore) -> None:
    whole, part = io.BytesIO(), io.BytesIO()
    store.dump(whole, RdfFormat.N_QUADS)
    store.dump(part, RdfFormat.N_TRIPLES, NAMED)
    assert sorted(whole.getvalue().decode().splitlines()) == sorted([f"{JAPAN} .", f"{PALAU} ."])
    assert part.getvalue().decode() == f"{PALAU.triple} .\n"


def test_a_file_of_quads_is_added(store: EmbeddedStore, tmp_path: Path) -> None:
    new = Quad(ID.japan, OSA.note, Literal("二\u2028\r\n"), NAMED)
    (tmp_path / "quads.nq").write_text(f"{new} .\n{JAPAN} .\n", encoding="utf-8")
    store.bulk_load(tmp_path / "quads.nq")
    assert set(store.quads()) == {JAPAN, PALAU, new}


def test_a_backup_is_a_dataset_of_its_own(store: EmbeddedStore, tmp_path: Path) -> None:
    store.flush()
    store.backup(tmp_path / "copy")
    store.delete([JAPAN])
    assert set(EmbeddedStore(tmp_path / "copy", read_only=True).quads()) == {JAPAN, PALAU}


def test_what_was_written_is_there_after_closing(store: EmbeddedStore, tmp_path: Path) -> None:
    store.flush()
    store.close()
    assert set(EmbeddedStore(tmp_path / "store").quads()) == {JAPAN, PALAU}


def test_a_store_in_memory_needs_no_folder() -> None:
    store = EmbeddedStore()
    store.insert([JAPAN])
    assert list(store.quads()) == [JAPAN]


def test_a_folder_that_another_writer_holds_open_is_refused(store: EmbeddedStore, tmp_path: Path) -> None:
    with pytest.raises(StoreWriteError, match="cannot be written: "):
        EmbeddedStore(tmp_path / "store")


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreWriteError, match="cannot be written: "):
        EmbeddedStore(tmp_path / "file")


def test_a_dataset_that_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(StoreWriteError, match="nope"):
        EmbeddedStore(tmp_path / "nope", read_only=True)


class Refusing:
    """A stand-in for the engine on a disk that refuses everything."""

    def __getattr__(self, name: str) -> object:
        def refuse(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        return refuse


def test_a_full_disk_is_told_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = EmbeddedStore()
    monkeypatch.setattr(store, "_store", Refusing())
    writes: tuple[Callable[[], None], ...] = (
        lambda: store.insert([JAPAN]),
        lambda: store.delete([JAPAN]),
        lambda: store.bulk_load(tmp_path / "quads.nq"),
        lambda: store.drop_graph(NAMED),
        lambda: store.clear_graph(NAMED),
        lambda: store.add_graph(NAMED),
        lambda: store.update("CLEAR ALL"),
        lambda: store.load(io.BytesIO(), RdfFormat.TURTLE, None, NAMED),
        lambda: store.backup(tmp_path / "copy"),
        lambda: store.save(tmp_path / "copy"),
        store.flush,
    )
    for write in writes:
        with pytest.raises(StoreWriteError, match=r"^The disk that holds .* is full\. Free some space; "):
            write()


def test_an_update_is_carried_out_whole_or_not_at_all(store: EmbeddedStore) -> None:
    store.update("INSERT DATA { <x> a <y> }", base_iri="http://e.example/")
    assert store.quad_count() == 3
    with pytest.raises(UpdateFailedError, match=r"The graph <http://e.example/none> does not exist\.$"):
        store.update("INSERT DATA { <x> a <z> } ; DROP GRAPH <none>", base_iri="http://e.example/")
    with pytest.raises(QuerySyntaxError) as caught:
        store.update("INSERT DATA { <http://e.example/x> osa:note 1 }")
    assert (caught.value.line, caught.value.column) == (1, 44)
    assert store.quad_count() == 3


def test_what_no_server_answers_is_an_update_that_fails(store: EmbeddedStore) -> None:
    with pytest.raises(UpdateFailedError):
        store.update("LOAD <http://127.0.0.1:1/x>")


def test_graphs_are_made_emptied_and_measured(store: EmbeddedStore) -> None:
    other = GRAPH.iri("user/other")
    assert (store.has_graph(other), store.graph_size(other), store.graph_size(NAMED)) == (False, 0, 1)
    store.add_graph(other)
    store.clear_graph(NAMED)
    assert (store.has_graph(other), store.has_graph(NAMED), store.graph_size(NAMED)) == (True, True, 0)
    store.load(io.BytesIO(b"<a> <b> _:c , 1 ."), RdfFormat.TURTLE, "http://e.example/", other)
    assert store.graph_size(other) == 2
    store.clear_graph(DefaultGraph())
    assert store.quad_count() == 2


def test_only_what_is_new_is_added_and_counted(store: EmbeddedStore) -> None:
    assert store.add_new([JAPAN, Quad(ID.japan, RDF.type, OSA.State, NAMED)]) == 1
