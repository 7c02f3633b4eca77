"""The budget of a programme: its lines year by year with their receipts, and their picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

from pyoxigraph import NamedNode

from graph.datadir import Snapshot
from graph.results import ResultTerm
from web.drawing import compact, ticks
from web.figures import Figure, figures, number_of
from web.labels import Labels, Name
from web.nodes import Node, nodes
from web.site import Site, text_of

# So many lines are shown with their receipts; the others are in the list of all.
SHOWN_LINES: Final = 24
# Of the picture, in its own units.
HEIGHT, TOP, BASE, LEFT = 340.0, 24.0, 270.0, 92.0
WIDE, NARROW = 150.0, 96.0
WIDE_UP_TO: Final = 6
PATTERNS: Final = 6
UNSAID: Final = ""


@dataclass(frozen=True)
class BudgetLine:
    """A line of the budget in one year; `year` is empty where nobody says it."""

    iri: str
    year: str
    amount: ResultTerm | None
    currency: ResultTerm | None
    stage: ResultTerm | None
    figure: Figure


@dataclass(frozen=True)
class Budget:
    """The latest lines, the earliest of them first, out of `total`; `stages` are all, by their rank."""

    lines: Sequence[BudgetLine]
    total: int
    stages: Sequence[str]

    def terms(self) -> Iterator[ResultTerm]:
        """All that it names."""
        for line in self.lines:
            yield from (term for term in (line.currency, line.stage) if term is not None)
            yield NamedNode(line.iri)
            yield from line.figure.terms()


def read_budget(site: Site, programme: str, at: Snapshot) -> Budget:
    """The budget of a programme. Raises what `Site.rows` raises."""
    found = site.rows("programme-budgets", {"programme": NamedNode(programme)}, at)
    rows = list({text_of(row, "line"): row for row in found}.values())
    shown = rows[:SHOWN_LINES]
    known = figures(site, {text_of(row, "line"): row.get("amount") for row in shown}, at)
    lines = [
        BudgetLine(
            text_of(row, "line"),
            text_of(row, "year"),
            row.get("amount"),
            row.get("currency"),
            row.get("stage"),
            known[text_of(row, "line")],
        )
        for row in shown
    ]
    return Budget(sorted(lines, key=lambda line: (line.year, line.iri)), len(rows), _stages(site, lines, at))


def _stages(site: Site, lines: Sequence[BudgetLine], at: Snapshot) -> list[str]:
    """All stages that figures are of, in the order of their scheme; those outside it last."""
    terms = [line.stage for line in lines]
    terms += [other.manner["osa:stage"] for line in lines for other in line.figure.others]
    found = nodes(site, "described", {term.value for term in terms if isinstance(term, NamedNode)}, at)

    def place(stage: Node) -> tuple[bool, int, str]:
        rank = stage.text("osa:rank")
        return (not rank.isdecimal(), int(rank) if rank.isdecimal() else 0, stage.iri)

    return [stage.iri for stage in sorted(found.values(), key=place)]


class Dot(NamedTuple):
    """A figure that is not accepted, at its height; `kind` is the number of its stage."""

    x: float
    y: float
    kind: int


class Column(NamedTuple):
    """The figures of one line: `height` is 0 where none is accepted; `number` is that of its row below."""

    number: int
    x: float
    bar: float
    y: float
    height: float
    kind: int
    dots: Sequence[Dot]
    year: str
    amount: str
    stage: Name | None
    is_contested: bool
    sentence: str


@dataclass(frozen=True)
class Chart:
    """The picture of the lines in one currency; `step` is the width of a column."""

    currency: ResultTerm | None
    width: float
    step: float
    axis: Sequence[tuple[float, str]]
    columns: Sequence[Column]
    legend: Sequence[tuple[int, Name]]


def charts(budget: Budget, labels: Labels) -> list[Chart]:
    """A picture for each currency; a line without a figure in its own currency is in none."""
    currencies = dict.fromkeys(line.currency for line in budget.lines)
    drawn = (_chart(budget, currency, labels) for currency in currencies)
    return [chart for chart in drawn if chart is not None]


def _chart(budget: Budget, currency: ResultTerm | None, labels: Labels) -> Chart | None:
    shown = [
        (number, line)
        for number, line in enumerate(budget.lines, 1)
        if line.currency == currency and _numbers(line)
    ]
    if not shown:
        return None
    marks = ticks(max(number for _, line in shown for number in _numbers(line)))
    step = WIDE if len(shown) <= WIDE_UP_TO else NARROW
    kinds = [*budget.stages, UNSAID]
    columns = [
        _column(number, line, LEFT + place * step, step, marks[-1], kinds, labels)
        for place, (number, line) in enumerate(shown)
    ]
    used = {column.kind for column in columns if column.height}
    used |= {dot.kind for column in columns for dot in column.dots}
    names = [labels.name(NamedNode(stage)) if stage else Name("stage not known") for stage in kinds]
    return Chart(
        currency,
        LEFT + step * len(shown) + 16,
        step,
        [(_y(mark, marks[-1]), compact(mark)) for mark in marks],
        columns,
        [(kind, names[kind]) for kind in sorted(used)],
    )


def _numbers(line: BudgetLine) -> list[Decimal]:
    """All figures of a line in its own currency, the accepted one and the others."""
    own = [other.number for other in line.figure.others if other.manner["osa:currency"] == line.currency]
    return [number for number in (number_of(line.amount), *own) if number is not None and number >= 0]


def _y(number: Decimal, largest: Decimal) -> float:
    return round(BASE - float(number / largest) * (BASE - TOP), 1)


def _column(
    number: int,
    line: BudgetLine,
    x: float,
    step: float,
    largest: Decimal,
    kinds: Sequence[str],
    labels: Labels,
) -> Column:
    amount = number_of(line.amount)
    y = _y(amount, largest) if amount is not None and amount >= 0 else BASE
    # The bar on the left of the column, on its right the other figures, side by side by their stages.
    room = step * 0.32 / max(1, len(kinds) - 1)
    found = {
        (_kind(other.manner["osa:stage"], kinds), other.number)
        for other in line.figure.others
        if other.manner["osa:currency"] == line.currency and other.number is not None and other.number >= 0
    }
    dots = [
        Dot(round(x + step * 0.6 + kind * room, 1), _y(value, largest), kind) for kind, value in sorted(found)
    ]
    stage = labels.name(line.stage) if isinstance(line.stage, NamedNode) else None
    printed = compact(amount) if amount is not None else "open"
    said = [
        f"{line.year or 'No year'}: {printed}",
        stage.text if stage else "",
        "contested" if line.figure.is_contested else "",
    ]
    others = f"{len(dots)} other {'figure' if len(dots) == 1 else 'figures'}" if dots else ""
    return Column(
        number,
        round(x, 1),
        round(step * 0.44, 1),
        y,
        round(BASE - y, 1),
        _kind(line.stage, kinds) % PATTERNS,
        dots,
        line.year,
        printed,
        stage,
        line.figure.is_contested,
        ", ".join(part for part in (*said, others) if part),
    )


def _kind(stage: ResultTerm | None, kinds: Sequence[str]) -> int:
    known = stage.value if isinstance(stage, NamedNode) else UNSAID
    return kinds.index(known) if known in kinds else len(kinds) - 1
