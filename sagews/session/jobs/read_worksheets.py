"""Reads the worksheets of a commit: their text goes back into the live documents when somebody reverts to it."""

from __future__ import annotations

from pathlib import Path

from sagews.session.jobs.make_commit import check_tree
from sagews.session.jobs.repository.git import Contents, Git
from sagews.session.jobs.take_tree import MAX_FILE
from sagews.wire.jobs import DOCUMENT_SUFFIX, CheckAnswer, CheckRequest
from sagews.wire.parcels import MAX_BLOBS


def check(data: bytes, home: Path, scratch: Path) -> bytes:
    """Run the job "check"."""
    request = CheckRequest.from_bytes(data)
    git = Git(scratch / "store")
    git.take(request.bundles)
    tree = git.tree_of(request.version)
    check_tree(git, tree)
    suffix, also = DOCUMENT_SUFFIX.encode(), {path.encode() for path in request.also}
    contents = Contents(git)
    found: dict[str, bytes] = {}
    for mode, kind, key, _, path in git.listing(tree):
        wanted = path.endswith(suffix) or path in also
        if kind == "blob" and mode != "120000" and wanted and len(found) < MAX_BLOBS:
            found[path.decode("utf-8", "replace")] = contents.read(key, MAX_FILE)
    contents.close()
    return CheckAnswer(found).to_bytes()
