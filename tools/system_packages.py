"""Install what the tests need from Debian: browsers, telephones, an independent Redis, a TURN server, a load
balancer, a second mixer, Prometheus, clocks to set, a voice for the telephone's prompts.

As root it installs what is missing by itself, and starts no service: tests run all of these themselves. As
another user it prints the one command to run and stops with status 3, before any test: a missing part is
never a skipped test.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

# package -> the program by which we see that it is there
NEEDED: Mapping[str, str] = {
    "baresip": "baresip",
    "chromium": "chromium",
    "coturn": "turnserver",
    "espeak-ng": "espeak-ng",
    "faketime": "faketime",
    "firefox-esr": "firefox-esr",
    "haproxy": "haproxy",
    "janus": "janus",
    "prometheus": "promtool",
    "redis-server": "redis-server",
    "sip-tester": "sipp",
    "sox": "sox",
}
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
INSTALL = ["apt-get", "install", "--yes", "--no-install-recommends"]
STATUS_MISSING = 3
POLICY = Path("/usr/sbin/policy-rc.d")
"""What Debian asks whether a service may be started."""


def missing(needed: Mapping[str, str], path: str) -> list[str]:
    """Return the packages of `needed` whose program is not on `path`, in order of name."""
    return sorted(package for package, program in needed.items() if shutil.which(program, path=path) is None)


def by_hand(packages: list[str]) -> str:
    """Return the one command that a person without root's rights can give to `sudo`."""
    return "sudo sh -c " + shlex.quote("apt-get update && " + shlex.join([*INSTALL, *packages]))


@contextmanager
def no_service_starts(policy: Path) -> Iterator[None]:
    """Have nothing started that is installed meanwhile; a machine's own policy stays as it is."""
    if policy.exists():
        yield
        return
    policy.write_text("#!/bin/sh\nexit 101\n")
    try:
        policy.chmod(0o755)
        yield
    finally:
        policy.unlink()


def install(packages: list[str], path: str) -> None:
    """Install `packages` with apt-get; a CalledProcessError says which step failed."""
    environment = {**os.environ, "PATH": path, "DEBIAN_FRONTEND": "noninteractive"}
    with no_service_starts(POLICY):
        for step in (["apt-get", "update"], [*INSTALL, *packages]):
            subprocess.run(step, env=environment, stdin=subprocess.DEVNULL, check=True)  # noqa: S603  fixed words


def main() -> int:
    """Return 0 when everything is there (installing it if we may), 3 when somebody else has to install it."""
    path = os.pathsep.join([os.environ.get("PATH", ""), SYSTEM_PATH])
    packages = missing(NEEDED, path)
    if not packages:
        return 0
    if os.geteuid() != 0 or shutil.which("apt-get", path=path) is None:
        print(
            f"The tests need {', '.join(packages)}. Run this once:\n\n    {by_hand(packages)}\n",
            file=sys.stderr,
        )
        return STATUS_MISSING
    print(f"Installing from Debian: {', '.join(packages)}", file=sys.stderr)
    install(packages, path)
    still = missing(NEEDED, path)
    if still:
        print(f"Installed, yet not found on the PATH: {', '.join(still)}", file=sys.stderr)
        return STATUS_MISSING
    return 0


if __name__ == "__main__":
    sys.exit(main())
