"""Where candidates come from: Wikidata itself, or a local extract of it."""

from __future__ import annotations

import gzip
import itertools
import zlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from rapidfuzz import fuzz, process

from graph.errors import MalformedSourceError, OutboundFailedError, SourceUnavailableError
from loaders.link_candidates import ENGLISH, JAPANESE, Candidate, names_in, read_candidate
from loaders.link_scoring import ALIKE, SHOWN, Scored, plain, ranked, scored
from loaders.link_things import Thing, without_remark
from loaders.link_types import MOST_STEPS, Above, known_classes
from loaders.wikidata_client import WikidataClient
from loaders.wikidata_json import BadDocumentError, Found, open_document, read_entities

# So many candidates are looked at, and so many names of a thing are searched for.
MOST_CANDIDATES: Final = 20
MOST_SEARCHED: Final = 3
MOST_SHOWN: Final = 8
# Names that share their beginning are compared, as well as those that share a word.
BEGINNING: Final = 3
RAREST: Final = 3
# So many candidates of one thing are kept while a file is read.
MOST_KEPT: Final = 100
Part = TypeVar("Part")
Warn = Callable[[str], None]


class Pool(Protocol):
    """Finds candidates."""

    def best(self, thing: Thing) -> list[Scored]:
        """The candidates for a thing that are worth a look, the best first; none that was refused before.

        Raises OutboundFailedError where nobody answers.
        """
        ...

    def item(self, number: str) -> Candidate | None:
        """One item by its number, if it is there.

        Raises OutboundFailedError where nobody answers.
        """
        ...

    def score(self, thing: Thing, candidate: Candidate) -> Scored:
        """A candidate with its score for a thing."""
        ...


def best_of(thing: Thing, candidates: Iterable[Candidate], above: Above) -> list[Scored]:
    """The candidates that are worth a look, the best first."""
    found = [score_of(thing, each, above) for each in candidates if each.item not in thing.refused]
    return [each for each in ranked(found) if each.score >= SHOWN][:MOST_SHOWN]


def score_of(thing: Thing, candidate: Candidate, above: Above) -> Scored:
    """A candidate with its score, after a look at the classes above those that it has."""
    classes = known_classes()
    return scored(thing, candidate, classes.verdict(thing.kind, classes.closure(candidate, above)))


def names_of(thing: Thing, language: str) -> list[str]:
    """The names of a thing that are searched for."""
    names = [without_remark(name) for name in thing.names.get(language, ())]
    return list(dict.fromkeys(names))[:MOST_SEARCHED]


@dataclass
class WikidataPool:
    """Asks Wikidata; `warn` is told once where the reconciliation service does not answer."""

    client: WikidataClient
    warn: Warn
    _is_silent: bool = False

    def best(self, thing: Thing) -> list[Scored]:
        """See `Pool.best`."""
        # Where Wikidata itself is out of reach, nobody else is asked.
        found = list(self._found(thing))
        items = list(dict.fromkeys((*thing.linked, *found, *self._reconciled(thing))))
        return best_of(thing, self.client.candidates(items[:MOST_CANDIDATES]), self.client.above)

    def item(self, number: str) -> Candidate | None:
        """See `Pool.item`."""
        return next(iter(self.client.candidates([number])), None)

    def score(self, thing: Thing, candidate: Candidate) -> Scored:
        """See `Pool.score`."""
        return score_of(thing, candidate, self.client.above)

    def _found(self, thing: Thing) -> Iterator[str]:
        for language in (ENGLISH, JAPANESE):
            for name in names_of(thing, language):
                yield from self.client.search(name, language)

    def _reconciled(self, thing: Thing) -> list[str]:
        """What the reconciliation service finds, which others run: it is missed, and not waited for."""
        if self._is_silent or not thing.names:
            return []
        try:
            return [item for items in self.client.reconcile([thing.label]) for item in items]
        except OutboundFailedError as error:
            self._is_silent = True
            self.warn(f"{error} Its candidates are missing from here on; the search of Wikidata goes on.")
            return []


@dataclass
class FilePool:
    """Candidates of a local extract in Wikidata's entity JSON, for things that are known beforehand.

    `wanted` are items that are kept whatever they are called.

    The file is read an entity at a time: once for what is called like one of the things, and then once for
    each step up from the classes of those. Memory grows with what was found, and not with the file.
    """

    path: Path
    things: Sequence[Thing]
    wanted: Collection[str] = ()
    _found: dict[str, list[Candidate]] = field(default_factory=lambda: defaultdict(list))
    _parents: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _items: dict[str, Candidate] = field(default_factory=dict)
    _by_iri: dict[str, Thing] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._by_iri.update({thing.iri.value: thing for thing in self.things})

    def read(self) -> FilePool:
        """This pool, after the file was read.

        Raises SourceUnavailableError or MalformedSourceError.
        """
        finder = NameFinder(self.things)
        linked: dict[str, list[str]] = defaultdict(list)
        for thing in self.things:
            for item in thing.linked:
                linked[item].append(thing.iri.value)
        for found in self._entities():
            number = str(found.entity.get("id"))
            named = finder.find(self._read(found, names_in))
            iris = dict.fromkeys((*named, *linked.get(number, ())))
            if iris or number in self.wanted:
                self._keep(self._read(found, read_candidate), iris)
        self._climb()
        return self

    def _keep(self, candidate: Candidate | None, iris: Iterable[str]) -> None:
        if candidate is None:
            return
        for iri in iris:
            self._found[iri].append(candidate)
            if len(self._found[iri]) > MOST_KEPT:
                # Thousands may be called the same: those that fit best as they stand are kept.
                best = ranked(score_of(self._by_iri[iri], each, _nothing) for each in self._found[iri])
                self._found[iri] = [each.candidate for each in best[: MOST_KEPT // 2]]
        if candidate.item in self.wanted:
            self._items[candidate.item] = candidate

    def best(self, thing: Thing) -> list[Scored]:
        """See `Pool.best`."""
        return best_of(thing, self._found.get(thing.iri.value, ()), self.above)

    def item(self, number: str) -> Candidate | None:
        """See `Pool.item`; one of those that were wanted."""
        return self._items.get(number)

    def score(self, thing: Thing, candidate: Candidate) -> Scored:
        """See `Pool.score`."""
        return score_of(thing, candidate, self.above)

    def above(self, classes: Collection[str]) -> Mapping[str, Collection[str]]:
        """The classes that each of some classes is a subclass of, as far as the file says."""
        return {each: self._parents.get(each, ()) for each in classes}

    def _climb(self) -> None:
        """Keep what the file says of the classes of what was found, and of those above them."""
        kept = itertools.chain(*self._found.values(), self._items.values())
        unknown = {number for each in kept for number in (*each.types, *each.parents)}
        unknown -= known_classes().kinds.keys()
        for _ in range(MOST_STEPS):
            if not unknown:
                break
            for found in self._entities():
                if found.entity.get("id") in unknown:
                    candidate = self._read(found, read_candidate)
                    if candidate is not None:
                        self._parents[candidate.item] = candidate.parents
            above = {number for item in unknown for number in self._parents.get(item, ())}
            unknown = above - self._parents.keys() - known_classes().kinds.keys()

    def _entities(self) -> Iterator[Found]:
        try:
            with open_document(self.path) as stream:
                yield from read_entities(stream)
        except BadDocumentError as error:
            raise MalformedSourceError(
                error.what, file=self.path, line=error.line, column=error.column, value=error.value
            ) from error
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise MalformedSourceError("the compressed file is cut off or damaged", file=self.path) from error
        except OSError as error:
            raise SourceUnavailableError(
                f"cannot be read: {error.strerror}", file=self.path, remedy="Check the path."
            ) from error

    def _read(self, found: Found, reader: Callable[[Mapping[str, Any]], Part]) -> Part:
        try:
            return reader(found.entity)
        except ValueError as error:
            raise MalformedSourceError(str(error), file=self.path, line=found.line) from error


def _nothing(_: Collection[str]) -> Mapping[str, Collection[str]]:
    return {}


class NameFinder:
    """Finds the things that are called like a candidate, among many, by shared words and beginnings."""

    def __init__(self, things: Sequence[Thing]) -> None:
        self._named: dict[str, dict[str, list[str]]] = {
            ENGLISH: defaultdict(list),
            JAPANESE: defaultdict(list),
        }
        self._keyed: dict[str, dict[str, set[str]]] = {ENGLISH: defaultdict(set), JAPANESE: defaultdict(set)}
        for thing in things:
            for language in self._named:
                for name in thing.names.get(language, ()):
                    for spelling in {plain(name), plain(without_remark(name))} - {""}:
                        self._named[language][spelling].append(thing.iri.value)
                        for key in _keys(spelling):
                            self._keyed[language][key].add(spelling)

    def find(self, names: Mapping[str, Sequence[str]]) -> list[str]:
        """The IRIs of the things that have a name like one of these, by language."""
        found: dict[str, None] = {}
        for language, several in names.items():
            for name in several:
                for spelling in self._alike(language, plain(name)):
                    found.update(dict.fromkeys(self._named[language][spelling]))
        return list(found)

    def _alike(self, language: str, name: str) -> list[str]:
        keyed = self._keyed[language]
        known = sorted((keyed[key] for key in _keys(name) if key in keyed), key=len)
        # What is like a name shares more than its commonest words.
        near = set().union(*known[:RAREST])
        scorers = (fuzz.ratio, fuzz.token_sort_ratio)
        alike = (
            process.extract(name, near, scorer=each, score_cutoff=100 * ALIKE, limit=None) for each in scorers
        )
        return sorted({spelling for matches in alike for spelling, _, _ in matches})


def _keys(name: str) -> set[str]:
    """By what names are brought together: their words, and the beginning of each."""
    words = name.split()
    return {*words, *(f"{word[:BEGINNING]}*" for word in words)}
