"""Where a server listens: on this machine alone, unless it asks for keys."""

from __future__ import annotations

import ipaddress
import socket

from agentmem.connect.server.keys import KeyFile
from agentmem.connect.server.settings import Serving
from agentmem.errors import InvalidInput

LOOPBACK = ("127.0.0.1", "::1", "localhost")
BACKLOG = 2048


def checked(serving: Serving, host: str) -> Serving:
    """Return what is served, with all the names it answers to when it listens at `host`.

    Raises:
        InvalidInput: others could reach it, and no keys are asked for; the file of keys cannot be read; the
            model has no address; or answers are to be recorded.
    """
    if serving.upstream is not None and not serving.upstream.startswith(("http://", "https://")):
        raise InvalidInput(
            f"--upstream is {serving.upstream[:200]!r}; give an address such as http://localhost:11434/v1"
        )
    if serving.thinking.record is not None:
        raise InvalidInput("several workers cannot write one recording: leave --record out")
    if serving.keys is not None:
        KeyFile(serving.keys).listed()
    elif not _is_here(host):
        raise InvalidInput(
            f"without keys nobody but this machine may ask, and {host!r} is open to others: "
            "listen at 127.0.0.1, or make keys with: agentmem keys add FILE --user NAME, and give --keys FILE"
        )
    if _is_everywhere(host) and not serving.hosts:
        return serving  # it has more names than anybody here knows; keys are asked for
    own = () if _is_everywhere(host) else (host.strip("[]"),)
    return serving.model_copy(update={"hosts": tuple(dict.fromkeys((*LOOPBACK, *own, *serving.hosts)))})


def bound(host: str, port: int) -> socket.socket:
    """Return a socket that listens; the caller closes it. What is answered is sent at once, not 40 ms later.

    Raises:
        InvalidInput: the address is taken, or none of this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host.strip("[]"), port), family=family, backlog=BACKLOG)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # asyncio does so only where told the protocol
        return listening
    except (OSError, OverflowError) as problem:
        said = getattr(problem, "strerror", None) or problem
        raise InvalidInput(f"nothing can listen at {host}:{port} ({said}); choose another --port, or --host") from None


def address_of(listening: socket.socket) -> str:
    """Return the address of a socket, as it is typed into a browser."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _is_here(host: str) -> bool:
    """Return whether only this machine can reach an address.

    >>> _is_here("127.0.0.1"), _is_here("localhost"), _is_here("0.0.0.0"), _is_here("chat.example")
    (True, True, False, False)
    """
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _is_everywhere(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_unspecified
    except ValueError:
        return False
