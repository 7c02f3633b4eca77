"""A data directory whose dataset is in another engine: what stands for a snapshot here is a stub.

    DIR/mirror                       the address of the engine, for people
    DIR/snapshots/N/snapshot.json    what was counted when the snapshot was made, as everywhere
    DIR/snapshots/N/remote.json      the engine, and which of its publications this is; no credentials

Only the last stub is kept: what was published before is no longer in the engine. A number is never given
twice: it is that of the published snapshot, or the next one where that one was seen before.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode

from graph.datadir import MIRROR, DataDirectory, Snapshot
from graph.disk import sync_folder, sync_tree, write_atomically, writing
from graph.engine_access import Engine
from graph.engine_kinds import EngineKind
from graph.errors import PublicationChangedError, StoreFormatError, StoreMissingError, StoreWriteError
from graph.publication import PUBLICATION, Publication, read_publication
from graph.remote import RemoteAddresses
from graph.retention import empty_folder
from graph.store import ReadableStore
from ontology.namespaces import OSA, RDF

REMOTE: Final = "remote.json"
# What strangers are told instead of the engine's address.
NAMED: Final = "The engine"


@dataclass(frozen=True)
class Stub:
    """Where a snapshot is: an engine, and the id of the publication in it."""

    kind: EngineKind
    addresses: RemoteAddresses
    publication: str

    @property
    def text(self) -> str:
        """The content of its file."""
        fields = {"engine": self.kind.value, **vars(self.addresses), "publication": self.publication}
        return json.dumps(fields, indent=1) + "\n"


def is_stub(snapshot: Snapshot) -> bool:
    """Whether a snapshot is in another engine."""
    return (snapshot.folder / REMOTE).exists()


def read_stub(folder: Path) -> Stub:
    """The stub in a snapshot's folder.

    Raises PublicationChangedError where it is gone: another publication has taken its place.
    """
    try:
        fields = json.loads((folder / REMOTE).read_bytes())
        addresses = RemoteAddresses(fields["query"], fields["update"], fields["graphs"])
        return Stub(EngineKind(fields["engine"]), addresses, fields["publication"])
    except (FileNotFoundError, NotADirectoryError) as error:
        raise PublicationChangedError("The dataset has changed meanwhile. Ask again.") from error
    except (ValueError, KeyError) as error:
        raise StoreFormatError(
            f"{folder / REMOTE} is damaged. Remove the folder {folder.parent.parent}."
        ) from error


def mirror(data: DataDirectory, engine: Engine, base: str) -> Snapshot:
    """Make a directory stand for what an engine holds, from now on.

    Raises StoreWriteError where it holds a dataset of its own or follows another one, and what `follow`
    raises.
    """
    if not data.is_mirror and (data.is_replica or data.current_if_any() is not None):
        raise StoreWriteError(
            f"{data.root} holds a dataset of its own. Name another folder for what an engine holds: "
            "osagraph serve --store URL --data DIR"
        )
    if publication_id(engine.store) is None:
        raise StoreMissingError(
            f"{base} holds no dataset of osagraph. Send it one with: osagraph publish --to {base}"
        )
    data.become_replica()
    with writing(data.root):
        write_atomically(data.root / MIRROR, f"{base}\n")
    return follow(data, engine)


def follow(data: DataDirectory, engine: Engine) -> Snapshot:
    """The snapshot that stands for what the engine holds now, made current unless it is.

    Raises StoreMissingError where the engine holds no dataset of ours, RemoteStoreError, QueryTimeoutError,
    StoreBusyError and StoreWriteError.
    """
    former = data.current_if_any()
    if former is not None and is_stub(former):
        known = read_stub(former.folder)
        if known.publication == publication_id(engine.store):
            return _at_its_address(data, former, replace(known, kind=engine.kind, addresses=engine.addresses))
    publication = read_publication(engine.store)
    if publication is None:
        raise StoreMissingError("The engine holds no dataset of osagraph any more. Publish it again.")
    stub = Stub(engine.kind, engine.addresses, publication.id)
    return _publish(data, stub, publication, former.number if former else 0)


def publication_id(store: ReadableStore) -> str | None:
    """The id of the publication that an engine holds; None where it holds none."""
    marks = store.quads(None, RDF.type, OSA.Publication, PUBLICATION)
    ids = [quad.subject.value.rpartition(":")[2] for quad in marks if isinstance(quad.subject, NamedNode)]
    return ids[0] if len(ids) == 1 else None


def _at_its_address(data: DataDirectory, snapshot: Snapshot, stub: Stub) -> Snapshot:
    """The snapshot, whose engine may have another address now."""
    if read_stub(snapshot.folder) != stub:
        with writing(data.root):
            write_atomically(snapshot.folder / REMOTE, stub.text)
    return snapshot


def _publish(data: DataDirectory, stub: Stub, publication: Publication, former: int) -> Snapshot:
    number = max(publication.snapshot, former + 1)
    with data.writer(replicating=True), writing(data.root):
        stage = data.stage()
        text = json.dumps(dict(publication.counts), indent=1, sort_keys=True) + "\n"
        (stage / "snapshot.json").write_text(text, encoding="utf-8")
        (stage / REMOTE).write_text(stub.text, encoding="utf-8")
        sync_tree(stage)
        folder = data.snapshots / f"{number:06d}"
        shutil.rmtree(folder, ignore_errors=True)
        stage.rename(folder)
        sync_folder(data.snapshots)
        write_atomically(data.root / "current", f"{number}\n")
        for path in data.snapshots.iterdir():
            if path != folder:
                empty_folder(path)
                path.rmdir()
        data.forget_old()
    return Snapshot(number, folder, publication.counts)
