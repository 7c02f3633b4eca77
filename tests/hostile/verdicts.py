"""What counts as contained: an end in time by refusal, answer or cut stream, and the next query served."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

from tests.hostile.attack import Attack
from tests.hostile.client import ATTACKER, Outcome, ask, post

GRACE_SECONDS: Final = 1.0
# After an attack the reader that died of it must have been replaced within so many seconds.
RECOVERY_SECONDS: Final = 1.0
# A body beyond this may be refused by closing the connection, which can overtake the written answer.
LARGE_BODY: Final = 1 << 20
GOOD: Final = (HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT)
BUSY: Final = (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS)
VERDICTS: Final = ("coped", "refused", "busy", "ended", "cut", "closed")
_numbers = itertools.count()


@dataclass(frozen=True)
class Limits:
    """Seconds until the first byte of a query, for all of it, for an update; `grace` more are forgiven.

    `recovery` is the time until all is well afterwards.
    """

    deadline: float
    total: float
    update: float
    recovery: float = RECOVERY_SECONDS
    grace: float = GRACE_SECONDS


@dataclass(frozen=True)
class Result:
    """One attack: its verdict, how it went, and what was wrong (empty where nothing was)."""

    name: str
    family: str
    verdict: str
    status: int | None
    seconds: float
    size: int
    violations: tuple[str, ...] = ()


def attack_once(
    port: int, attack: Attack, limits: Limits, *, source: str = ATTACKER, token: str | None = None
) -> Result:
    """Send one attack and judge what became of it, and whether a tiny query is answered after it."""
    body = attack.text.encode("utf-8", "surrogatepass")
    longest = limits.update if attack.operation == "update" else limits.total
    timeout = longest + 5 * limits.grace
    try:
        outcome = post(port, attack.operation, body, timeout=timeout, source=source, token=token)
        late = recovery(port, source, limits.recovery)
    except ConnectionRefusedError:
        outcome, late = Outcome(None, "closed", 0), "nobody listens any more"
    violations = [*wrongs(attack, outcome, limits, len(body)), *([late] if late else [])]
    return Result(
        attack.name,
        attack.family,
        verdict(outcome),
        outcome.status,
        round(outcome.seconds, 3),
        outcome.size,
        tuple(violations),
    )


def verdict(outcome: Outcome) -> str:
    """One word for the end of an attack, whether or not it is a good one."""
    status = outcome.status
    if outcome.ending in ("hang", "closed") or status is None:
        return outcome.ending
    if outcome.ending == "cut":
        return "cut"
    if status in GOOD:
        return "coped"
    if status in BUSY:
        return "busy"
    if status == HTTPStatus.GATEWAY_TIMEOUT:
        return "ended"
    return "refused" if status < HTTPStatus.INTERNAL_SERVER_ERROR else str(status)


def wrongs(attack: Attack, outcome: Outcome, limits: Limits, size: int) -> Iterator[str]:
    """Everything that must not be about the end of an attack."""
    found = verdict(outcome)
    if found not in VERDICTS:
        yield "no end in time" if found == "hang" else f"status {found}"
    if found == "closed" and size < LARGE_BODY:
        yield "closed without an answer"
    # An answer that began in time may go on until the limit in all; everything else has the shorter one.
    longest = limits.total if outcome.status in GOOD else limits.deadline
    longest = limits.update if attack.operation == "update" else longest
    if outcome.seconds > longest + limits.grace:
        yield f"took {outcome.seconds:.1f} s, limit {longest:g} s"
    if found == "coped" and not ends_cleanly(outcome):
        yield f"a clean end of a broken answer: {outcome.tail[-20:]!r}"
    if found == "busy" and "retry-after" not in {name.lower() for name in outcome.headers}:
        yield "busy without Retry-After"


def ends_cleanly(outcome: Outcome) -> bool:
    """Whether the last bytes are those of a whole answer in the formats that were asked for."""
    kind = next((value for name, value in outcome.headers.items() if name.lower() == "content-type"), "")
    if "json" in kind:
        return outcome.tail.rstrip().endswith(b"}")
    return not outcome.size or outcome.tail.endswith(b"\n") or "n-triples" not in kind


def recovery(port: int, source: str, seconds: float) -> str:
    """Empty where a tiny query is answered so soon after an attack, else what happened."""
    until = time.monotonic() + seconds
    while True:
        # Numbered, so that no cache answers.
        outcome = ask(port, f"ASK {{ ?s ?p 'after {next(_numbers)}' }}", timeout=10, source=source)
        if time.monotonic() > until:
            return f"no tiny query answered within {seconds:g} s (last: {verdict(outcome)})"
        if outcome.status == HTTPStatus.OK and outcome.ending == "whole":
            return ""
        time.sleep(0.02)


def attack_all(
    port: int, attacks: Sequence[Attack], limits: Limits, *, token: str | None, calls: Callable[[], int]
) -> Iterator[Result]:
    """Attack after attack; one that made the server call the listener is told so."""
    for attack in attacks:
        before = calls()
        result = attack_once(port, attack, limits, token=token)
        if calls() != before:
            result = replace(result, violations=(*result.violations, "the listener was called"))
        yield result
