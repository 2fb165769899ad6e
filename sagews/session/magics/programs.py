"""Other programs: the shell, scripts of other languages, and what stands for common commands."""

from __future__ import annotations

import shlex
import sys
import sysconfig
from typing import Any

from sagews.session.magics import lasting, processes
from sagews.session.magics.shell import Shell
from sagews.session.magics.table import block, line, mode

ALIASES = ("ls", "cat", "cp", "mv", "rm", "mkdir", "rmdir", "head", "tail", "grep", "wc", "du", "df", "touch", "man")
SCRIPTS = ("perl", "ruby", "python3", "julia", "node")


@mode("sh", "bash", "system", "sx")
def run_shell(_shell: Shell, text: str) -> None:
    """Give the text to the session's shell, bash where there is one; folder, variables and functions last."""
    lasting.run(text.strip("\n"))


@line("system", "sx")
def list_output(shell: Shell, text: str) -> Any:
    """Return what a command prints, as a list of lines."""
    return shell.getoutput(text)


@block("script")
def run_script(_shell: Shell, program: str, text: str) -> None:
    """Give the text to a program as its standard input."""
    processes.feed(text, shlex.split(program) or ["sh"])


def _alias(command: str) -> Any:
    def run_alias(shell: Shell, arguments: str) -> None:
        shell.system(f"{command} {arguments}")

    return run_alias


def _script(program: str) -> Any:
    def run_program(_shell: Shell, text: str) -> None:
        processes.feed(text, [program])

    return run_program


for _name in ALIASES:
    line(_name)(_alias(_name))
line("ll")(_alias("ls -l"))
for _name in SCRIPTS:
    mode(_name)(_script(_name))


@line("pip", "conda", "mamba", "uv")
def no_packages(_shell: Shell, _text: str) -> None:
    """Say why nothing is installed."""
    told = "%pip can't install packages here: sessions have no network. Ask the operator for another environment."
    sys.stderr.write(f"{told}\n")


@block("cython")
def compile_cython(shell: Shell, rest: str, text: str) -> Any:
    """Compile Cython and put its names into the session; options such as --annotate are taken and mean nothing."""
    if "sage.misc.cython" not in sys.modules:
        raise processes.NoProgram("%cython is Sage's, and this is a session without Sage.")
    compiler = shlex.split(sysconfig.get_config_var("CC") or "cc")[0]
    if not any(map(processes.has, (compiler, "cc"))):
        told = "%cython needs a C compiler, and there is none in this environment. Ask the operator for gcc."
        raise processes.NoProgram(told)

    code = "\n".join(line for line in (rest, text) if line and not line.lstrip().startswith("-"))
    from sage.misc.cython import cython_compile

    cython_compile(code)
