"""Builds the virtual environments that `make run` and `make test` need; a second call finds them and returns at once.

Standard library only, because nothing is installed yet. The session environments hold Sage and are shared by every
checkout; their names carry a hash of what they were built from, so that they never change under a running daemon.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
ROOT = os.geteuid() == 0
READY = ".sagews-ready"
SOURCES = ("sagews", "twisted", "etc", "static", "setup.py", "pyproject.toml", "README.md")
LEFT_OUT = {"node_modules", "built", "__pycache__"}


def say(text: str) -> None:
    """Show progress on the terminal."""
    sys.stderr.write(f"sagews: {text}\n")
    sys.stderr.flush()


def prefix() -> Path:
    """Return where environments live: a place that the service account and the jails can read."""
    chosen = os.environ.get("SAGEWS_PREFIX")
    if chosen:
        return Path(chosen).absolute()
    if ROOT:
        return Path("/opt/sagews")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "sagews-environments"


def lines(*names: str) -> list[str]:
    """Return the requirements in these files of etc/."""
    found = []
    for name in names:
        text = (CHECKOUT / "etc" / name).read_text(encoding="utf-8")
        found += [line for line in text.splitlines() if line and not line.startswith("#")]
    return found


def digest(parts: Iterable[str]) -> str:
    """Return a short hash of texts."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def run(*command: str) -> None:
    """Run a program and end with its status, its output already shown, if it fails."""
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    result = subprocess.run(command, env=environment, stdout=sys.stderr, check=False)
    if result.returncode:
        say(f"this failed: {' '.join(command[:6])} …")
        sys.exit(result.returncode)


def environment(name: str, requirements: list[str], *, binary: bool) -> Path:
    """Return a virtual environment with these requirements, building it if it is not there.

    A file in it says that it is complete, so that an interrupted build is never used. Who comes while another builds
    the same one waits for it: sessions' environments belong to all checkouts of a machine.
    """
    place = prefix() / f"{name}-{digest([sys.version, *requirements])}"
    place.parent.mkdir(parents=True, exist_ok=True)
    with only_one(place):
        if not (place / READY).exists():
            build_environment(place, requirements, binary=binary)
    return place


@contextmanager
def only_one(place: Path) -> Iterator[None]:
    """Keep others from building an environment for as long as this one is at it; the kernel lets go if we die."""
    if (place / READY).exists():
        yield
        return
    with place.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting for another build of {place.name}")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build_environment(place: Path, requirements: list[str], *, binary: bool) -> None:
    """Build a virtual environment from nothing, whatever an interrupted build has left there."""
    start = time.monotonic()
    say(f"building the environment {place.name} ({len(requirements)} requirements); this happens once")
    shutil.rmtree(place, ignore_errors=True)
    run(sys.executable, "-m", "venv", str(place))
    run(str(place / "bin" / "pip"), "install", "-q", "--upgrade", "pip", "setuptools>=77", "wheel")
    only = ["--only-binary", ":all:"] if binary else []
    run(str(place / "bin" / "pip"), "install", "-q", "--progress-bar", "on", *only, *requirements)
    if ROOT:
        run("chmod", "-R", "go+rX,go-w", str(place))
    (place / READY).write_text(json.dumps(requirements), encoding="utf-8")
    say(f"{place.name} is ready after {time.monotonic() - start:.0f} s")


def source_digest() -> str:
    """Return a hash over everything that the package is built from."""
    total = hashlib.sha256()
    for base in SOURCES:
        path = CHECKOUT / base
        files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
        for file in files:
            if LEFT_OUT.isdisjoint(file.relative_to(CHECKOUT).parts) and file.suffix != ".pyc":
                total.update(str(file.relative_to(CHECKOUT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()


def install_package(place: Path) -> None:
    """Install this checkout into an environment, unless exactly this is installed."""
    stamp = place / ".sagews-source"
    wanted = f"{CHECKOUT}\n{source_digest()}"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    say("installing the package and the client")
    stamp.unlink(missing_ok=True)
    # setuptools keeps what it built before and would install modules that are gone from the checkout.
    shutil.rmtree(CHECKOUT / "build", ignore_errors=True)
    run(str(place / "bin" / "pip"), "install", "-q", "--no-deps", "--force-reinstall", str(CHECKOUT))
    if ROOT:
        run("chmod", "-R", "go+rX,go-w", str(place))
    stamp.write_text(wanted, encoding="utf-8")


def sessions(*, sage: bool) -> dict[str, str]:
    """Return the session environment of each flavour."""
    python = lines("environment-python.txt")
    if sage:
        place = environment("sage", [*python, *lines("environment-sage.txt")], binary=True)
        return {"sage": str(place), "python": str(place)}
    return {"python": str(environment("python", python, binary=True))}


def daemon(*, tests: bool) -> Path:
    """Return the daemon's own environment; every checkout has one, the tests' is kept apart."""
    requirements = lines("requirements.txt", *(["requirements-test.txt"] if tests else []))
    name = f"{'test' if tests else 'daemon'}-{digest([str(CHECKOUT)])[:6]}"
    return environment(name, requirements, binary=False)


def account(name: str) -> None:
    """Make the system account that the daemon runs as when root starts it."""
    if subprocess.run(["/usr/bin/id", "-u", name], capture_output=True, check=False).returncode:
        say(f"making the service account {name}")
        run("/usr/sbin/useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name)


def main() -> None:
    """Build what is asked for and print it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sage", choices=["yes", "no"], default="yes")
    parser.add_argument("--tests", action="store_true", help="the tests' environment instead of the daemon's")
    parser.add_argument("--bench", action="store_true", help="what the benchmarks compare with, too")
    parser.add_argument("--account", default="sagews")
    options = parser.parse_args()
    flavours = sessions(sage=options.sage == "yes")
    place = daemon(tests=options.tests)
    install_package(place)
    if ROOT:
        account(options.account)
    built = {"daemon": str(place), "environments": flavours}
    if options.bench:
        built["bench"] = str(environment("bench", lines("environment-bench.txt"), binary=True))
    sys.stdout.write(json.dumps(built) + "\n")


if __name__ == "__main__":
    main()
