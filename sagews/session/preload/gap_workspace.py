"""GAP, begun once for all sessions: the image of a program that has loaded its library, in the zygote's memory.

The interface `gap` starts a program of its own, which takes seconds to load its library; Sage keeps an image of it,
which it makes at the first use in each home: 58 MB of the person's own, and no faster that first time. Here the zygote
makes it while it loads the rest. Sessions find it in a place that nobody can write to any more when the first of them
begins.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

from sagews.wire.zygote import ENGINES

IMAGE = f"{ENGINES}/gap"
SECONDS = 120.0
"""After so long GAP is given up: sessions then make images of their own, as Sage does by itself."""


class Making:
    """An image that is being made beside everything else that the zygote loads.

    Args:
        module: sage.interfaces.gap.
        library: Sage's folder of programs for engines.
    """

    def __init__(self, module: Any, library: str) -> None:
        self._module = module
        self._program: subprocess.Popen[bytes] | None = None
        if not os.access(ENGINES, os.W_OK):
            # Not in a sealed root: there is no place that all can read and none can write to.
            return
        command = f"{module.gap_cmd} -b -p -T -E -m 64m {library}/gap/sage.g"
        self._program = subprocess.Popen(  # noqa: S602 - what Sage itself gives to a shell
            command, shell=True, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        if self._program.stdin is not None:
            with self._program.stdin as asked:
                asked.write(f'SaveWorkspace("{IMAGE}");\nquit;\n'.encode())

    def finish(self) -> None:
        """Wait for it, and let GAP begin with it."""
        if self._program is None:
            return
        try:
            made = self._program.wait(SECONDS) == 0 and os.path.isfile(IMAGE)
        except subprocess.TimeoutExpired:
            self._program.kill()
            self._program.wait()
            made = False
        if made:
            Path(IMAGE).chmod(0o444)
            use(self._module)


def use(module: Any) -> None:
    """Let every GAP that Sage starts on this machine begin with the image, and let nobody try to renew it."""
    own = module.gap_command
    begin = module.Gap.__init__

    def command(use_workspace_cache: bool = True, local: bool = True) -> tuple[str, bool]:
        if use_workspace_cache and local:
            return f"{module.gap_cmd} -L {IMAGE}", False
        found: tuple[str, bool] = own(use_workspace_cache, local)
        return found

    def init(gap: Any, *arguments: Any, **named: Any) -> None:
        begin(gap, *arguments, **named)
        # Sage would look how old it is, set its time, and make another.
        vars(gap)["_Gap__use_workspace_cache"] = False

    module.gap_command = command
    module.Gap.__init__ = init
    module.gap.__init__()
