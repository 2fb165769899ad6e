"""JupyterLab as shipped, with a notebook of one empty cell."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from benchmarks.measure import free_port
from benchmarks.page.starts import Address
from benchmarks.servers.jupyter import Server, until_ready

_NOTEBOOK = {
    "cells": [{"cell_type": "code", "execution_count": None, "id": "a", "metadata": {}, "outputs": [], "source": []}],
    "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


@asynccontextmanager
async def jupyterlab() -> AsyncIterator[Address]:
    """Run JupyterLab and yield its notebook's address."""
    with tempfile.TemporaryDirectory() as folder:
        port, token = free_port(), secrets.token_hex(16)
        place = Path(folder)
        (place / "one.ipynb").write_text(json.dumps(_NOTEBOOK), encoding="utf-8")
        command = [
            sys.executable, "-m", "jupyterlab", "--ip=127.0.0.1", f"--port={port}", "--no-browser", "--allow-root",
            f"--ServerApp.root_dir={folder}",
        ]  # fmt: skip
        environment = {**os.environ, "JUPYTER_TOKEN": token}
        for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR"):
            environment[name] = str(place / name.lower())
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            async with aiohttp.ClientSession() as http:
                await until_ready(Server(process, port, token, http))
            yield Address(f"http://127.0.0.1:{port}/lab/tree/one.ipynb?token={token}", [])
        finally:
            process.terminate()
            process.wait(30)
