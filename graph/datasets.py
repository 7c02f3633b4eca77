"""Opens the dataset of a snapshot for a command: here, or in another engine where the snapshot is a stub."""

from __future__ import annotations

from graph.datadir import Snapshot
from graph.embedded import EmbeddedStore
from graph.errors import NotMirroredError
from graph.mirror_store import MirrorStore, open_mirror
from graph.remote_mirror import is_stub

CommandStore = EmbeddedStore | MirrorStore


def open_dataset(snapshot: Snapshot) -> CommandStore:
    """The dataset of a snapshot, to be read.

    Raises PublicationChangedError where the engine holds another one by now, RemoteStoreError, and
    StoreWriteError where a store here cannot be opened.
    """
    if not is_stub(snapshot):
        return EmbeddedStore(snapshot.store, read_only=True)
    store = open_mirror(snapshot.folder)
    store.settle()
    return store


def require_here(snapshot: Snapshot, what: str) -> None:
    """Raises NotMirroredError where the snapshot is in another engine."""
    if is_stub(snapshot):
        raise NotMirroredError(
            f"{what} needs the dataset itself, and here it is in another engine. "
            "Ask for it where the dataset is published from."
        )
