"""Run code where no way leads out, and see what it asks of the network and which files it leaves."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ASKING = ("connect(", "sendto(", "sendmsg(", "sendmmsg(")


def run(code: str, *prefix: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python code in a process of its own, in an environment with nothing but what is named."""
    path = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    command = [*prefix, sys.executable, "-B", "-c", code]
    return subprocess.run(command, env=path | environment, cwd=ROOT, capture_output=True, text=True, timeout=100)


def without_route() -> list[str] | None:
    """A command that runs another in a network namespace of its own, which has no way out; `None` where forbidden."""
    for command in (["unshare", "-n"], ["unshare", "-rn"]):
        if shutil.which("unshare") and subprocess.run([*command, "true"], capture_output=True).returncode == 0:
            return command
    return None


def watched(log: Path) -> list[str] | None:
    """A command that runs another and logs what it asks of the network; `None` where it is not installed."""
    strace = shutil.which("strace")
    command = [strace, "-f", "-qq", "-e", "trace=%network", "-o", str(log)] if strace else None
    return command if command and subprocess.run([*command, "true"], capture_output=True).returncode == 0 else None


def offline(code: str, folder: Path, **environment: str) -> tuple[list[str], list[str]]:
    """(what the code asked of the network, files it left), run without CI's variables and without a route.

    Where calls cannot be watched, the namespace's own count of packets that found no way out stands for them.
    """
    home = folder / "home"
    home.mkdir()
    strace, unshare = watched(folder / "calls"), without_route()
    if not strace and not unshare:
        pytest.skip("neither strace nor a network namespace can be used on this machine")
    count = "\nprint('lost', open('/proc/net/snmp').read().split('Ip: ')[2].split()[11])"
    prefix = [*(unshare or []), *(strace or [])]
    result = run(code + count, *prefix, HOME=str(home), TMPDIR=str(home), XDG_CACHE_HOME=str(home), **environment)
    assert result.returncode == 0, result.stderr
    asked = (
        [line for line in (folder / "calls").read_text().splitlines() if any(call in line for call in ASKING)]
        if (strace)
        else []
    )
    if unshare and "lost 0" not in result.stdout:
        asked.append(result.stdout)
    return asked, sorted(str(path.relative_to(home)) for path in home.rglob("*"))
