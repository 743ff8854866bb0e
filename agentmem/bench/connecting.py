"""Getting hold of a Ray cluster, or not: in seconds and with one sentence, where Ray takes minutes and pages."""

from __future__ import annotations

import logging
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from agentmem.errors import ClusterUnavailable, InvalidInput, MissingExtra

LOCAL = "local"
CLIENT = "ray://"
ANSWER_S = 2.0
"""How long a host may take to take a connection."""
TRIAL_S = 10.0
"""How long Ray may take to join a cluster."""
OBJECTS = 128 * 2**20
"""Bytes of shared memory for results that travel; a cell keeps some hundred kilobytes."""
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_DEDUP_LOGS_SKIP_REGEX": "^",  # what nodes have to tell each other is not for the screen
    "RAY_CLIENT_INITIAL_CONNECTION_TIMEOUT_S": str(int(ANSWER_S)),  # and twice more
    "RAY_CLIENT_MAX_CONNECTION_TIMEOUT_S": str(int(ANSWER_S)),
}
TOKEN = "RAY_AUTH_TOKEN"  # noqa: S105 - the name of a variable
"""Who knows it may use the Ray that is started here; without one Ray would make one, and leave it in the home."""
TRIAL = """
import sys, ray
try:
    ray.init(sys.argv[1], log_to_driver=False)
except Exception as error:
    sys.exit(f"{type(error).__name__}: {error}")
"""


@contextmanager
def connected(address: str, *, processors: int = 0) -> Iterator[None]:
    """Let `ray` stand for a cluster meanwhile.

    Args:
        address: `local` to start Ray here, `ray://HOST:PORT`, or `HOST:PORT` on a machine that is a node.
        processors: Of a Ray that is started here; 0 for all.

    Raises:
        MissingExtra: Ray is not installed.
        InvalidInput: the address is none.
        ClusterUnavailable: nothing that can be used answers there within 15 seconds; or it is lost meanwhile.
    """
    with _environment(QUIET | ({TOKEN: secrets.token_hex(32)} if address == LOCAL else {})):
        yield from _held(address, processors)


def _held(address: str, processors: int) -> Iterator[None]:
    try:
        import ray
        from ray.exceptions import RaySystemError
    except ImportError:
        raise MissingExtra.needs("ray", what="--cluster") from None
    place = _short_folder() if address == LOCAL else None
    try:
        if place is not None:
            _start(place, processors)
        else:
            _join(address)
        try:
            yield
        except (ConnectionError, RaySystemError) as lost:
            raise ClusterUnavailable(
                f"the cluster at {address} was lost ({_first_line(lost)}); what has ended is kept: run the same again"
            ) from None
    finally:
        ray.shutdown()
        if place is not None:
            shutil.rmtree(place, ignore_errors=True)


@contextmanager
def _environment(wanted: dict[str, str]) -> Iterator[None]:
    """Let variables that are not set have these values meanwhile: Ray can be told some things in no other way."""
    before = dict(os.environ)
    os.environ.update(wanted | before)
    try:
        yield
    finally:
        for name in os.environ.keys() - before.keys():
            del os.environ[name]


def _start(place: Path, processors: int) -> None:
    """Start Ray on this machine, for this process and no one else."""
    own = {"_temp_dir": str(place), "_node_ip_address": "127.0.0.1", "include_dashboard": False}
    try:
        _init(LOCAL, num_cpus=processors or None, object_store_memory=OBJECTS, **own)
    except (RuntimeError, OSError, ValueError) as error:
        raise ClusterUnavailable(f"Ray does not start here ({_first_line(error)}); leave --cluster out") from None


def _join(address: str) -> None:
    """Join a cluster, once it is known that this takes no minutes."""
    _knock(address)
    if not address.startswith(CLIENT):
        _try(address)
    try:
        _init(address)
    except ImportError:
        raise MissingExtra.needs("ray", what=f"--cluster {CLIENT}...") from None
    except (RuntimeError, OSError) as error:
        raise _unusable(address, _first_line(error)) from None


def _init(address: str, **settings: Any) -> None:
    import ray

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ray.init(address, log_to_driver=False, logging_level=logging.CRITICAL, **settings)


def _knock(address: str) -> None:
    """Refuse an address that is none, or where nothing answers."""
    found = re.fullmatch(rf"(?:{CLIENT})?([^\s/:]+|\[[^\s/]+\]):(\d{{1,5}})", address)
    if found is None:
        raise InvalidInput(f"--cluster is given {address!r}; write local, {CLIENT}HOST:10001, or HOST:6379 on a node")
    try:
        socket.create_connection((found[1].strip("[]"), int(found[2])), timeout=ANSWER_S).close()
    except (OSError, OverflowError) as error:
        raise ClusterUnavailable(
            f"nothing answers at {address} ({error}); start Ray there with: ray start --head, or give --cluster {LOCAL}"
        ) from None


def _try(address: str) -> None:
    """Refuse a cluster that cannot be joined: tried in a process apart, since Ray does not give up for minutes."""
    try:
        tried = subprocess.run(  # noqa: S603 - our own words, no shell
            [sys.executable, "-c", TRIAL, address], capture_output=True, text=True, timeout=TRIAL_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise _unusable(address, f"no answer in {TRIAL_S:g} s") from None
    if tried.returncode:
        raise _unusable(address, tried.stderr.strip().rpartition("Error: ")[2] or "no reason given")


def _unusable(address: str, why: str) -> ClusterUnavailable:
    if address.startswith(CLIENT):
        cure = "clients are let in on port 10001, by default, where 'ray[client]' is installed"
    else:
        cure = f"HOST:6379 is for a node of it; from other machines give {CLIENT}HOST:10001"
    return ClusterUnavailable(
        f"{address} is no Ray cluster that can be used from here ({' '.join(why.split())}); {cure}, "
        "and Ray and Python must have the same versions everywhere"
    )


def _first_line(error: Exception) -> str:
    said = str(error).strip()
    return said.splitlines()[0].rstrip(".") if said else type(error).__name__


def _short_folder() -> Path:
    """Return a new folder for the files of a Ray; its sockets allow only a short path."""
    tmp = Path("/tmp")  # noqa: S108 - made by mkdtemp, for this user alone
    return Path(tempfile.mkdtemp(prefix="agentmem-ray-", dir=tmp if tmp.is_dir() else None))
