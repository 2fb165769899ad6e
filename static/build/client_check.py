"""Checks the client's sources: oxlint (faults, import circles, layers; .oxlintrc.json) and the strict type checker.

`make check` runs it. It lives beside the build because it needs the same packages, brought in step with the lock file.
"""

from __future__ import annotations

import subprocess
import sys

import client_build

_CHECKS = (
    ("node_modules/oxlint/bin/oxlint", "--deny-warnings", "src"),
    ("node_modules/typescript/bin/tsc", "--noEmit"),
)


def check_client() -> int:
    """Run every check, whatever the ones before it found.

    Returns:
        How many failed.

    Raises:
        client_build.BuildError: there is no Node.js, or npm's registry is out of reach.
    """
    tools = client_build.ready_tools()
    commands = [[tools.node, *check] for check in _CHECKS]
    done = [subprocess.run(command, cwd=client_build.STATIC, check=False).returncode for command in commands]
    return sum(code != 0 for code in done)


if __name__ == "__main__":
    try:
        sys.exit(check_client())
    except client_build.BuildError as error:
        sys.exit(f"sagews: {error}")
