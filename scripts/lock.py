"""Writes the lock files in etc/: every package of the daemon, its tests, its build and of sessions, with its hashes.

Ranges say what fits; a lock says what is installed. It holds the hash of every file that a supported Python or machine
would choose, taken from the package index itself, and names no index: whoever mirrors the same files installs the same.
Run it after a range was changed, with the Python and the pip of a test environment: `python -m scripts.lock daemon` or
`python -m scripts.lock sessions`, which takes half an hour.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ETC = Path(__file__).resolve().parent.parent / "etc"
PYTHONS = ("3.11", "3.12", "3.13")
MACHINES = ("x86_64", "aarch64")
# Sage's packages are taken as wheels only, and there are none for others.
SAGE_PYTHONS = ("3.11", "3.12")
SAGE_MACHINES = ("x86_64",)
# The C libraries of distributions with such a Python, by their minor version: pip takes the newest file that fits.
GLIBCS = (28, 34, 40)
HEAD = "# Written by scripts/lock.py. `pip install --require-hashes` takes these files and no others.\n"

Hashes = dict[str, set[str]]
Found = list[dict[str, Any]]


def report(*arguments: str) -> Found:
    """Return what pip would install."""
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-"]
    # Without the settings of this machine, which may name folders of files that were built here.
    variables = {key: value for key, value in os.environ.items() if not key.startswith("PIP_") or key == "PIP_CERT"}
    done = subprocess.run(
        [*command, *arguments], env={**variables, "PIP_CONFIG_FILE": os.devnull}, stdout=subprocess.PIPE, check=True
    )
    return list(json.loads(done.stdout)["install"])


def pin(found: Mapping[str, Any]) -> str:
    """Return a package as a requirement of exactly its version."""
    return f"{canonicalize_name(found['metadata']['name'])}=={found['metadata']['version']}"


def sha256(found: Mapping[str, Any]) -> str:
    """Return the hash of the file that pip chose."""
    return str(found["download_info"]["archive_info"]["hashes"]["sha256"])


def hashes_of(packages: Found, pythons: Sequence[str] = PYTHONS, machines: Sequence[str] = MACHINES) -> Hashes:
    """Return the hashes of the files that any supported Python and machine would choose, by pin."""
    hashes: defaultdict[str, set[str]] = defaultdict(set)
    wheels = []
    for each in packages:
        hashes[pin(each)].add(sha256(each))
        if each["download_info"]["url"].endswith(f"_{MACHINES[0]}.whl"):
            wheels.append(pin(each))
    with tempfile.TemporaryDirectory() as target:
        for python in pythons:
            for machine in machines:
                for glibc in GLIBCS if wheels else ():
                    chosen = ["--only-binary=:all:", f"--python-version={python}", *platforms(glibc, machine)]
                    for each in report("--no-deps", f"--target={target}", *chosen, *wheels):
                        hashes[pin(each)].add(sha256(each))
    return hashes


def platforms(glibc: int, machine: str) -> list[str]:
    """Return the platforms that a C library runs, as pip's options, the preferred ones first."""
    names = [*(f"manylinux_2_{minor}" for minor in range(glibc, 4, -1)), "manylinux2014", "manylinux2010", "manylinux1"]
    return ["--implementation=cp", *(f"--platform={name}_{machine}" for name in names)]


def needed(packages: Found, wanted: Iterable[Requirement], environment: Mapping[str, str]) -> Iterator[str]:
    """Yield the names of all that a Python and a machine need, from what the packages themselves say."""
    known = {canonicalize_name(each["metadata"]["name"]): each["metadata"] for each in packages}
    waiting, seen = list(wanted), set[tuple[str, str]]()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        for extra in ("", *requirement.extras):
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            yield name
            for text in known.get(name, {}).get("requires_dist", ()):
                inner = Requirement(text)
                if inner.marker is None or inner.marker.evaluate({**environment, "extra": extra}):
                    waiting.append(inner)


def check_complete(
    packages: Found,
    known: Iterable[str],
    wanted: Sequence[Requirement],
    pythons: Sequence[str] = PYTHONS,
    machines: Sequence[str] = MACHINES,
) -> None:
    """End with a message if a supported Python or machine needs a package that is in no lock."""
    names = {text.partition("==")[0] for text in known}
    for python in pythons:
        for machine in machines:
            versions = {"python_version": python, "python_full_version": f"{python}.0", "platform_machine": machine}
            missing = set(needed(packages, wanted, {**default_environment(), **versions})) - names
            if missing:
                sys.exit(f"Python {python} on {machine} needs {', '.join(sorted(missing))} as well: name them in etc/")


def write(name: str, hashes: Hashes, but: Iterable[str] = ()) -> None:
    """Write a lock file, without packages that another one has."""
    lines = [HEAD]
    for text in sorted(set(hashes) - set(but)):
        lines.append(" \\\n    ".join([text, *(f"--hash=sha256:{each}" for each in sorted(hashes[text]))]) + "\n")
    (ETC / name).write_text("".join(lines), encoding="utf-8")


def requirements(*names: str) -> list[Requirement]:
    """Return the requirements in files of etc/."""
    lines = [line for name in names for line in (ETC / name).read_text(encoding="utf-8").splitlines()]
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def lock_sessions() -> None:
    """Write the lock files of sessions: what both flavours have, for all machines, and what Sage's has beyond that."""
    plain, whole = "environment-python.txt", "environment-sage.txt"
    packages = report("--only-binary=:all:", *(f"-r{ETC / name}" for name in (plain, whole)))
    # Resolved together and parted afterwards, so that a package that both need has one version.
    names = set(needed(packages, requirements(plain), dict(default_environment())))
    shared = [each for each in packages if canonicalize_name(each["metadata"]["name"]) in names]
    python = hashes_of(shared)
    check_complete(shared, python, requirements(plain))
    sage = hashes_of(packages, SAGE_PYTHONS, SAGE_MACHINES)
    check_complete(packages, sage, requirements(plain, whole), SAGE_PYTHONS, SAGE_MACHINES)
    write("python.lock", python)
    write("sage.lock", sage, but=python)


def lock_daemon() -> None:
    """Write the lock files of the daemon, of its tests and of its build."""
    build = report("-r", str(ETC / "requirements-build.txt"))
    tools = hashes_of(build)
    node = {text for text in tools if text.startswith("nodejs-")}
    write("build.lock", tools, but=node)
    write("node.lock", tools, but=tools.keys() - node)
    daemon = report("-r", str(ETC / "requirements.txt"))
    hashes = hashes_of(daemon)
    check_complete(daemon, hashes, requirements("requirements.txt"))
    write("daemon.lock", hashes)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as pins:
        pins.write("\n".join(hashes))
        pins.flush()
        files = ("requirements.txt", "requirements-test.txt")
        tests = report("-c", pins.name, *(f"-r{ETC / name}" for name in files))
    every = hashes_of(tests)
    check_complete(tests, every, requirements(*files))
    write("test.lock", every, but=hashes)


if __name__ == "__main__":
    {"daemon": lock_daemon, "sessions": lock_sessions}[sys.argv[1]]()
