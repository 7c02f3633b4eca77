"""What one attack is, and how long texts for attacks are put together."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

Operation = Literal["query", "update"]


@dataclass(frozen=True)
class Attack:
    """A named hostile text, made only when it is needed: some are 20 MB long.

    `is_heavy`: an engine that takes it will work until somebody stops it.
    `is_destructive`: where it succeeds, the attacks after it meet less data, so that it goes last.
    """

    name: str
    family: str
    make: Callable[[], str]
    operation: Operation = "query"
    is_heavy: bool = False
    is_destructive: bool = False

    @property
    def text(self) -> str:
        return self.make()


def fixed(
    name: str, family: str, text: str, *, heavy: bool = False, operation: Operation = "query"
) -> Attack:
    """An attack whose text is short enough to be written down."""
    return Attack(name, family, lambda: text, operation, heavy)


def nested(head: str, opening: str, core: str, closing: str, tail: str, depth: int) -> str:
    """`depth` openings around a core.

    >>> nested("ASK ", "{", "?s ?p ?o", "}", "", 2)
    'ASK {{?s ?p ?o}}'
    """
    return f"{head}{opening * depth}{core}{closing * depth}{tail}"


def chained(head: str, unit: str, joint: str, tail: str, length: int) -> str:
    """`length` links in a row; `#` in a link becomes its number.

    >>> chained("ASK {", "?s# ?p ?o", " . ", "}", 2)
    'ASK {?s0 ?p ?o . ?s1 ?p ?o}'
    """
    links = (unit.replace("#", str(number)) for number in range(length))
    return f"{head}{joint.join(links)}{tail}"


def slice_of(attacks: Sequence[Attack], count: int, seed: int) -> list[Attack]:
    """So many attacks, spread evenly over the families and drawn from each by the seed."""
    families: dict[str, list[Attack]] = defaultdict(list)
    for attack in attacks:
        families[attack.family].append(attack)
    for family, members in families.items():
        random.Random(f"{seed}:{family}").shuffle(members)
    rounds: Iterable[tuple[Attack | None, ...]] = zip_longest(*families.values())
    drawn = [attack for one_round in rounds for attack in one_round if attack is not None]
    return drawn[:count]
