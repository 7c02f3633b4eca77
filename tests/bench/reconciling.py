"""How well country names are reconciled, and how long a batch of 50 takes.

`reconciling.py --data DIR` serves a dataset and asks it over HTTP. The names in other languages are those of
CLDR, which the server knows too: these rows show that nothing is confused, not that it knows other lists.
Slips of the pen are always the same.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode
from urllib.request import urlopen

import babel
import pycountry

from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from ontology.namespaces import ID, OSA
from tests.bench.contenders import ours, running
from tests.bench.own_client import percentile

LINKS = Path(__file__).parents[2] / "loaders" / "data" / "wikidata_links.csv"
OFFICIAL = Path(__file__).with_name("official_names.csv")
LANGUAGES = ("ar", "de", "es", "fr", "hi", "id", "it", "ko", "pt", "ru", "th", "vi", "zh")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
BATCH = 50
# Shorter names have no two slips: what is left may be anything.
LONG = 6
ROUNDS = 20
GOAL_SECONDS = 2.0
HEAD = ("names", "queries", "first right", "matched", "wrongly", "precision", "recall")

Ask = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class Country(NamedTuple):
    """A row of the link table."""

    name: str
    japanese: str
    code: str
    item: str


class Case(NamedTuple):
    """A name, and the id of what is meant; None for what the dataset does not have."""

    text: str
    expected: str | None


class Score(NamedTuple):
    """How the names of a kind fared: how often the first candidate was right, what was taken as a match."""

    queries: int
    first: int
    matched: int
    wrongly: int

    @property
    def precision(self) -> float:
        """Of what was taken, so much was right; 1 where nothing was taken."""
        return 1 - self.wrongly / self.matched if self.matched else 1.0

    @property
    def recall(self) -> float:
        """Of all that was asked for, so much was taken rightly."""
        return (self.matched - self.wrongly) / self.queries


def countries() -> list[Country]:
    """The countries of the link table."""
    with LINKS.open(encoding="utf-8", newline="") as file:
        return [
            Country(row["entity_label"], row["label_ja"], row["iso3166_alpha2"], row["wikidata_qid"])
            for row in csv.DictReader(file)
            if row["entity_kind"] == "country"
        ]


def cases(ids: Mapping[str, str]) -> dict[str, list[Case]]:
    """All names by kind; `ids` are those of the states in the dataset by their two-letter codes."""
    known = countries()
    rng = random.Random(7)
    with OFFICIAL.open(encoding="utf-8", newline="") as file:
        official = [Case(row["official"], ids[row["code"]]) for row in csv.DictReader(file)]
    kinds = {
        "as in the table": [Case(each.name, ids[each.code]) for each in known],
        "in small letters": [Case(each.name.lower(), ids[each.code]) for each in known],
        "one slip": [Case(slipped(each.name, 1, rng), ids[each.code]) for each in known],
        "two slips": [
            Case(slipped(each.name, 2, rng), ids[each.code]) for each in known if len(each.name) >= LONG
        ],
        "Japanese": [Case(each.japanese, ids[each.code]) for each in known],
        "official, long": official,
        "ISO, two letters": [Case(each.code, ids[each.code]) for each in known],
        "ISO, three letters": [Case(_three(each.code), ids[each.code]) for each in known],
        "Wikidata": [Case(each.item, ids[each.code]) for each in known],
    }
    for language in LANGUAGES:
        kinds[f"CLDR, {language}"] = [
            Case(name, ids[each.code]) for each in known if (name := _translated(language, each.code))
        ]
    kinds["countries that are not there"] = list(_missing(ids))
    return kinds


def slipped(name: str, slips: int, rng: random.Random) -> str:
    """The name with so many letters left out, doubled, changed or swapped, never the first one.

    >>> slipped("Fiji", 1, random.Random(1)) != "Fiji"
    True
    """
    wrong = name
    while wrong == name:
        for _ in range(slips):
            place = rng.randrange(1, len(wrong) - 1)
            before, letter, next, after = wrong[:place], wrong[place], wrong[place + 1], wrong[place + 2 :]
            kind = rng.choice(("leave out", "double", "change", "swap"))
            wrong = {
                "leave out": f"{before}{next}{after}",
                "double": f"{before}{letter}{letter}{next}{after}",
                "change": f"{before}{rng.choice(LETTERS)}{next}{after}",
                "swap": f"{before}{next}{letter}{after}",
            }[kind]
    return wrong


def _three(code: str) -> str:
    return str(getattr(pycountry.countries.get(alpha_2=code), "alpha_3", ""))


def _translated(language: str, code: str) -> str | None:
    return babel.Locale(language).territories.get(code)


def _missing(ids: Mapping[str, str]) -> Iterator[Case]:
    for country in pycountry.countries:
        if country.alpha_2 not in ids:
            yield Case(str(babel.Locale("en").territories[country.alpha_2]), None)


def score(ask: Ask, wanted: Sequence[Case], type: str | None) -> Score:
    """Ask for all names, in batches."""
    first = matched = wrongly = 0
    for start in range(0, len(wanted), BATCH):
        part = wanted[start : start + BATCH]
        answer = ask(batch([case.text for case in part], type))
        for place, case in enumerate(part):
            found = answer[f"q{place}"]["result"]
            best = found[0]["id"] if found else None
            is_taken = bool(found and found[0]["match"])
            first += best == case.expected
            matched += is_taken
            wrongly += is_taken and best != case.expected
    return Score(len(wanted), first, matched, wrongly)


def batch(texts: Iterable[str], type: str | None = None) -> dict[str, Any]:
    """The queries of a batch."""
    more = {"type": type, "type_strict": "should"} if type else {}
    return {f"q{place}": {"query": text, **more} for place, text in enumerate(texts)}


def state_ids(data: DataDirectory) -> dict[str, str]:
    """The ids of the states in a dataset, by their two-letter codes."""
    store = EmbeddedStore(data.current().store, read_only=True)
    found = {
        quad.object.value: quad.subject.value.removeprefix(str(ID))  # type: ignore[union-attr]
        for quad in store.quads(None, OSA.iso3166Alpha2, None, None)
    }
    store.close()
    return found


def asking(port: int) -> Ask:
    """Asks a server."""

    def ask(queries: Mapping[str, Any]) -> Mapping[str, Any]:
        body = urlencode({"queries": json.dumps(queries)}).encode()
        with urlopen(f"http://127.0.0.1:{port}/reconcile", body) as response:
            answer: Mapping[str, Any] = json.load(response)
            return answer

    return ask


def times(ask: Ask, wanted: Mapping[str, list[Case]]) -> Iterator[tuple[str, float, float, float]]:
    """The first batch, and the median and the slowest twentieth of others, in seconds, by kind."""
    for kind, found in wanted.items():
        rng, seconds = random.Random(3), []
        for _ in range(ROUNDS):
            texts = [case.text for case in rng.sample(found, min(BATCH, len(found)))]
            texts += [text[::-1] for text in texts[: BATCH - len(texts)]]
            began = time.perf_counter()
            ask(batch(texts, "State"))
            seconds.append(time.perf_counter() - began)
        yield kind, seconds[0], statistics.median(seconds), percentile(seconds, 0.95)


def main() -> None:
    """Measure a dataset, and print tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--times", action="store_true", help="only how long batches take")
    options = parser.parse_args()
    data = DataDirectory(options.data)
    wanted = cases(state_ids(data))
    with running([ours(data.root)]) as (server,):
        ask = asking(server.port)
        # Clients begin with the manifest.
        began = time.perf_counter()
        with urlopen(f"http://127.0.0.1:{server.port}/reconcile") as response:
            response.read()
        print(f"manifest: {time.perf_counter() - began:.3f} s")
        slow = dict.fromkeys(
            ("as in the table", "two slips", "Japanese", "CLDR, de", "countries that are not there")
        )
        for kind, first, p50, p95 in times(ask, {kind: wanted[kind] for kind in slow}):
            verdict = "met" if max(first, p95) < GOAL_SECONDS else "missed"
            print(
                f"batch of {BATCH}, {kind}: first {first:.3f} s, p50 {p50:.3f} s, p95 {p95:.3f} s: {verdict}"
            )
        if options.times:
            return
        for type in (None, "State"):
            print(f"\n{'with the type ' + type if type else 'without a type'}\n\n| {' | '.join(HEAD)} |")
            print(f"|{'---|' * len(HEAD)}")
            for kind, found in wanted.items():
                one = score(ask, found, type)
                print(f"| {kind} | {' | '.join(map(str, one))} | {one.precision:.3f} | {one.recall:.3f} |")


if __name__ == "__main__":
    main()
