"""A real browser on the shipped dataset: whoever visits a page here also notices what it should not do.

A visit fails at its end where the page asked another host for anything, broke its own security policy or
wrote an error to the console. Skipped where there is no Chromium, or no Playwright.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

import pytest

from tests.browser.accessibility import Axe

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
# Without a sandbox of its own: tests run as root in containers.
ARGUMENTS: Final = ("--no-sandbox", "--disable-gpu")
# A folder that outlives the tests, for people who want to look at the pages.
SCREENSHOTS: Final = "OSAGRAPH_SCREENSHOTS"
# Tells the console of what the security policy forbade, whatever the browser says by itself.
WATCH_POLICY: Final = (
    "document.addEventListener('securitypolicyviolation', event => "
    "console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`))"
)
MISSING: Final = "Failed to load resource"


class Server(Protocol):
    """A running server, as the fixture of the folder above starts it."""

    port: int


class Data(Protocol):
    """A data directory, as the fixture of the folder above publishes it."""

    root: Path


Serving = Callable[..., AbstractContextManager[Server]]


class Visits:
    """Opens pages, and keeps what they did that they should not have done."""

    def __init__(self, browser: Any, origin: str) -> None:
        self._browser = browser
        self.origin = origin
        self.faults: list[str] = []
        self._contexts: list[Any] = []

    def __call__(
        self,
        path: str,
        *,
        width: int = 1280,
        scheme: str = "light",
        javascript: bool = True,
        expects_missing: bool = False,
        **options: Any,
    ) -> Any:
        """A page, loaded; `options` are those of Playwright's contexts."""
        context = self._browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=javascript,
            reduced_motion="reduce",
            accept_downloads=True,
            **options,
        )
        context.set_default_timeout(30_000)
        self._contexts.append(context)
        context.add_init_script(WATCH_POLICY)
        page = context.new_page()
        page.on("console", lambda message: self._console(path, message, expects_missing))
        page.on("pageerror", lambda error: self.faults.append(f"{path}: {error}"))
        context.on("request", lambda request: self._request(path, request.url))
        page.goto(f"{self.origin}{path}")
        return page

    def _console(self, path: str, message: Any, expects_missing: bool) -> None:
        if message.type == "error" and not (expects_missing and message.text.startswith(MISSING)):
            self.faults.append(f"{path}: {message.text}")

    def _request(self, path: str, url: str) -> None:
        if not url.startswith((f"{self.origin}/", "data:", "blob:")):
            self.faults.append(f"{path}: asked for {url}")

    def close(self) -> None:
        """End all of them."""
        for context in self._contexts:
            context.close()


@contextmanager
def chromium(arguments: Sequence[str]) -> Iterator[Any]:
    """Debian's Chromium, without a window; where there is none, the test is skipped."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip("There is no Chromium on this machine.")
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed.")
    with playwright.sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=path, args=[*arguments])
        yield launched
        launched.close()


# Not for the whole session: while it is there, its event loop keeps all others from running.
@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser for pages."""
    with chromium(ARGUMENTS) as launched:
        yield launched


@pytest.fixture(scope="session")
def shipped_server(shipped_data: Callable[[], Data], serving: Serving) -> Iterator[Server]:
    """The shipped dataset with patience: a page asks for much at once, and tracing takes its time."""
    with serving(shipped_data().root, "--deadline", "30", "--total", "60", "--readers", "18") as server:
        yield server


@pytest.fixture
def visit(browser: Any, shipped_server: Server) -> Iterator[Visits]:
    """Opens pages of the shipped dataset."""
    visits = Visits(browser, f"http://127.0.0.1:{shipped_server.port}")
    yield visits
    visits.close()
    assert visits.faults == []


@pytest.fixture(scope="session")
def axe() -> Axe:
    """Names what is inaccessible on a page."""
    spec = importlib.util.find_spec("axe_playwright_python")
    if spec is None or spec.origin is None:
        pytest.skip("axe is not installed.")
    return Axe((Path(spec.origin).parent / "axe.min.js").read_text(encoding="utf-8"))


@pytest.fixture
def picture(tmp_path: Path) -> Callable[[Any, str], None]:
    """Keeps how a page looks, light and dark, wide and narrow: `picture(page, name)`."""
    folder = Path(os.environ.get(SCREENSHOTS) or tmp_path)

    def take(page: Any, name: str) -> None:
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            for width in (390, 1280):
                page.set_viewport_size({"width": width, "height": 900})
                page.screenshot(path=folder / f"{name}-{scheme}-{width}.png")

    return take
