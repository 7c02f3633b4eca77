"""When the largest part of a page is painted, by Chromium's own trace, and what its first view weighs.

`make bench`, or `paint.py --data DIR --rounds 5`. Each visit begins with an empty cache.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from playwright.sync_api import sync_playwright

from tests.hostile.server_process import ROOT, ServerProcess

# As people would visit them; the paths are those of the shipped tables.
PAGES: Final = (
    "/",
    "/page/osa",
    "/page/project/osa-fy2023-fiji",
    "/contradictions",
    "/query",
    "/explore?iri=id:philippines",
)
CATEGORIES: Final = ("loading", "devtools.timeline", "blink.user_timing", "rail")
PAINTED: Final = "largestContentfulPaint::Candidate"
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS: Final = ("--no-sandbox", "--disable-gpu")
# The trace has to hold it: a page may be whole before it is painted.
UNTIL_PAINTED: Final = """() => new Promise((done) => {
  new PerformanceObserver(done).observe({ type: 'largest-contentful-paint', buffered: true });
})"""
Event = Mapping[str, Any]


class Visit(NamedTuple):
    """When the largest part was there, in milliseconds after the start, and bytes over the wire by kind."""

    painted: float
    kilobytes: float
    fonts: float


def read_trace(content: bytes, address: str) -> Visit | None:
    """What a trace tells of a page, the browser's own left out; None where it began or ended too soon."""
    events: list[Event] = json.loads(content)["traceEvents"]
    starts = (event for event in events if event["name"] == "navigationStart")
    begun = [event for event in starts if event["args"]["data"]["documentLoaderURL"] == address]
    navigations = {event["args"]["data"]["navigationId"]: event["ts"] for event in begun}
    candidates = (event for event in events if event["name"] == PAINTED)
    painted = [
        event["ts"] - navigations[event["args"]["data"]["navigationId"]]
        for event in candidates
        if event["args"]["data"]["navigationId"] in navigations
    ]
    if not painted:
        return None
    names = {data["requestId"]: data["url"] for data in _data(events, "ResourceSendRequest")}
    sizes = {True: 0.0, False: 0.0}
    origin = "/".join(address.split("/")[:3]) + "/"
    for data in _data(events, "ResourceFinish"):
        name = names.get(data["requestId"], "")
        if name.startswith(origin):
            sizes[name.endswith(".woff2")] += data.get("encodedDataLength", 0) / 1000
    return Visit(max(painted) / 1000, sizes[False], sizes[True])


def _data(events: Sequence[Event], name: str) -> Iterator[Mapping[str, Any]]:
    return (event["args"]["data"] for event in events if event["name"] == name)


def visit(browser: Any, address: str) -> Visit | None:
    """One visit with nothing in the cache; see `read_trace`."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        page = context.new_page()
        browser.start_tracing(page=page, categories=list(CATEGORIES))
        page.goto(address, wait_until="networkidle")
        page.evaluate(f"({UNTIL_PAINTED})().then(() => null)")
        return read_trace(browser.stop_tracing(), address)
    finally:
        context.close()


@contextmanager
def dataset(given: Path | None) -> Iterator[Path]:
    """The data directory to serve: the given one, or one that is built for this."""
    if given is not None:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="osagraph-paint-") as folder:
        data = Path(folder) / "data"
        build = (sys.executable, "-m", "server", "build", "--data", str(data), "--quiet")
        subprocess.run(build, cwd=ROOT, check=True)
        yield data


def print_line(path: str, visits: Sequence[Visit]) -> None:
    painted = [each.painted for each in visits]
    print(
        f"{path:32} {statistics.median(painted):6.0f} {min(painted):6.0f} {max(painted):6.0f}"
        f" {visits[0].kilobytes:8.1f} {visits[0].fonts:7.1f}",
        flush=True,
    )


def measure(port: int, rounds: int, executable: str) -> None:
    """Prints a line for each page."""
    print(f"{'page':32} {'median':>6} {'min':>6} {'max':>6} {'kB':>8} {'fonts':>7}")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable, args=[*ARGUMENTS])
        for path in PAGES:
            address = f"http://127.0.0.1:{port}{path}"
            visit(browser, address)  # the server's own caches are warm afterwards
            tries = (visit(browser, address) for _ in range(3 * rounds))
            print_line(path, list(islice(filter(None, tries), rounds)))
        browser.close()


def main() -> None:
    """Print the medians, in milliseconds, and kilobytes over the wire without and for fonts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        print("There is no Chromium on this machine: nothing is measured.")
        return
    with dataset(options.data) as data:
        server = ServerProcess(data, ())
        try:
            measure(server.port, options.rounds, executable)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
