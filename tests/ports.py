"""Ports for the servers that tests start, several test runs at a time."""

import fcntl
import socket
import tempfile
from pathlib import Path

PORTS = range(20_000, 32_000)
"""Below those that the system itself hands out, which a connection may take at any moment."""


def free_port() -> int:
    """Return a port that no other test was given lately, and nobody listens at."""
    with (Path(tempfile.gettempdir()) / "synth-handson-tests.port").open("a+") as last:
        fcntl.flock(last, fcntl.LOCK_EX)
        last.seek(0)
        port = int(last.read() or PORTS[-1])
        while True:
            port = port + 1 if port + 1 in PORTS else PORTS[0]
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)):
                    break
        last.truncate(0)
        last.write(str(port))
    return port
