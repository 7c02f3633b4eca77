"""What a process gives up before it touches foreign text: memory, core dumps, the network; and what after.

A confined process also ends with its parent, whatever it is doing.
"""

from __future__ import annotations

import ctypes
import os
import resource
import select
import signal
import threading
from typing import Final

CLONE_NEWUSER: Final = 0x10000000
CLONE_NEWNET: Final = 0x40000000


def confine(memory_bytes: int, *, network: bool = False) -> None:
    """Limit this process: its memory, no core dumps, and no network where the system lets us give it up.

    `network`: whether it keeps the network; what evaluates or parses anything of a stranger's then runs in a
    thread that gives it up (`leave_network`).
    """
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Fails without harm where user namespaces are switched off; the deployment has to see to it then.
    ctypes.CDLL(None).unshare(CLONE_NEWUSER if network else CLONE_NEWUSER | CLONE_NEWNET)
    # Control-C in a terminal is for the parent, whose end is ours.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def leave_network() -> None:
    """Take the network from the calling thread for good; the others of a confined process keep theirs.

    Fails without harm where user namespaces are switched off.
    """
    ctypes.CDLL(None).unshare(CLONE_NEWNET)


def give_back_memory() -> None:
    """Return what this process has freed to the system, which glibc does not do by itself."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def end_with_parent(descriptor: int) -> None:
    """End this process, from a thread of its own, as soon as nobody holds the other end of the pipe."""
    threading.Thread(target=_wait_for_parent, args=(descriptor,), daemon=True).start()


def _wait_for_parent(descriptor: int) -> None:
    poll = select.poll()
    poll.register(descriptor, 0)
    poll.poll()
    os._exit(0)
