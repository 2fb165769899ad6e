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
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

CHECKOUT = Path(__file__).resolve().parent.parent
ROOT = os.geteuid() == 0
AUTHORITIES = ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
PROGRESS_SECONDS = 5.0
READY = ".sagews-ready"
BUILD_LOCKS = ("build.lock", "node.lock")
SOURCES = ("sagews", "twisted", "etc", "static", "setup.py", "pyproject.toml", "README.md")
# A version may be built in one call and started by the next: younger ones are left alone.
YOUNG_SECONDS = 3600
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
    result = subprocess.run(command, env=build_environment_variables(os.environ), stdout=sys.stderr, check=False)
    if result.returncode:
        give_up(command, result.returncode)


def give_up(command: Sequence[str], status: int) -> NoReturn:
    """End with the status of a program that failed."""
    say(f"this failed: {' '.join(command[:6])} …")
    say("if it is about hashes: this Python or index has other files than etc/*.lock names; LOCK=no takes what fits")
    say("an index of packages behind a private CA needs PIP_CERT=/path/to/ca.pem, which pip, npm and node then use")
    sys.exit(status)


def build_environment_variables(own: Mapping[str, str]) -> dict[str, str]:
    """Return the variables for pip and for the build of the client, which runs npm beneath it.

    A private CA is named once, in any of the ways that people know: pip, Python and node each read a name of their own.
    """
    found = {**own, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    # What pip fetches to build a package with is held to its hashes too.
    found.setdefault("PIP_BUILD_CONSTRAINT", " ".join(str(CHECKOUT / "etc" / name) for name in BUILD_LOCKS))
    given = next((own[name] for name in AUTHORITIES if own.get(name)), None)
    if given is not None:
        for name in ("PIP_CERT", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"):
            found.setdefault(name, given)
    return found


def pip_install(place: Path, *arguments: str) -> None:
    """Install into an environment, with a sign of life every few seconds; what pip says is shown if it fails."""
    command = [str(place / "bin" / "pip"), "install", "--progress-bar", "off", *arguments]
    environment = build_environment_variables(os.environ)
    shown, packages, said = time.monotonic(), 0, deque[str](maxlen=40)
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        for line in pip.stdout or ():
            said.append(line)
            packages += line.startswith("Collecting ")
            installing = line.startswith("Installing collected packages")
            if installing or time.monotonic() - shown > PROGRESS_SECONDS:
                say(
                    f"installing {packages} packages"
                    if installing
                    else f"{packages} packages found: {line.strip()[:70]}"
                )
                shown = time.monotonic()
    if pip.returncode:
        sys.stderr.writelines(said)
        give_up(command, pip.returncode)


def environment(name: str, requirements: list[str], *, binary: bool = False, locks: Sequence[str] = ()) -> Path:
    """Return a virtual environment with these requirements, building it if it is not there.

    With lock files of etc/ it holds exactly the files whose hashes stand in them, whatever else would fit.

    A file in it says that it is complete, so that an interrupted build is never used. Who comes while another builds
    the same one waits for it: sessions' environments belong to all checkouts of a machine.
    """
    place = prefix() / f"{name}-{digest([sys.version, *requirements, *lines(*locks)])}"
    place.parent.mkdir(parents=True, exist_ok=True)
    with only_one(place):
        if not (place / READY).exists():
            build_environment(place, requirements, binary=binary, locks=locks)
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


def build_environment(place: Path, requirements: list[str], *, binary: bool, locks: Sequence[str]) -> None:
    """Build a virtual environment from nothing, whatever an interrupted build has left there."""
    start = time.monotonic()
    say(f"building the environment {place.name} ({len(requirements)} requirements); this happens once")
    shutil.rmtree(place, ignore_errors=True)
    run(sys.executable, "-m", "venv", str(place))
    tools = [f"-r{CHECKOUT / 'etc' / 'build.lock'}"] if locks else ["pip", "setuptools>=77", "wheel"]
    run(str(place / "bin" / "pip"), "install", "-q", "--upgrade", *tools)
    wanted = hashed(CHECKOUT / "etc" / name for name in locks) if locks else requirements
    pip_install(place, *(["--only-binary", ":all:"] if binary else []), *wanted)
    if ROOT:
        run("chmod", "-R", "go+rX,go-w", str(place))
    (place / READY).write_text(json.dumps(requirements), encoding="utf-8")
    say(f"{place.name} is ready after {time.monotonic() - start:.0f} s")


def hashed(locks: Iterable[Path]) -> list[str]:
    """Return pip's options for installing what lock files name, and no file with another hash."""
    return ["--require-hashes", *(f"-r{path}" for path in locks)]


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


def install_version(dependencies: Path, flavours: dict[str, str]) -> Path:
    """Return an environment with this checkout installed over its dependencies, building it if it is not there.

    Each version has a folder of its own, named after all that it is made of, and is never changed afterwards: a daemon
    goes on with the files that it was started with, its launcher and the jobs that it starts later too.
    """
    made_of = [source_digest(), dependencies.name, json.dumps(flavours, sort_keys=True)]
    place = prefix() / "versions" / dependencies.name / f"{digest([str(CHECKOUT)])[:6]}-{digest(made_of)}"
    place.parent.mkdir(parents=True, exist_ok=True)
    with only_one(place):
        if not (place / READY).exists():
            build_version(place, dependencies, flavours)
    remove_unused(place)
    return place


def build_version(place: Path, dependencies: Path, flavours: dict[str, str]) -> None:
    """Install this checkout into an environment of its own, which finds everything else in another one."""
    say("installing the package and the client")
    shutil.rmtree(place, ignore_errors=True)
    # setuptools keeps what it built before and would install modules that are gone from the checkout.
    shutil.rmtree(CHECKOUT / "build", ignore_errors=True)
    run(sys.executable, "-m", "venv", "--without-pip", str(place))
    pip = str(dependencies / "bin" / "pip")
    run(pip, "--python", str(place / "bin" / "python"), "install", "-q", "--no-deps", str(CHECKOUT))
    # After pip has run, so that it looks at nothing there: what is found through this line is not its to change.
    (site_packages(place) / "sagews-dependencies.pth").write_text(
        f"import site; site.addsitedir({str(site_packages(dependencies))!r})\n", encoding="utf-8"
    )
    write_twistd(place)
    left = place / "share" / "sagews" / "environments.json"
    left.parent.mkdir(parents=True, exist_ok=True)
    left.write_text(json.dumps(flavours), encoding="utf-8")
    if ROOT:
        run("chmod", "-R", "go+rX,go-w", str(place))
    (place / READY).write_text(str(dependencies), encoding="utf-8")


def site_packages(place: Path) -> Path:
    """Return where an environment keeps its packages."""
    return next(place.glob("lib/python3*/site-packages"))


def write_twistd(place: Path) -> None:
    """Give a version a twistd of its own: that of the dependencies would run without it."""
    program = place / "bin" / "twistd"
    text = "import sys\n\nfrom twisted.scripts.twistd import run\n\nsys.exit(run())\n"
    program.write_text(f"#!{place}/bin/python\n{text}", encoding="utf-8")
    program.chmod(0o755)


def hold(place: Path) -> int:
    """Keep a version from being removed for as long as the descriptor is open, which programs that are run inherit."""
    descriptor = os.open(place / READY, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    os.set_inheritable(descriptor, True)
    return descriptor


def remove_unused(current: Path) -> None:
    """Remove other versions of this checkout that no daemon holds, and dependencies that no version needs any more."""
    checkout = current.name.partition("-")[0]
    kind = current.parent.name.partition("-")[0]
    versions = current.parent.parent
    # Before dependencies were shared, a checkout had its own, with its name in theirs.
    for place in (*versions.glob(f"{kind}-*/{checkout}-*"), *versions.glob(f"{kind}-{checkout}-*/*")):
        if place != current and not_held(place):
            say(f"removing the unused version {place.name}")
            shutil.rmtree(place, ignore_errors=True)
    for needed_by in versions.glob(f"{kind}-*"):
        dependencies = prefix() / needed_by.name
        if not any(each.is_dir() for each in needed_by.iterdir()) and not_held(dependencies):
            say(f"removing the unused environment {needed_by.name}")
            shutil.rmtree(dependencies, ignore_errors=True)
            shutil.rmtree(needed_by, ignore_errors=True)


def not_held(place: Path) -> bool:
    """Whether nothing runs from an environment that is complete; one just built may be about to be started."""
    ready = place / READY
    if not ready.exists() or time.time() - ready.stat().st_mtime < YOUNG_SECONDS:
        return False
    with ready.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def sessions(*, sage: bool, lock: bool) -> dict[str, str]:
    """Return the session environment of each flavour."""
    python = lines("environment-python.txt")
    locks = ["python.lock"] if lock else []
    if not sage:
        return {"python": str(environment("python", python, binary=True, locks=locks))}
    # Where there is no Sage for this Python its range asks for nothing, and no file of the lock would fit.
    if lock and sys.version_info < (3, 13):
        locks.append("sage.lock")
    place = environment("sage", [*python, *lines("environment-sage.txt")], binary=True, locks=locks)
    return {"sage": str(place), "python": str(place)}


def daemon(*, tests: bool, lock: bool) -> Path:
    """Return what the daemon's versions depend on; checkouts that need the same share it, the tests' is kept apart."""
    requirements = lines("requirements.txt", *(["requirements-test.txt"] if tests else []))
    locks = ["daemon.lock", *(["test.lock"] if tests else [])] if lock else []
    place = environment("test" if tests else "daemon", requirements, locks=locks)
    # Until a version of it stands here, nothing else tells another checkout that it is needed.
    hold(place)
    return place


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
    parser.add_argument(
        "--lock", choices=["yes", "no"], default="yes", help="install what etc/*.lock names, or what fits"
    )
    parser.add_argument("--account", default="sagews")
    options = parser.parse_args()
    if options.lock == "no":
        os.environ["PIP_BUILD_CONSTRAINT"] = ""
    lock = options.lock == "yes"
    flavours = sessions(sage=options.sage == "yes", lock=lock)
    dependencies = daemon(tests=options.tests, lock=lock)
    place = install_version(dependencies, flavours)
    if ROOT:
        account(options.account)
    built = {"daemon": str(place), "tools": str(dependencies), "environments": flavours}
    if options.bench:
        built["bench"] = str(environment("bench", lines("environment-bench.txt"), binary=True))
    sys.stdout.write(json.dumps(built) + "\n")


if __name__ == "__main__":
    main()
