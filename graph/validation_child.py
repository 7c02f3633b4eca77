"""The process that validates: `graph.validation` starts it as `python -m graph.validation_child`.

A line of JSON on standard input names a file, a line on standard output says what was found in it.
"""

from __future__ import annotations

import gc
import json
import signal
import sys

from graph.errors import KnowledgeGraphError
from graph.validation import Job
from graph.validation_check import OwnChecker


def main() -> None:
    """Answer until there are no more lines."""
    # Control-C in a terminal is for the parent, whose end is ours.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What is made here lives for one file. Looking for circles meanwhile takes two fifths of the time.
    gc.disable()
    checker = OwnChecker()
    for line in sys.stdin:
        try:
            answer = checker.check(Job(**json.loads(line))).fields()
        except KnowledgeGraphError as error:
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)
        gc.collect()


if __name__ == "__main__":
    main()
