"""Curation: what people decided about claims and sources, and what of it stands.

Every decision is an act: numbered, attributed, dated, with a reason. Acts are only ever appended to the file
`curation.jsonl` of a snapshot; one that was undone stays in the file and counts for nothing.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from graph.errors import StoreFormatError

NAME: Final = "curation.jsonl"
# The number of acts, among the counts of a snapshot: without it, lost lines at the end would go unnoticed.
COUNTED: Final = "curation_acts"
ACCEPT, REJECT, GRADE, RETRACT, UNDO = "accept", "reject", "grade", "retract", "undo"
SAME_VOICE, SEPARATE_VOICES = "same-voice", "separate-voices"
LINK, LIKELY_LINK, NO_LINK = "link", "likely-link", "no-link"
# What is left of an act about a purged source: its number, who and when.
PURGED: Final = "purged"
# Decisions about an individual and an item of Wikidata; they bear on no claim.
LINKING: Final = frozenset({LINK, LIKELY_LINK, NO_LINK})
KINDS: Final = frozenset(
    {ACCEPT, REJECT, GRADE, RETRACT, UNDO, SAME_VOICE, SEPARATE_VOICES, PURGED, *LINKING}
)
WITHOUT_EFFECT: Final = (UNDO, PURGED)


@dataclass(frozen=True)
class Act:
    """One decision of a curator.

    `of` are IRIs: the one claim or source that was accepted, rejected, graded or retracted, or the sources
    that are one voice, or none of another, or the individual that is, perhaps is, or is not the `item` (an
    IRI of Wikidata); `label` names the node of such a link. `grade` is the IRI of a concept; `undoes` the
    number of an act. `at` is an `xsd:dateTime`.
    """

    number: int
    act: str
    by: str
    at: str
    because: str = ""
    of: tuple[str, ...] = ()
    grade: str = ""
    undoes: int | None = None
    item: str = ""
    label: str = ""

    @property
    def line(self) -> str:
        """The act as the journal keeps it."""
        fields = {key: value for key, value in asdict(self).items() if value not in ("", (), None)}
        return _text({**fields, "digest": _digest(fields)}) + "\n"


@dataclass(frozen=True)
class Curation:
    """What curators decided and did not undo: claims and sources by IRI.

    `joined` are sources that are one voice, `apart` pairs of sources that are not; `acts` are those that
    stand, by number.
    """

    accepted: frozenset[str] = frozenset()
    rejected: frozenset[str] = frozenset()
    joined: tuple[frozenset[str], ...] = ()
    apart: frozenset[frozenset[str]] = frozenset()
    retracted: frozenset[str] = frozenset()
    acts: tuple[Act, ...] = ()


NO_CURATION: Final = Curation()


def curation_of(acts: Iterable[Act]) -> Curation:
    """What all acts together come to."""
    made = list(acts)
    undone = {act.undoes for act in made}
    standing = tuple(act for act in made if act.act not in WITHOUT_EFFECT and act.number not in undone)

    def named(kind: str) -> frozenset[str]:
        return frozenset(iri for act in standing if act.act == kind for iri in act.of)

    return Curation(
        accepted=named(ACCEPT),
        rejected=named(REJECT),
        joined=tuple(frozenset(act.of) for act in standing if act.act == SAME_VOICE),
        apart=frozenset(
            frozenset(pair)
            for act in standing
            if act.act == SEPARATE_VOICES
            for pair in itertools.combinations(act.of, 2)
        ),
        retracted=named(RETRACT),
        acts=standing,
    )


def read_curation(folder: Path) -> Curation:
    """What stands in a snapshot, given its folder.

    Raises what `read_acts` raises.
    """
    return curation_of(read_acts(folder))


def read_acts(folder: Path) -> list[Act]:
    """All acts of a snapshot in the order in which they were made, undone ones too; empty where it has none.

    Raises StoreFormatError, with the file and the line, where some of them were lost or cannot be read.
    """
    path = folder / NAME
    lines = path.read_bytes().split(b"\n") if path.exists() else [b""]
    acts = [_read_act(line, number, path) for number, line in enumerate(lines[:-1], start=1)]
    if lines[-1]:
        raise _damaged(path, len(lines), "the line has no end")
    counted = _counted(folder)
    if counted is not None and counted != len(acts):
        what = f"the snapshot was made with {counted} acts, of which {len(acts)} are there"
        raise _damaged(path, len(acts) + 1, what)
    return acts


def write_acts(acts: Sequence[Act], folder: Path) -> None:
    """Write the acts into the folder of a snapshot that is being made; no file where there are none."""
    if acts:
        (folder / NAME).write_text("".join(act.line for act in acts), encoding="utf-8")


def _text(fields: Mapping[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False, sort_keys=True)


def _digest(fields: Mapping[str, Any]) -> str:
    """What tells whether a line is as it was written."""
    return hashlib.blake2b(_text(fields).encode(), digest_size=8).hexdigest()


def _counted(folder: Path) -> int | None:
    """How many acts a snapshot says that it has; None for one that is being made."""
    try:
        counts = json.loads((folder / "snapshot.json").read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return int(counts.get(COUNTED, 0))


def _read_act(line: bytes, number: int, path: Path) -> Act:
    try:
        fields: dict[str, Any] = json.loads(line)
        if (kind := fields["act"]) not in KINDS:
            raise _damaged(path, number, f"an act that only another version of osagraph knows: {kind!r}")
        if fields.pop("digest") != _digest(fields):
            raise _damaged(path, number, "an act that is not as it was written")
        act = Act(**{**fields, "of": tuple(fields.get("of", ()))})
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _damaged(path, number, "no act of curation that this osagraph can read") from error
    if act.number != number:
        raise _damaged(path, number, f"act {number} should be here, and act {act.number} is")
    return act


def _damaged(path: Path, line: int, what: str) -> StoreFormatError:
    return StoreFormatError(
        f"{path}, line {line}: {what}. Queries are answered as before; to write again, restore a backup "
        "(osagraph restore), or put the whole file of an older snapshot in its place, write the number of "
        f"its lines into snapshot.json as {COUNTED}, and repeat the acts that it lacks."
    )
