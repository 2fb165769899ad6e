"""%cython: Sage compiles the text of a cell, where there is a compiler."""

from __future__ import annotations

import shlex
import sys
import sysconfig
from typing import Any

from sagews.session.magics.processes import NoProgram, has
from sagews.session.magics.shell import Shell
from sagews.session.magics.table import block


@block("cython")
def compile_cython(shell: Shell, rest: str, text: str) -> Any:
    """Compile Cython and put its names into the session; options such as --annotate are taken and mean nothing."""
    if "sage.misc.cython" not in sys.modules:
        raise NoProgram("%cython is Sage's, and this is a session without Sage.")
    compiler = shlex.split(sysconfig.get_config_var("CC") or "cc")[0]
    if not any(map(has, (compiler, "cc"))):
        raise NoProgram("%cython needs a C compiler, and there is none in this environment. Ask the operator for gcc.")
    code = "\n".join(line for line in (rest, text) if line and not line.lstrip().startswith("-"))
    from sage.misc.cython import cython_compile

    cython_compile(code)
