"""The reading of Chromium's trace, tried on one made by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest

paint = pytest.importorskip("tests.bench.paint", reason="Playwright is not installed.")


def event(name: str, ts: int, **data: Any) -> dict[str, Any]:
    return {"name": name, "ts": ts, "args": {"data": data}}


def test_the_last_candidate_of_the_page_counts_and_fonts_are_weighed_apart() -> None:
    events = [
        event("navigationStart", 1_000_000, documentLoaderURL="", navigationId="A"),
        event("largestContentfulPaint::Candidate", 1_500_000, navigationId="A"),
        event("navigationStart", 2_000_000, documentLoaderURL="http://x/", navigationId="B"),
        event("ResourceSendRequest", 2_001_000, requestId="1", url="http://x/"),
        event("ResourceSendRequest", 2_001_000, requestId="2", url="http://x/serif.woff2"),
        event("ResourceFinish", 2_050_000, requestId="1", encodedDataLength=4000),
        event("ResourceFinish", 2_060_000, requestId="2", encodedDataLength=9000),
        event("largestContentfulPaint::Candidate", 2_070_000, navigationId="B"),
        event("largestContentfulPaint::Candidate", 2_090_000, navigationId="B"),
        event("largestContentfulPaint::Candidate", 2_190_000, navigationId="A"),
        event("ResourceSendRequest", 2_195_000, requestId="3", url="chrome://new-tab"),
        event("ResourceFinish", 2_199_000, requestId="3", encodedDataLength=9_000_000),
    ]
    trace = json.dumps({"traceEvents": events}).encode()
    assert paint.read_trace(trace, "http://x/") == (90.0, 4.0, 9.0)
