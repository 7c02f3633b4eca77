"""Exchanges with other servers, kept as files: a cache for those who ask again, a recording for tests.

Each is one JSON file, named by a digest of what was sent, that says what was asked and what came back. Only
whole answers with status 200 are kept.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from graph.clock import Clock, iso_time
from graph.disk import writing
from graph.errors import OutboundFailedError
from graph.outbound import Reply, Request

OK: Final = 200


class Caller(Protocol):
    """Sends a request and gives the reply, whatever its status: an `Outbound`, or what a test has instead."""

    def fetch(self, request: Request, deadline_seconds: float = ..., largest_bytes: int = ...) -> Reply:
        """The reply.

        Raises OutboundRefusedError or OutboundFailedError.
        """
        ...


@dataclass(frozen=True)
class Exchanges:
    """A folder of exchanges, and how long one is used again; None: for ever.

    `is_offline`: what is not there is not asked for either.
    """

    folder: Path
    clock: Clock
    keep: datetime.timedelta | None = None
    is_offline: bool = False

    def find(self, request: Request) -> bytes | None:
        """The body that was answered to just this request, if that is there and recent enough.

        Raises OutboundFailedError where it is not there and nothing is asked anew.
        """
        try:
            kept = json.loads(self._path(request).read_bytes())
            body, at = str(kept["body"]).encode(), datetime.datetime.fromisoformat(kept["at"])
            is_recent = self.keep is None or self.is_offline or self.clock() - at < self.keep
            if kept["asked"] == _asked(request) and is_recent:
                return body
        except (OSError, ValueError, KeyError, TypeError):
            # Not there, or cut by a full disk: it is asked for again.
            pass
        if self.is_offline:
            raise OutboundFailedError(
                f"{self.folder} holds no answer to {request.url}, and --offline asks nobody. "
                "Leave that out, or give a local extract: --from FILE"
            )
        return None

    def keep_reply(self, request: Request, reply: Reply) -> None:
        """Keep a reply; one that is no text is not kept.

        Raises StoreWriteError where the disk refuses.
        """
        try:
            body = reply.body.decode()
        except UnicodeDecodeError:
            return
        kept = {"asked": _asked(request), "at": iso_time(self.clock()), "status": reply.status, "body": body}
        with writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self._path(request)
            # Another process may keep the same at the same time.
            begun = path.with_name(f".{path.name}.{os.getpid()}")
            begun.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            begun.replace(path)

    def forget_old(self) -> None:
        """Remove what is not used again; what cannot be removed stays."""
        if self.keep is None or self.is_offline:
            return
        oldest = (self.clock() - self.keep).timestamp()
        with contextlib.suppress(OSError):
            for path in self.folder.glob("*.json"):
                if path.stat().st_mtime < oldest:
                    path.unlink(missing_ok=True)

    def _path(self, request: Request) -> Path:
        text = json.dumps(_asked(request), sort_keys=True)
        return self.folder / f"{hashlib.blake2b(text.encode(), digest_size=16).hexdigest()}.json"


def _asked(request: Request) -> dict[str, str]:
    return {"method": request.method, "url": request.url, "body": request.body.decode()}
