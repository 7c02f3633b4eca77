"""The process that explains one triple: a reader of its own, because few readers ever explain anything.

`graph.readers` starts it as `python -m graph.explanation_child MEMORY_BYTES` for each request.
"""

from __future__ import annotations

from typing import IO

from graph.explanation_formats import written_explanation
from graph.reader_child import SnapshotStore, begin, run
from graph.reader_protocol import Frame, ReadRequest


def explain(store: SnapshotStore, request: ReadRequest, output: IO[bytes]) -> Frame:
    """Send the explanation of a triple but for the last frame, which is returned."""
    writer = begin("explanation", request, output)
    writer.write(written_explanation(store, request.explain or (), request.media_types["explanation"]))
    return writer.finish()


if __name__ == "__main__":
    run(explain)
