"""The time, as something that is handed in: a test has its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]


def utc_now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def iso_time(moment: datetime, timespec: str = "seconds") -> str:
    """A moment as ISO 8601 in UTC, cut to the second or, with "milliseconds", to those.

    >>> iso_time(datetime(2026, 11, 1, 9, 30, tzinfo=UTC))
    '2026-11-01T09:30:00Z'
    """
    return moment.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")
