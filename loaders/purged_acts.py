"""What curation keeps of a purged source: that somebody decided something, who and when.

The reason of an act is free text and may repeat what the source said, so it goes with the act.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from graph.curation import PURGED, SAME_VOICE, SEPARATE_VOICES, UNDO, Act

REASON: Final = "(the reason went with a source that was purged)"
_VOICES: Final = (SAME_VOICE, SEPARATE_VOICES)


def without_purged(acts: Sequence[Act], gone: Collection[str]) -> list[Act]:
    """The acts, of which those about something that is gone keep their number, who and when.

    Sources that are one voice, or apart, stay so without the one that is gone, if they are two or more.
    `gone` are IRIs of claims, sources and individuals.

    >>> act = Act(1, SAME_VOICE, "Mori", "2026-11-22T00:00:00Z", "as in X", ("a", "b", "c"))
    >>> [kept] = without_purged([act], {"c"})
    >>> kept.act, kept.of
    ('same-voice', ('a', 'b'))
    """
    made: list[Act] = []
    for act in acts:
        rest = tuple(iri for iri in act.of if iri not in gone)
        undoes_purged = act.act == UNDO and act.undoes is not None and made[act.undoes - 1].act == PURGED
        if act.act in _VOICES and 2 <= len(rest) < len(act.of):
            made.append(replace(act, of=rest, because=REASON))
        elif len(rest) < len(act.of) or undoes_purged:
            made.append(Act(act.number, PURGED, act.by, act.at))
        else:
            made.append(act)
    return made
