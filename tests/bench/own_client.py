"""A load generator for where there is no wrk: `python -m tests.bench.own_client ARGUMENTS` prints JSON.

It speaks HTTP/1.1 over raw sockets, keeps connections alive, and takes more of the processor than wrk.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

END_OF_HEAD = b"\r\n\r\n"
WITHOUT_BODY = (204, 304)


async def read_answer(reader: asyncio.StreamReader) -> int:
    """The status of one answer, read to its end.

    Raises ValueError for an answer whose end is that of the connection: none can follow it.
    """
    head = await reader.readuntil(END_OF_HEAD)
    lines = head.decode("latin-1").lower().split("\r\n")
    fields = dict(line.split(":", 1) for line in lines[1:] if ":" in line)
    status = int(lines[0].split()[1])
    if status in WITHOUT_BODY:
        return status
    if "content-length" in fields:
        await reader.readexactly(int(fields["content-length"]))
    elif "chunked" in fields.get("transfer-encoding", ""):
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            await reader.readexactly(size + 2)
        await reader.readuntil(b"\r\n")
    else:
        raise ValueError("an answer without a length")
    return status


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all values does not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0


def requests(paths: Sequence[str], first: int | None, port: int, accept: str) -> Iterator[bytes]:
    """The requests in turn: numbered from `first` on in a comment, or as they are."""
    for number in itertools.count(first or 0):
        mark = "" if first is None else f"%23{number}"
        path = paths[number % len(paths)]
        yield f"GET {path}{mark} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: {accept}\r\n\r\n".encode()


async def connection(port: int, queue: Iterator[bytes], until: float, turns: list[tuple[int, float]]) -> None:
    """Ask one request after another until the time has come; append each one's status and seconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        while (started := time.perf_counter()) < until:
            writer.write(next(queue))
            status = await asyncio.wait_for(read_answer(reader), until - started)
            turns.append((status, time.perf_counter() - started))
    except TimeoutError:
        pass  # what is not finished in time does not count, as with wrk
    finally:
        writer.close()


async def turn(port: int, queue: Iterator[bytes], connections: int, seconds: float) -> dict[str, float]:
    """The figures of one turn: good answers per second, milliseconds and the number of failures."""
    turns: list[tuple[int, float]] = []
    until = time.perf_counter() + seconds
    ended = await asyncio.gather(
        *(connection(port, queue, until, turns) for _ in range(connections)), return_exceptions=True
    )
    good = [taken for status, taken in turns if status == 200]
    return {
        "rate": len(good) / seconds,
        "p50_ms": percentile(good, 0.5) * 1000,
        "p99_ms": percentile(good, 0.99) * 1000,
        "errors": len(turns) - len(good) + sum(isinstance(result, Exception) for result in ended),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("paths", type=Path, help="a file of paths to ask for, one a line")
    parser.add_argument("--first", type=int, help="number the requests in a comment, from here on")
    parser.add_argument("--accept", default="*/*")
    parser.add_argument("--connections", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=1.0)
    options = parser.parse_args()
    paths = options.paths.read_text(encoding="ascii").splitlines()
    queue = requests(paths, options.first, options.port, options.accept)
    print(json.dumps(asyncio.run(turn(options.port, queue, options.connections, options.seconds))))


if __name__ == "__main__":
    main()
