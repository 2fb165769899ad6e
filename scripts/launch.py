"""Runs the daemon, tests, checks, formatter, kill test, Sage's examples or benchmarks in what bootstrap.py built."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from bootstrap import CHECKOUT, hold


def settings(environments: dict[str, str]) -> dict[str, str]:
    """Return the process environment: where sessions' Python lives goes to the daemon this way, and as nothing else."""
    return {**os.environ, "SAGEWS_ENVIRONMENTS": json.dumps(environments)}


def test_settings(environments: dict[str, str]) -> dict[str, str]:
    """Return the process environment of the tests: they also start single sessions with these interpreters."""
    found = settings(environments)
    for flavour, variable in (("python", "SAGEWS_TEST_PYTHON"), ("sage", "SAGEWS_TEST_SAGE")):
        if flavour in environments:
            found[variable] = f"{environments[flavour]}/bin/python"
    return found


def link_command_line(place: Path) -> None:
    """Put the command line where whoever stands in the checkout finds it: bin/sagews."""
    link = CHECKOUT / "bin" / "sagews"
    try:
        link.parent.mkdir(exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(place / "bin" / "sagews")
        sys.stderr.write("sagews: the command line is bin/sagews\n")
    except OSError:
        sys.stderr.write(f"sagews: the command line is {place}/bin/sagews\n")


def run(place: Path, environments: dict[str, str], arguments: list[str]) -> None:
    """Become the daemon, in the foreground."""
    twistd = str(place / "bin" / "twistd")
    hold(place)
    link_command_line(place)
    os.execve(twistd, [twistd, "-n", "sagews", *arguments], settings(environments))


def check(place: Path) -> int:
    """Format, lint, types and layers; returns how many failed."""
    tools = place / "bin"
    commands = (
        [tools / "ruff", "format", "--check", "--quiet", "."],
        [tools / "ruff", "check", "--quiet", "."],
        [tools / "mypy"],
        [tools / "lint-imports"],
        [tools / "python", "static/build/client_check.py"],
    )
    return sum(
        bool(subprocess.run([str(p) for p in command], cwd=CHECKOUT, check=False).returncode) for command in commands
    )


def put_in_form(place: Path) -> int:
    """Mend what can be mended by itself and format; returns how many failed."""
    ruff = str(place / "bin" / "ruff")
    commands = ([ruff, "check", "--quiet", "--fix", "."], [ruff, "format", "--quiet", "."])
    return sum(bool(subprocess.run(command, cwd=CHECKOUT, check=False).returncode) for command in commands)


def test(place: Path, tools: Path, environments: dict[str, str], arguments: list[str]) -> int:
    """Run the checks (for the whole suite) and the tests."""
    whole = arguments == ["tests"]
    failed = check(tools) if whole else 0
    # Every file is one worker's: its daemons and zygotes are started once.
    parallel = ["-n", "auto", "--dist", "loadfile"] if whole else []
    command = [str(place / "bin" / "python"), "-m", "pytest", *parallel, *arguments]
    tests = subprocess.run(command, cwd=CHECKOUT, env=test_settings(environments), check=False)
    if failed:
        sys.stderr.write(f"sagews: {failed} of the checks failed; see above\n")
    return tests.returncode or failed


def main() -> None:
    """Do what the Makefile asks for."""
    built = json.loads(sys.argv[1])
    place, tools = Path(built["daemon"]), Path(built["tools"])
    what, arguments = sys.argv[2], sys.argv[3:]
    if what == "run":
        run(place, built["environments"], arguments)
    if what == "test":
        hold(place)
        sys.exit(test(place, tools, built["environments"], arguments))
    hold(place)
    if what in ("soak", "foreign"):
        command = [str(place / "bin" / "python"), "-m", f"tests.{what}", *arguments]
        sys.exit(subprocess.run(command, cwd=CHECKOUT, env=settings(built["environments"]), check=False).returncode)
    if what in ("check", "format"):
        sys.exit(check(tools) if what == "check" else put_in_form(tools))
    # The page is measured apart: it needs Chromium, and a quarter of an hour.
    page = arguments[:1] == ["page"]
    module = "benchmarks.page" if page else "benchmarks"
    command = [f"{built['bench']}/bin/python", "-m", module, "--daemon", str(place), *arguments[page:]]
    sys.exit(subprocess.run(command, cwd=CHECKOUT, env=settings(built["environments"]), check=False).returncode)


if __name__ == "__main__":
    main()
