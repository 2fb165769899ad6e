"""What a group is given: the servers that it may start, and how much it is to measure."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from benchmarks.servers.floor import Floor, floor
from benchmarks.servers.jupyter import Server, jupyter
from benchmarks.servers.workspaces import Site, daemon

Results = dict[str, Any]


class Bench:
    """Starts servers for one group.

    Args:
        options: of the command line; see `benchmarks/__main__.py`.
        built: flavour → the environment of its sessions.
    """

    def __init__(self, options: argparse.Namespace, built: dict[str, str] | None = None) -> None:
        self.options = options
        self._built = json.loads(os.environ["SAGEWS_ENVIRONMENTS"]) if built is None else built
        self.sage = options.sage and "sage" in self._built
        self.jupyter_wanted = options.jupyter
        self.stalls: list[Results] = []

    def floor(self, *, libraries: bool = True) -> AbstractAsyncContextManager[Floor]:
        """Run the floor server."""
        return floor(libraries=libraries)

    @asynccontextmanager
    async def daemon(self, flavour: str = "python", **settings: dict[str, int]) -> AsyncIterator[Site]:
        """Run a whole daemon whose sessions have one flavour, and note at its end how its reactor was held.

        Args:
            flavour: "python" or "sage".
            settings: section → keys and numbers, as in the settings file.
        """
        async with daemon(self.options.daemon, {flavour: self._built[flavour]}, settings) as site:
            yield site
            self.stalls.append({"flavour": flavour, **await site.reactor()})

    def jupyter(self, *, nodelay: bool = False, lifted: bool = False) -> AbstractAsyncContextManager[Server]:
        """Run jupyter_server, with a Sage kernel if there is Sage."""
        return jupyter(nodelay=nodelay, lifted=lifted, sage=self._built["sage"] if self.sage else None)
