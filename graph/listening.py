"""Whether one can listen at an address, asked before anything is started that would."""

from __future__ import annotations

import os
import socket

from graph.errors import StoreBusyError


def require_free(host: str, port: int) -> None:
    """Raises StoreBusyError where the port is in use or the address is not of this machine."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        raise StoreBusyError(
            f"Cannot listen on {host}, port {port}: {os.strerror(error.errno or 0)}. "
            "Choose another with --port or --host, or stop what listens there."
        ) from error
