"""The files of the label index: SQLite databases of names, each row with the snapshots that it belongs to.

    DIR/labels/000012.db    what is called what since snapshot 12, which a build or a restoration made

A commit adds its rows before the pointer switches, in one transaction; whoever asks names a snapshot and gets
the rows that are alive there, so that a commit which never became current is seen by nobody. All of it is
derived: a file that is missing or behind is made anew from a snapshot.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from graph.label_entries import Entry, LabelName, NameKind
from graph.label_text import fold, indexed_tokens, is_unspaced, words_of

FOLDER: Final = "labels"
UNFINISHED: Final = "new-"
FORMAT: Final = "1"
BUSY_SECONDS: Final = 5.0
# Words beyond these lengths are not corrected.
SPELLED: Final = range(3, 25)
SCHEMA: Final = """
CREATE TABLE fact (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE class (id INTEGER PRIMARY KEY, iri TEXT UNIQUE);
CREATE TABLE entry (id INTEGER PRIMARY KEY, iri TEXT, classes TEXT, added INTEGER, removed INTEGER);
CREATE TABLE name (
    id INTEGER PRIMARY KEY, entry INTEGER, kind INTEGER, language TEXT, text TEXT, folded TEXT
);
CREATE TABLE word (length INTEGER, word TEXT, PRIMARY KEY (length, word)) WITHOUT ROWID;
CREATE VIRTUAL TABLE token USING fts5(tokens, content='', detail=none, tokenize=ascii);
CREATE VIRTUAL TABLE token_count USING fts5vocab(token, 'row');
"""
INDEXES: Final = """
CREATE INDEX entry_by_iri ON entry (iri);
CREATE INDEX entry_by_added ON entry (added);
CREATE INDEX entry_by_removed ON entry (removed) WHERE removed IS NOT NULL;
CREATE INDEX name_by_entry ON name (entry);
CREATE INDEX name_by_folded ON name (folded);
"""
ADD_ENTRY: Final = "INSERT INTO entry (iri, classes, added) VALUES (?, ?, ?)"
ADD_NAME: Final = "INSERT INTO name (entry, kind, language, text, folded) VALUES (?, ?, ?, ?, ?)"
ADD_TOKENS: Final = "INSERT INTO token (rowid, tokens) VALUES (?, ?)"
DROP_TOKENS: Final = "INSERT INTO token (token, rowid, tokens) VALUES ('delete', ?, ?)"


def label_files(folder: Path) -> dict[int, Path]:
    """The files of an index by the first snapshot of each, in order."""
    with contextlib.suppress(FileNotFoundError):
        paths = sorted((int(path.stem), path) for path in folder.glob("*.db") if path.stem.isdigit())
        return dict(paths)
    return {}


def label_file(folder: Path, number: int) -> Path | None:
    """The file that has the rows of a snapshot, if any has."""
    fitting = [path for since, path in label_files(folder).items() if since <= number]
    return fitting[-1] if fitting else None


def covered_until(connection: sqlite3.Connection) -> int:
    """The last snapshot whose rows a file has; 0 for a file of another format."""
    facts = dict(connection.execute("SELECT key, value FROM fact"))
    return int(facts["until"]) if facts.get("format") == FORMAT else 0


def opened(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection to a file, which may be used by one thread at a time.

    Raises sqlite3.Error.
    """
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    if not read_only:
        # No commit waits for the disk: after a power failure the file is whole, but may be behind.
        connection.execute("PRAGMA synchronous = NORMAL")
    return connection


def create_file(folder: Path, number: int, entries: Iterable[Entry]) -> None:
    """Make the file that begins with a snapshot, in place of one that does; it appears by one rename.

    Raises sqlite3.Error and OSError.
    """
    folder.mkdir(exist_ok=True)
    path = folder / f"{number:06d}.db"
    new = folder / f"{UNFINISHED}{os.getpid()}"
    remove_file(new)
    try:
        with contextlib.closing(sqlite3.connect(new, isolation_level=None)) as connection:
            connection.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {SCHEMA} BEGIN;")
            facts = {"format": FORMAT, "since": str(number), "until": str(number)}
            connection.executemany("INSERT INTO fact VALUES (?, ?)", facts.items())
            rows = LabelRows(connection)
            # Whoever takes only so many of the names with a word takes the short ones.
            for entry in sorted(entries, key=lambda entry: (_shortest(entry), entry.iri)):
                rows.add(entry, number)
            rows.add_words()
            connection.execute("COMMIT")
            connection.executescript(f"{INDEXES} PRAGMA journal_mode = WAL;")
        with new.open("rb") as file:
            os.fsync(file.fileno())
        remove_file(path)
        new.rename(path)
    finally:
        remove_file(new)


def remove_file(path: Path) -> None:
    """Remove a file of the index with its log; one that is not there does no harm."""
    for each in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        each.unlink(missing_ok=True)


def apply_commit(
    connection: sqlite3.Connection, base: int, number: int, changes: Mapping[str, Entry | None]
) -> bool:
    """Add the rows of a commit on a snapshot: what things are called now, None: nothing.

    Rows of commits on that snapshot that never became current are taken back. False, and nothing is done,
    where the file lacks the rows of the snapshot itself. Raises sqlite3.Error.
    """
    with transaction(connection):
        if covered_until(connection) < base:
            return False
        rows = LabelRows(connection)
        _take_back(connection, rows, base)
        for iri, entry in changes.items():
            _change(connection, rows, iri, entry, number)
        rows.add_words()
        connection.execute("UPDATE fact SET value = ? WHERE key = 'until'", (str(number),))
    return True


def forget_rows(connection: sqlite3.Connection, kept: Iterable[int]) -> None:
    """Remove the rows that none of the snapshots sees that are kept.

    Raises sqlite3.Error.
    """
    numbers = sorted(kept)
    ended = connection.execute("SELECT id, added, removed FROM entry WHERE removed IS NOT NULL")
    gone = [id for id, added, removed in ended if not any(added <= each < removed for each in numbers)]
    if gone:
        with transaction(connection):
            rows = LabelRows(connection)
            for id in gone:
                rows.remove(id)


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Everything or nothing, and nobody else writes meanwhile."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


class LabelRows:
    """Writes entries as rows; the caller has the transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._classes: dict[str, int] = {iri: id for id, iri in connection.execute("SELECT * FROM class")}
        self._words: set[str] = set()

    def add(self, entry: Entry, number: int) -> None:
        """An entry that is alive from a snapshot on."""
        execute = self._connection.execute
        id = execute(ADD_ENTRY, (entry.iri, self.class_list(entry.classes), number)).lastrowid
        for name in entry.names:
            folded = fold(name.text)
            row = execute(ADD_NAME, (id, name.kind, name.language, name.text, folded)).lastrowid
            if name.kind <= NameKind.ALIAS:
                execute(ADD_TOKENS, (row, " ".join(indexed_tokens(folded))))
                self._words.update(words_of(folded))

    def remove(self, id: int) -> None:
        """Take an entry away, as if it had never been there."""
        execute = self._connection.execute
        for row, folded in execute(
            "SELECT id, folded FROM name WHERE entry = ? AND kind <= ?", (id, NameKind.ALIAS)
        ).fetchall():
            execute(DROP_TOKENS, (row, " ".join(indexed_tokens(folded))))
        execute("DELETE FROM name WHERE entry = ?", (id,))
        execute("DELETE FROM entry WHERE id = ?", (id,))

    def add_words(self) -> None:
        """Note the words of what was added, for the correction of others."""
        spelled = sorted((len(word), word) for word in self._words if len(word) in SPELLED)
        rows = [each for each in spelled if not is_unspaced(each[1])]
        self._connection.executemany("INSERT OR IGNORE INTO word VALUES (?, ?)", rows)

    def class_list(self, iris: Iterable[str]) -> str:
        """Classes by their numbers, each with a space before and after it."""
        return "".join(f" {self._class(iri)} " for iri in iris)

    def _class(self, iri: str) -> int:
        known = self._classes.get(iri)
        if known is None:
            inserted = self._connection.execute("INSERT INTO class (iri) VALUES (?)", (iri,)).lastrowid
            assert inserted is not None
            known = self._classes[iri] = inserted
        return known


def _shortest(entry: Entry) -> int:
    return min(len(name.text) for name in entry.names if name.kind <= NameKind.CODE)


def _take_back(connection: sqlite3.Connection, rows: LabelRows, base: int) -> None:
    for (id,) in connection.execute("SELECT id FROM entry WHERE added > ?", (base,)).fetchall():
        rows.remove(id)
    connection.execute("UPDATE entry SET removed = NULL WHERE removed > ?", (base,))


def _change(
    connection: sqlite3.Connection, rows: LabelRows, iri: str, entry: Entry | None, number: int
) -> None:
    """End the entry that a thing has, and begin another one, unless they are the same."""
    found = connection.execute(
        "SELECT id, classes FROM entry WHERE iri = ? AND removed IS NULL", (iri,)
    ).fetchone()
    if found is not None:
        id, classes = found
        is_same = entry is not None and classes == rows.class_list(entry.classes)
        if is_same and entry is not None and _names(connection, id) == entry.names:
            return
        connection.execute("UPDATE entry SET removed = ? WHERE id = ?", (number, id))
    if entry is not None:
        rows.add(entry, number)


def _names(connection: sqlite3.Connection, id: int) -> tuple[LabelName, ...]:
    found = connection.execute("SELECT text, language, kind FROM name WHERE entry = ?", (id,))
    return tuple(sorted(LabelName(text, language, NameKind(kind)) for text, language, kind in found))


def alive_entries(connection: sqlite3.Connection, number: int) -> Iterator[Entry]:
    """The entries of a snapshot."""
    classes = dict(connection.execute("SELECT id, iri FROM class"))
    alive = "SELECT id, iri, classes FROM entry WHERE added <= ? AND (removed IS NULL OR removed > ?)"
    for id, iri, numbers in connection.execute(alive, (number, number)).fetchall():
        yield Entry(
            iri, _names(connection, id), tuple(sorted(classes[int(each)] for each in numbers.split()))
        )
