"""The process that explains one triple: a reader of its own, because few readers ever explain anything.

`graph.readers` starts it as `python -m graph.explanation_child MEMORY_BYTES` for each request.
"""

from __future__ import annotations

from typing import IO

from graph.explanation_formats import written_explanation
from graph.reader_child import Dataset, begin, run
from graph.reader_protocol import Frame, ReadRequest


def explain(store: Dataset, request: ReadRequest, output: IO[bytes]) -> Frame:
    """Send the explanation of a triple but for the last frame, which is returned."""
    written = written_explanation(store, request.explain or (), request.media_types["explanation"])
    store.settle()
    writer = begin("explanation", request, output)
    writer.write(written)
    return writer.finish()


if __name__ == "__main__":
    run(explain)
