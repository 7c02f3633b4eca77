"""Measures of pictures: round numbers for an axis, sums in words, places for names that do not overlap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_CEILING, Decimal
from typing import Final, NamedTuple

SCALES: Final = (
    (Decimal(10**12), "trillion"),
    (Decimal(10**9), "billion"),
    (Decimal(10**6), "million"),
)
# A letter of the pictures' size is about so wide, and a line so high.
LETTER: Final = 7.2
LINE: Final = 16.0
MOST_DIGITS: Final = 3
# Between a mark and its name.
GAP: Final = 4.0


def compact(number: Decimal) -> str:
    """A number with its scale in words where that loses nothing, else all of its digits.

    >>> compact(Decimal(18_100_000_000)), compact(Decimal(2026)), compact(Decimal(575_123_456))
    ('18.1 billion', '2,026', '575,123,456')
    """
    for scale, word in SCALES:
        if abs(number) >= scale:
            short = (number / scale).normalize()
            if isinstance(exponent := short.as_tuple().exponent, int) and -exponent <= MOST_DIGITS:
                return f"{short:f} {word}"
            break
    return f"{number:,f}"


def ticks(largest: Decimal, most: int = 5) -> list[Decimal]:
    """Round numbers from 0 to just above the largest, at most so many steps between them.

    >>> [str(tick) for tick in ticks(Decimal(181))]
    ['0', '50', '100', '150', '200']
    """
    if largest <= 0:
        return [Decimal(0), Decimal(1)]
    step = Decimal(10) ** (largest.adjusted() - 1)
    for factor in (1, 2, 5, 10, 20, 50, 100):
        if largest <= step * factor * most:
            step *= factor
            break
    count = int((largest / step).to_integral_value(ROUND_CEILING))
    return [step * number for number in range(count + 1)]


class Box(NamedTuple):
    """A part of a picture."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether they have a part in common."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


class Placed(NamedTuple):
    """Where a name stands: its anchor is the `start`, `middle` or `end` of it."""

    x: float
    y: float
    anchor: str


def place_names(
    points: Sequence[tuple[float, float]], names: Sequence[str], radii: Sequence[float], within: Box
) -> list[Placed | None]:
    """Where each point's name may stand without covering another name or mark; None where it may not."""
    taken = [Box(x - r, y - r, x + r, y + r) for (x, y), r in zip(points, radii, strict=True)]
    found: list[Placed | None] = []
    for number, ((x, y), name) in enumerate(zip(points, names, strict=True)):
        others = [*taken[:number], *taken[number + 1 :]]
        placed = next(_free(x, y, len(name) * LETTER, radii[number] + GAP, others, within), None)
        found.append(placed[0] if placed else None)
        if placed:
            taken.append(placed[1])
    return found


def _free(
    x: float, y: float, width: float, reach: float, taken: Sequence[Box], within: Box
) -> Iterator[tuple[Placed, Box]]:
    """The free places around a point: right, left, above and below of it."""
    half = LINE / 2
    tried = (
        (Placed(x + reach, y + 4, "start"), Box(x + reach, y - half, x + reach + width, y + half)),
        (Placed(x - reach, y + 4, "end"), Box(x - reach - width, y - half, x - reach, y + half)),
        (
            Placed(x, y - reach, "middle"),
            Box(x - width / 2, y - reach - LINE + 4, x + width / 2, y - reach + 4),
        ),
        (
            Placed(x, y + reach + LINE - 4, "middle"),
            Box(x - width / 2, y + reach, x + width / 2, y + reach + LINE),
        ),
    )
    for placed, box in tried:
        is_inside = box.left >= within.left and box.right <= within.right
        is_inside = is_inside and box.top >= within.top and box.bottom <= within.bottom
        if is_inside and not any(box.meets(other) for other in taken):
            yield placed, box
