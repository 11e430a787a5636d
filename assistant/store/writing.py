"""One writer at a time, and what to do when the machine does not let it write."""

import errno
import json
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from assistant.errors import StoreError

_log = logging.getLogger(__name__)
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def writer(path: Path, patience: float) -> Iterator[None]:
    """Hold a lock file while the block runs; wait up to `patience` seconds for the process that holds it.

    The operating system frees the lock when its process dies, however it dies: a lock file left behind locks nothing.
    What is written in it (process, host, since) is for people.
    """
    from filelock import FileLock, Timeout

    with explained(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path, on_acquired=_sign, preserve_lock_file=True)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            _log.warning("Waiting for %s, which is writing the index %s.", _holder(path), path.parent.name)
            try:
                lock.acquire(timeout=patience)
            except Timeout as error:
                raise StoreError(
                    f"After {patience:.0f} s {_holder(path)} is still writing the index {path.parent.name}. Wait for "
                    "it or end it, then try again."
                ) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def explained(directory: Path) -> Iterator[None]:
    """Turn an error of the operating system into a StoreError that names the fix."""
    try:
        yield
    except OSError as error:
        raise explanation(error.errno, error.strerror or str(error), directory) from error


def explanation(number: int | None, reason: str, directory: Path) -> StoreError:
    """The StoreError for an error number of the operating system."""
    if number in _FORBIDDEN:
        fix = "Make it readable and writable for this user, or set ASSISTANT_DATA_DIR to a folder that is"
        return StoreError(f"No permission to keep the index in {directory} ({reason}). {fix}.")
    if number in _FULL:
        fix = "Free some space or raise the limit, then try again; what was indexed before still answers"
        return StoreError(f"No room to keep the index in {directory} ({reason}). {fix}.")
    fix = "Check that folder, or set ASSISTANT_DATA_DIR to another, then try again"
    return StoreError(f"The index in {directory} cannot be used ({reason}). {fix}.")


def _sign(descriptor: int) -> None:
    owner = {"pid": os.getpid(), "host": socket.gethostname(), "since": datetime.now(UTC).isoformat(timespec="seconds")}
    os.truncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(owner).encode(), 0)


def _holder(path: Path) -> str:
    try:
        owner = json.loads(path.read_text())
        return f"process {owner['pid']} on {owner['host']} (since {owner['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
