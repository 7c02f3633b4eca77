"""Asks Wikidata: its search, its entities, and the reconciliation service that others run for it.

One request at a time, with the name of whoever asks, a cache on disk, and patience where a server wants some:
`Retry-After`, a database that lags (`maxlag`), status 429 and 5xx.
Specs: https://www.wikidata.org/w/api.php?action=help&modules=wbsearchentities, …=wbgetentities,
https://www.mediawiki.org/wiki/API:Etiquette, https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/
"""

from __future__ import annotations

import datetime
import email.utils
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from graph.clock import Clock
from graph.errors import OutboundFailedError
from graph.outbound import Reply, Request
from loaders.exchanges import OK, Caller, Exchanges
from loaders.link_candidates import ITEM, LANGUAGES, MULTIPLE, Candidate, read_candidate

API: Final = "https://www.wikidata.org/w/api.php"
RECONCILIATION: Final = "https://wikidata.reconci.link/en/api"
# What the server permits to those without a right of their own.
MOST_AT_ONCE: Final = 50
MOST_HITS: Final = 7
# A request that others should wait for is not ours.
MAX_LAG_SECONDS: Final = 5
TRIES: Final = 5
FIRST_PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 120.0
DEADLINE_SECONDS: Final = 30.0
# A country has megabytes of statements.
LARGEST_BYTES: Final = 32 << 20
LONGEST_TEXT: Final = 100
_BUSY: Final = frozenset({429, 500, 502, 503, 504})
_LAGGING: Final = frozenset({"maxlag", "ratelimited", "readonly"})

Sleep = Callable[[float], None]
Answer = Mapping[str, Any]
Read = TypeVar("Read")


@dataclass
class WikidataClient:
    """Asks Wikidata, through a cache; `sleep` and `clock` are handed in.

    Every method raises OutboundFailedError where there is no answer, or one that is not what it should be.
    """

    caller: Caller
    exchanges: Exchanges
    sleep: Sleep
    clock: Clock
    _parents: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def search(self, text: str, language: str) -> list[str]:
        """The items that have a name in a language which is, or begins with, a text; the best first."""
        asked = {"action": "wbsearchentities", "search": text[:LONGEST_TEXT], "language": language}
        more = {"uselang": language, "type": "item", "limit": str(MOST_HITS)}
        return self._api({**asked, **more}, lambda answer: list(_ids(answer.get("search"), API)))

    def reconcile(self, texts: Sequence[str]) -> list[list[str]]:
        """For each text the items that the reconciliation service takes it for, the best first."""
        queries = {
            f"q{place}": {"query": text[:LONGEST_TEXT], "limit": MOST_HITS}
            for place, text in enumerate(texts)
        }
        body = urlencode({"queries": json.dumps(queries, ensure_ascii=False)}).encode()
        request = Request("POST", RECONCILIATION, {**_ACCEPT, **_FORM}, body)
        return self._ask(request, lambda answer: [list(_result(answer, name)) for name in queries])

    def candidates(self, items: Sequence[str]) -> list[Candidate]:
        """What the items say of themselves, in their order; without those that are gone."""
        found: dict[str, Candidate] = {}
        for candidates in self._entities(items, "labels|aliases|descriptions|claims|info"):
            found.update(candidates)
        # A merged item may come back under the number of the one that it is now.
        order = [item for item in dict.fromkeys((*items, *found)) if item in found]
        return list({found[item].item: found[item] for item in order}.values())

    def above(self, classes: Collection[str]) -> Mapping[str, Collection[str]]:
        """The classes that each of some classes is a subclass of."""
        unknown = sorted(set(classes) - self._parents.keys())
        for candidates in self._entities(unknown, "claims"):
            self._parents.update({number: each.parents for number, each in candidates.items()})
        return {each: self._parents.get(each, ()) for each in classes}

    def _entities(self, items: Sequence[str], parts: str) -> Iterator[Mapping[str, Candidate]]:
        """What items say of themselves, by the numbers that were asked for, so many at a time."""
        listed = list(dict.fromkeys(items))
        languages = "|".join((*LANGUAGES, MULTIPLE))
        for start in range(0, len(listed), MOST_AT_ONCE):
            ids = "|".join(listed[start : start + MOST_AT_ONCE])
            asked = {"action": "wbgetentities", "ids": ids, "props": parts, "languages": languages}
            yield self._api(asked, _read_entities)

    def _api(self, asked: Mapping[str, str], read: Callable[[Answer], Read]) -> Read:
        more = {"format": "json", "formatversion": "2", "maxlag": str(MAX_LAG_SECONDS)}
        return self._ask(Request("GET", f"{API}?{urlencode({**asked, **more})}", _ACCEPT), read)

    def _ask(self, request: Request, read: Callable[[Answer], Read]) -> Read:
        """What is read in the answer to a request, from the cache or from the server, however often that has
        to be asked. Only what can be read is kept."""
        kept = self.exchanges.find(request)
        if kept is not None:
            return read(_parsed(request, kept))
        pause = FIRST_PAUSE_SECONDS
        for attempt in range(1, TRIES + 1):
            reply = self.caller.fetch(request, DEADLINE_SECONDS, LARGEST_BYTES)
            answer = _parsed(request, reply.body) if reply.status == OK else {}
            if reply.status == OK and not _is_lagging(answer):
                _require_no_error(request, answer)
                found = read(answer)
                self.exchanges.keep_reply(request, reply)
                return found
            if reply.status != OK and reply.status not in _BUSY:
                raise OutboundFailedError(f"{_host(request)} answered with status {reply.status}.")
            if attempt < TRIES:
                self.sleep(self._pause(request, reply, pause))
                pause *= 2
        raise OutboundFailedError(f"{_host(request)} is busy: {TRIES} times it asked to come back later.")

    def _pause(self, request: Request, reply: Reply, usual: float) -> float:
        """The seconds to wait: what the server asks for, at least the usual.

        Raises OutboundFailedError where that is longer than anybody waits at a prompt.
        """
        wanted = max(usual, self._retry_after(reply.headers.get("retry-after", "")))
        if wanted > LONGEST_PAUSE_SECONDS:
            raise OutboundFailedError(
                f"{_host(request)} asks to come back in {wanted:.0f} seconds. Try again then."
            )
        return wanted

    def _retry_after(self, text: str) -> float:
        """Seconds, or the time until a day of HTTP; 0 where it is neither."""
        if text.isascii() and text.isdigit():
            return float(text[:9])
        try:
            moment = email.utils.parsedate_to_datetime(text)
        except ValueError:
            return 0.0
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=datetime.UTC)
        return max(0.0, (moment - self.clock()).total_seconds())


_ACCEPT: Final = {"Accept": "application/json"}
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


def _read(number: str, entity: object) -> dict[str, Candidate]:
    """The candidate in an entity, under the number that was asked for: it may have been merged since."""
    try:
        candidate = read_candidate(entity)
    except ValueError as error:
        raise _strange(API, f"{error} ({number[:20]!r})") from error
    return {} if candidate is None else {number: candidate}


def _read_entities(answer: Answer) -> dict[str, Candidate]:
    entities = answer.get("entities")
    if not isinstance(entities, Mapping):
        raise _strange(API, "no entities")
    found: dict[str, Candidate] = {}
    for number, entity in entities.items():
        found.update(_read(number, entity))
    return found


def _result(answer: Answer, name: str) -> Iterator[str]:
    result = answer.get(name)
    if not isinstance(result, Mapping):
        raise _strange(RECONCILIATION, f"nothing about {name}")
    yield from _ids(result.get("result"), RECONCILIATION)


def _ids(hits: object, server: str) -> Iterator[str]:
    if not isinstance(hits, list):
        raise _strange(server, "no list of hits")
    for hit in hits:
        number = hit.get("id") if isinstance(hit, Mapping) else None
        if not isinstance(number, str):
            raise _strange(server, "a hit without an id")
        if ITEM.fullmatch(number):
            yield number


def _parsed(request: Request, body: bytes) -> Mapping[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _strange(request.url, "something else than JSON, or not all of it") from error
    if not isinstance(answer, dict):
        raise _strange(request.url, "JSON that is no object")
    return answer


def _is_lagging(answer: Mapping[str, Any]) -> bool:
    return _error(answer) in _LAGGING


def _require_no_error(request: Request, answer: Mapping[str, Any]) -> None:
    if (code := _error(answer)) is not None:
        raise OutboundFailedError(f"{_host(request)} answered with the error {code[:60]!r}.")


def _error(answer: Mapping[str, Any]) -> str | None:
    error = answer.get("error")
    if error is None:
        return None
    code = error.get("code") if isinstance(error, Mapping) else None
    return str(code or "without a code")


def _strange(url: str, what: str) -> OutboundFailedError:
    return OutboundFailedError(f"{url.split('/')[2]} answered with {what}.")


def _host(request: Request) -> str:
    return request.url.split("/")[2]
