"""The built client: read once at the start into memory, found by known names only, sent compressed and cached for good.

The build leaves beside its files a `manifest.json`:

    {"shell": "index.html", "frame": "frame.html", "files": ["app-1A2B3C4D.js", …]}

`shell` is the page of the site, `frame` the page for untrusted HTML on the other origin, `files` are the rest: their
names hold a hash of their content, so they never change. `NAME.br` and `NAME.gz`, where they exist, are the same
bytes compressed.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sagews
from sagews.errors import SagewsError
from sagews.frontend.http.call import Answer, Headers

FOREVER = "public, max-age=31536000, immutable"
CHECK_AGAIN = "no-cache"

CONTENT_TYPES: Mapping[str, str] = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}
# The better first; both are made when the client is built, so that no request waits for a compressor.
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_NOT_BUILT = b"""<!doctype html><meta charset="utf-8"><title>Sage Workspaces</title>
<p>The pages of this installation have not been built. Install the package again, or build them with make.</p>
"""


@dataclass(frozen=True, slots=True)
class BuiltFile:
    """One file and its compressed forms, by the name of the encoding."""

    content_type: str
    data: bytes
    encoded: Mapping[str, bytes]
    etag: str

    def answer(self, cache: str, accepted: str, known: str, headers: Headers = ()) -> Answer:
        """Return the best form that a browser accepts, or 304 when it has it.

        Args:
            cache: the Cache-Control header.
            accepted: the Accept-Encoding header.
            known: the If-None-Match header.
            headers: further ones.
        """
        common: Headers = (("Cache-Control", cache), ("ETag", self.etag), ("Vary", "Accept-Encoding"), *headers)
        if self.etag in [tag.strip().removeprefix("W/") for tag in known.split(",")]:
            return Answer(b"", 304, self.content_type, common)
        for encoding in _accepted(accepted):
            if encoding in self.encoded:
                headers = (*common, ("Content-Encoding", encoding))
                return Answer(self.encoded[encoding], 200, self.content_type, headers)
        return Answer(self.data, 200, self.content_type, common)


class BuiltFiles:
    """Everything that the build made."""

    def __init__(self, shell: BuiltFile, frame: BuiltFile, files: Mapping[str, BuiltFile]) -> None:
        self.shell = shell
        self.frame = frame
        self._files = dict(files)

    def __iter__(self) -> Any:
        return iter(self._files)

    def file(self, name: str) -> BuiltFile:
        """Return a file; raises SagewsError `not-found` for a name that the manifest doesn't hold."""
        found = self._files.get(name)
        if found is None:
            raise SagewsError("not-found")
        return found


def find_built() -> Path | None:
    """Return the folder of built files: beside the package's checkout, else in the installation's share folder."""
    # Before the installed ones: whoever works on the client sees what they have built.
    checkout = Path(sagews.__file__).resolve().parent.parent / "static" / "built"
    installed = Path(sys.prefix) / "share" / "sagews" / "static" / "built"
    return next((folder for folder in (checkout, installed) if (folder / "manifest.json").is_file()), None)


def load_built(folder: Path | None) -> BuiltFiles:
    """Read the built files; without a folder, pages that say so.

    Raises:
        SagewsError: `configuration` when the manifest or a file that it names can't be read.
    """
    if folder is None:
        page = built_file("missing.html", _NOT_BUILT, {})
        return BuiltFiles(page, page, {})
    try:
        manifest = json.loads((folder / "manifest.json").read_bytes())
        names = [str(name) for name in manifest["files"]]
        # All of it in memory, and nothing on the disk is looked for by a name that came from outside.
        files = {name: _read(folder, name) for name in names}
        return BuiltFiles(_read(folder, manifest["shell"]), _read(folder, manifest["frame"]), files)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SagewsError("configuration", reason=f"The built pages in {folder} are not whole: {error}.") from None


def _read(folder: Path, name: str) -> BuiltFile:
    # The manifest is ours, but a file of the build that leads out of its folder must not become public.
    if Path(name).name != name or name.startswith("."):
        raise ValueError(f"{name!r} is not the name of a file")
    encoded = {
        encoding: (folder / (name + suffix)).read_bytes()
        for encoding, suffix in _ENCODINGS
        if (folder / (name + suffix)).is_file()
    }
    return built_file(name, (folder / name).read_bytes(), encoded)


def built_file(name: str, data: bytes, encoded: Mapping[str, bytes]) -> BuiltFile:
    """Return a file with its type, by its suffix, and its tag."""
    content_type = CONTENT_TYPES.get(Path(name).suffix, "application/octet-stream")
    return BuiltFile(content_type, data, dict(encoded), f'"{hashlib.sha256(data).hexdigest()[:32]}"')


def _accepted(header: str) -> list[str]:
    """Return which of our encodings a browser takes, ours first; `q=0` refuses one."""
    taken = set()
    for part in header.lower().split(","):
        name, _, quality = part.strip().partition(";")
        if quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            taken.add(name.strip())
    return [encoding for encoding, _ in _ENCODINGS if encoding in taken]
