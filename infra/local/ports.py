"""Ports on loopback: which are free, and which our engines had last time (addresses that stay are kinder to debug)."""

import socket

from infra.local import places

LOOPBACK = "127.0.0.1"
HIGHEST = 65_535


def is_free(port: int) -> bool:
    """Whether nothing listens at `port`, on loopback or on all addresses."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        if probe.connect_ex((LOOPBACK, port)) == 0:
            return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def any_free() -> int:
    """A port that is free now. Another program may be quicker: whoever starts there must be ready to try again."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    return port


def remembered(name: str) -> int:
    """The port that `name` had at the last start, or, when that is taken or unknown, a new one, which is remembered."""
    kept = places.read_json(places.PORTS)
    port = kept.get(name)
    if not isinstance(port, int) or not is_free(port):
        port = any_free()
        places.write_json(places.PORTS, kept | {name: port})
    return port


def next_free(port: int) -> int | None:
    """The first free port above `port`, to be proposed when `port` is taken."""
    return next((other for other in range(port + 1, min(port + 50, HIGHEST)) if is_free(other)), None)
