"""What was purged is gone from all files below the data directory, and everything else is as it was."""

from __future__ import annotations

import datetime
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad

from graph.curation import ACCEPT, LINK, PURGED, REJECT, RETRACT, SAME_VOICE, read_acts
from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from graph.errors import (
    CurationError,
    ReplicaError,
    SnapshotGoneError,
    SnapshotPinnedError,
    StoreBusyError,
    UnknownResourceError,
)
from graph.pins import pin
from graph.projection import META
from graph.replication import replicate
from graph.sources import source_iri
from graph.view_cache import ViewCache
from graph.views import ViewChoice
from loaders.curating import Decision, decide, undo
from loaders.journal import read_journal
from loaders.link_answers import answering
from loaders.linking import Answer, decide_links
from loaders.operations import LoadOptions, build, load_files, remove
from loaders.purging import Purged, purge
from loaders.replay import Workshop
from loaders.unfinished_purges import unfinished_purges
from ontology.namespaces import GRAPH, ID, OSA

ROOT = Path(__file__).parents[3]
QuadsOf = Callable[[Workshop], set[Quad]]
# In no other text, and hard to compress: it stands in the files of the engine as it is.
SECRET = "Qzxvkj Wpfhgb Ytrmnd"
IN_AN_IRI = "qzxvkj-wpfhgb-ytrmnd"
TRIPLES = f'<http://e.example/{IN_AN_IRI}> <http://e.example/says> "{SECRET}" .\n'
FIELDS = "source_id,title,publisher,publisher_country,publisher_kind,url,published_on,language,author\n"
RELATIONS = "subject,predicate,object,modality,attributed_to,fiscal_year,source_id,quote\n"
HIDDEN = f"secret,{SECRET} tells all,{SECRET},,news_agency,,2026,en,{SECRET}\n"
OPEN = "open,Open,Reuters,,news_agency,,2026,en,\n"
SAYS = f"OSA,based_on,{SECRET} Law,asserted,,,secret,{SECRET}\nOSA,based_on,Rules,asserted,,,secret,\n"
ALSO = "OSA,based_on,Pact,asserted,,,open,the pact\n"


def places_of(root: Path) -> list[str]:
    """The files below a folder that hold the secret, in any of its forms."""
    forms = [form.encode() for form in (SECRET, IN_AN_IRI, SECRET.lower(), json.dumps(SECRET))]
    return sorted(
        str(path.relative_to(root))
        for path in root.rglob("*")
        if path.is_file() and any(form in path.read_bytes() for form in forms)
    )


def require_purged(workshop: Workshop) -> None:
    """No file holds the secret, and no store that is kept knows of it."""
    data = workshop.data
    assert places_of(data.root) == []
    for snapshot in data.kept():
        store = EmbeddedStore(snapshot.store, read_only=True)
        assert not any(SECRET in str(quad) or IN_AN_IRI in str(quad) for quad in store.quads())
        assert not any(quad.graph_name == GRAPH.iri("source/secret") for quad in store.quads())
    assert unfinished_purges(data.root) == {}


def tables(folder: Path, sources: str, relations: str) -> list[Path]:
    folder.mkdir(exist_ok=True)
    (folder / "sources.csv").write_text(FIELDS + sources)
    (folder / "relations.csv").write_text(RELATIONS + relations)
    return [folder / "sources.csv", folder / "relations.csv"]


@pytest.fixture
def loaded(workshop: Workshop, tmp_path: Path) -> Workshop:
    """Snapshot 2 of the dataset: two more sources, of one load, one of them secret."""
    load_files(workshop, tables(tmp_path / "both", HIDDEN + OPEN, SAYS + ALSO), LoadOptions())
    assert {path.split("/")[0] for path in places_of(workshop.data.root)} == {
        "labels",
        "snapshots",
        "sources",
    }
    return workshop


def purged(workshop: Workshop, name: str = "secret", **options: bool | float) -> Purged:
    return purge(workshop, name, **options)  # type: ignore[arg-type]


def numbers(workshop: Workshop) -> list[int]:
    return [snapshot.number for snapshot in workshop.data.kept()]


def rebuilt(workshop: Workshop, quads_of: QuadsOf) -> set[Quad]:
    build(workshop, lambda _done, _total: None)
    return quads_of(workshop)


def test_a_purged_source_is_in_no_file_and_the_rest_is_as_if_it_had_never_been_there(
    loaded: Workshop, built_workshop: Workshop, tmp_path: Path, quads_of: QuadsOf
) -> None:
    report = purged(loaded)
    require_purged(loaded)
    assert (report.snapshot, report.removed, report.kept) == (3, [2], [1, 3])
    assert (report.claims, report.entries, report.files, report.is_from_tables) == (2, 1, 2, False)
    with pytest.raises(SnapshotGoneError):
        loaded.data.snapshot(2)
    # The same as where only the other source of that load was ever loaded.
    root = shutil.copytree(built_workshop.data.root, tmp_path / "other")
    other = replace(built_workshop, data=DataDirectory(root))
    load_files(other, tables(tmp_path / "alone", OPEN, ALSO), LoadOptions())
    after = quads_of(loaded)
    assert after == quads_of(other)
    assert loaded.data.current().counts["quads"] == len(after) + len(records(loaded))
    counted = ("sources", "claims", "facts", "open_slots", "entities")
    assert [loaded.data.current().counts[key] for key in counted] == [
        other.data.current().counts[key] for key in counted
    ]
    assert rebuilt(loaded, quads_of) == after
    require_purged(loaded)


def records(workshop: Workshop) -> set[Quad]:
    store = EmbeddedStore(workshop.data.current().store, read_only=True)
    return set(store.quads(graph=META)) - {quad for quad in store.quads(graph=META) if "rule" in str(quad)}


def test_the_journal_keeps_the_other_source_of_the_same_load(loaded: Workshop, tmp_path: Path) -> None:
    (tmp_path / "notes.nt").write_text(TRIPLES.replace(SECRET, "notes").replace(IN_AN_IRI, "notes"))
    load_files(loaded, [tmp_path / "notes.nt"], LoadOptions())
    purged(loaded)
    entries = read_journal(loaded.data.current().folder).entries
    assert [(entry.op, entry.source) for entry in entries] == [("put", "open"), ("load", None)]
    kept = {file.sha256 for entry in entries for file in entry.files}
    assert {path.name for path in loaded.data.sources.iterdir()} == kept


def test_a_source_that_was_removed_before_is_purged_from_what_is_kept(loaded: Workshop) -> None:
    remove(loaded, "secret")
    assert places_of(loaded.data.root)
    report = purged(loaded)
    require_purged(loaded)
    assert (report.claims, report.removed, numbers(loaded)) == (0, [2, 3], [1, 4])


def test_a_source_that_was_loaded_twice_goes_with_both_loads(
    loaded: Workshop, tmp_path: Path, quads_of: QuadsOf
) -> None:
    harmless = HIDDEN.replace(SECRET, "Nobody"), SAYS.replace(SECRET, "Nobody")
    load_files(loaded, tables(tmp_path / "again", *harmless), LoadOptions())
    purged(loaded)
    require_purged(loaded)
    after = quads_of(loaded)
    assert not any("obody" in str(quad) for quad in after)
    assert rebuilt(loaded, quads_of) == after


def test_a_source_of_the_tables_stays_away_from_later_builds(workshop: Workshop, quads_of: QuadsOf) -> None:
    report = purged(workshop, "s1")
    assert (report.is_from_tables, report.removed, numbers(workshop)) == (True, [1], [2])
    after = quads_of(workshop)
    assert source_iri("s1") not in {quad.subject for quad in after}
    assert rebuilt(workshop, quads_of) == after


def test_a_user_graph_is_purged_as_well(workshop: Workshop, tmp_path: Path, quads_of: QuadsOf) -> None:
    before = quads_of(workshop)
    (tmp_path / "notes.nt").write_text(TRIPLES)
    load_files(workshop, [tmp_path / "notes.nt"], LoadOptions())
    assert places_of(workshop.data.root)
    report = purged(workshop, "user/notes")
    require_purged(workshop)
    assert (report.removed, report.files) == ([2], 1)
    assert quads_of(workshop) == before == rebuilt(workshop, quads_of)


def test_curation_keeps_only_that_somebody_decided_something(loaded: Workshop, quads_of: QuadsOf) -> None:
    store = EmbeddedStore(loaded.data.current().store, read_only=True)
    claims = sorted(
        quad.subject.value
        for quad in store.quads(None, OSA.statedIn, source_iri("secret"))
        if isinstance(quad.subject, NamedNode) and quad.graph_name == GRAPH.iri("source/secret")
    )
    law = ID.iri(f"{IN_AN_IRI}-law")
    for act, of in (
        (REJECT, ("s1",)),
        (ACCEPT, (claims[0],)),
        (SAME_VOICE, ("s1", "secret", "open")),
        (SAME_VOICE, ("s2", "secret")),
        (RETRACT, ("secret",)),
    ):
        of = (rejected(loaded),) if act == REJECT else of
        decide(loaded, Decision(act, of, "Mori", f"As in {SECRET}."))
    undo(loaded, 2, "Mori", f"Not as in {SECRET}.")
    decide_links(loaded, [Answer(law.value, "Q1", LINK, "Mori", SECRET)])
    report = purged(loaded)
    acts = read_acts(loaded.data.current().folder)
    assert [act.act for act in acts] == [REJECT, PURGED, SAME_VOICE, PURGED, PURGED, PURGED, PURGED]
    assert acts[2].of == (source_iri("s1").value, source_iri("open").value)
    assert {(act.by, act.at) for act in acts} == {("Mori", "2026-04-01T12:00:00Z")}
    assert report.acts == [2, 3, 4, 5, 6, 7]
    # What is said of others is theirs: an act about another source may name it.
    assert acts[0].because == f"As in {SECRET}."
    with pytest.raises(CurationError, match="was about a source that was purged"):
        undo(loaded, 5, "Mori")
    after = quads_of(loaded)
    assert rebuilt(loaded, quads_of) == after
    assert undo(loaded, None, "Mori").undone == acts[2]


def rejected(workshop: Workshop) -> str:
    store = EmbeddedStore(workshop.data.current().store, read_only=True)
    (claim,) = {quad.subject for quad in store.quads(None, OSA.object, ID.law)}
    assert isinstance(claim, NamedNode)
    return claim.value


def test_a_retracted_source_is_purged_with_what_was_kept_of_it(loaded: Workshop, quads_of: QuadsOf) -> None:
    decide(loaded, Decision(RETRACT, ("secret",), "Mori", "It is so."))
    purged(loaded)
    require_purged(loaded)
    assert [act.act for act in read_acts(loaded.data.current().folder)] == [PURGED]
    after = quads_of(loaded)
    assert not any("retracted" in str(quad.graph_name) for quad in after)
    with pytest.raises(CurationError, match="nothing to undo"):
        undo(loaded, None, "Mori")


def test_whatever_else_is_kept_beside_the_snapshots_goes(loaded: Workshop, built_workshop: Workshop) -> None:
    root = loaded.data.root
    ViewCache(loaded.data).make(2, ViewChoice(as_of=datetime.date(2026, 12, 31)))
    law = ID.iri(f"{IN_AN_IRI}-law").value
    with answering(loaded.data) as answers:
        answers.add(Answer(law, "Q1", LINK, "Mori", SECRET))
        answers.add(Answer(ID.law.value, "Q7748", LINK, "Mori", "by hand"))
    for name in ("live/1-1/000001.log", "incoming/x", "trash/000001/x", "staging/next/x", "views/staging/x"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(SECRET)
    for name in ("slow-queries.log", "slow-queries.log.1", f"sources/{'0' * 64}", "labels/new-1"):
        (root / name).write_text(SECRET)
    begun = {path.split("/")[0] for path in places_of(root)}
    assert begun >= {"views", "live", "incoming", "trash", "staging", "link-answers.jsonl"}
    report = purged(loaded)
    require_purged(loaded)
    assert (report.answers, report.files) == (1, 3)
    with answering(loaded.data) as answers:
        assert len(answers) == 1


def test_pinned_snapshots_stay_unless_they_are_to_go_too(loaded: Workshop) -> None:
    pin(loaded.data, 1, "an example")
    pin(loaded.data, 2, "cited")
    with pytest.raises(SnapshotPinnedError, match="Snapshot 2 is pinned and may hold secret"):
        purged(loaded)
    assert (numbers(loaded), unfinished_purges(loaded.data.root)) == ([1, 2], {})
    purged(loaded, pinned=True)
    require_purged(loaded)
    assert (numbers(loaded), loaded.data.pins()) == ([1, 3], {1: "an example"})


def test_who_reads_an_old_snapshot_is_waited_for(loaded: Workshop) -> None:
    with loaded.data.holding(2) as snapshot:
        store = EmbeddedStore(snapshot.store, read_only=True)
        with pytest.raises(StoreBusyError, match=r"still reads snapshot 2.*repeat: osagraph purge secret"):
            purged(loaded, patience_seconds=0.0)
        assert any(SECRET in str(quad) for quad in store.quads())
        assert list(unfinished_purges(loaded.data.root)) == ["secret"]
        # Nothing else holds it, and the new snapshot is there.
        assert {path.split("/")[1] for path in places_of(loaded.data.root)} == {"000002"}
        assert loaded.data.current().number == 3
    report = purged(loaded)
    require_purged(loaded)
    assert (report.snapshot, report.removed, numbers(loaded)) == (None, [2], [1, 3])


@pytest.mark.parametrize("name", ["unknown", "user/unknown", "reference", "a b", "source/s1"])
def test_what_was_never_there_cannot_be_purged(workshop: Workshop, name: str) -> None:
    with pytest.raises(UnknownResourceError):
        purged(workshop, name)
    assert (numbers(workshop), unfinished_purges(workshop.data.root)) == ([1], {})


def test_a_replica_is_purged_by_its_original(loaded: Workshop, tmp_path: Path) -> None:
    replica = DataDirectory(tmp_path / "replica")
    replicate(loaded.data, replica)
    with pytest.raises(ReplicaError):
        purged(replace(loaded, data=replica))


def test_what_the_audit_log_says_of_it_is_its_name(loaded: Workshop) -> None:
    report = purged(loaded)
    (line,) = (loaded.data.root / "audit.jsonl").read_text().splitlines()
    said = json.loads(line)
    assert (said["op"], said["source"], said["snapshot"]) == ("purge", "secret", report.snapshot)
    assert (said["snapshots_removed"], said["files_removed"]) == ([2], 2)
    assert asdict(report)["name"] == "secret"


# Ends before the given one of the steps that change files; children of one process: to start takes long.
KILLED = """
import os, shutil, sys
from datetime import UTC, datetime
from pathlib import Path
from graph.datadir import DataDirectory
from graph.errors import UnknownResourceError
from loaders.loader import installed_loaders
from loaders.purging import purge
from loaders.replay import Workshop
loaders = installed_loaders()
root, tables = Path(sys.argv[1]), Path(sys.argv[2])
def child(work):
    process = os.fork()
    if process == 0:
        try:
            work()
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
def purging(data):
    workshop = Workshop(DataDirectory(data), tables, loaders, lambda: datetime(2026, 4, 1, 12, tzinfo=UTC))
    purge(workshop, "secret")
def killed(data, left):
    def counted(call):
        def step(path, *arguments, **named):
            nonlocal left
            # What is unlinked is unlinked one by one: killed between two is killed before the first.
            left -= call is not unlink or path.name == "purges.json"
            if left < 0:
                os._exit(9)
            return call(path, *arguments, **named)
        return step
    unlink = Path.unlink
    Path.rename, Path.replace, Path.unlink = map(counted, (Path.rename, Path.replace, Path.unlink))
    purging(data)
def repeated(data):
    try:
        purging(data)
    except UnknownResourceError:
        pass
step, code = 0, 9
while code == 9:
    data = root.parent / f"killed-{step}"
    shutil.copytree(root, data)
    code = child(lambda: killed(data, step))
    assert child(lambda: repeated(data)) == 0, step
    step += 1
print(code)
"""


def test_one_that_is_killed_at_any_step_is_finished_by_repeating_it(
    loaded: Workshop, quads_of: QuadsOf
) -> None:
    root = loaded.data.root
    pin(loaded.data, 1)
    command = [sys.executable, "-c", KILLED, str(root), str(loaded.tables)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "0\n", done.stderr
    trials = [replace(loaded, data=DataDirectory(path)) for path in sorted(root.parent.glob("killed-*"))]
    assert len(trials) == 9
    purged(loaded)
    after = quads_of(loaded)
    for trial in trials:
        require_purged(trial)
        assert quads_of(trial) == after, trial.data.root.name
        assert numbers(trial)[0] == 1 and len(numbers(trial)) == 2
