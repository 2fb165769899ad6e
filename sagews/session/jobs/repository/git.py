"""Git as a set of plumbing commands on an object store of our own, with every setting of anybody else shut out.

The store lies in the scratch folder; no command is given a work tree, and none reads the home. Packs are checked as
they come in (`--strict`: what every git refuses, such as a `.git` in any spelling), whoever made them.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from sagews.session.jobs.repository.objects import pack_in
from sagews.session.jobs.run import JobError, read_at_most

# By its full path: PATH could lead into a folder of the home.
GIT = "/usr/bin/git"
MAX_PACK = 512 * 1024 * 1024
# A few hundred nested folders can hold each other so often that their listing has more lines than there are atoms.
MAX_LISTING = 64 * 1024 * 1024
_SETTINGS = (
    # Each of these is a way by which a repository makes git run a program or read a file of its choice.
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    # Names that another system takes for .git: this tree may be cloned there.
    "core.protectHFS=true",
    "core.protectNTFS=true",
    "core.bigFileThreshold=4m",
    "core.deltaBaseCacheLimit=16m",
    # The jail has a share of one processor, and memory for each thread.
    "pack.threads=1",
    "pack.windowMemory=64m",
    "protocol.allow=never",
    "transfer.fsckObjects=true",
    "gc.auto=0",
    "maintenance.auto=false",
    "commit.gpgSign=false",
)
_ENTRY = re.compile(rb"([0-7]{6}) (blob|tree|commit) ([0-9a-f]{40}) +([0-9]+|-)\t(.*)", re.DOTALL)


class Git:
    """An empty object store.

    Args:
        folder: where to make it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("objects/info", "objects/pack", "refs/heads"):
            (folder / name).mkdir(parents=True)
        # By hand: `git init` copies a template of the system, hooks among it.
        (folder / "HEAD").write_text("ref: refs/heads/main\n")
        (folder / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = true\n")
        self.environment = {
            "GIT_DIR": str(folder),
            "HOME": str(folder),
            "PATH": "/usr/bin:/bin",
            "LC_ALL": "C",
            # Nothing of this machine's settings, which would make one version another on another machine.
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_PAGER": "cat",
        }

    def command(self, *arguments: str) -> list[str]:
        """Return the whole command line of a git command."""
        settings = [word for setting in _SETTINGS for word in ("-c", setting)]
        return [GIT, "--no-pager", "--no-replace-objects", *settings, *arguments]

    def run(self, *arguments: str, input: bytes = b"") -> bytes:
        """Run a command and return its output.

        Raises:
            JobError: it failed.
        """
        done = subprocess.run(  # noqa: S603  (our own program with our own words; ids are checked)
            self.command(*arguments), input=input, capture_output=True, env=self.environment, cwd=self.folder
        )
        if done.returncode != 0:
            said = done.stderr.decode("utf-8", "replace").strip()[-500:]
            raise JobError(f"git {arguments[0]} failed: {said}")
        return done.stdout

    def read(self, *arguments: str, longest: int) -> tuple[bytes, bool]:
        """Run a command until so many bytes have come; return them, and whether it ended well before that."""
        # Read as it comes and cut: subprocess.run would hold whatever git writes in memory.
        process = self.start(*arguments)
        output = b"" if process.stdout is None else read_at_most(process.stdout, longest + 1)
        if len(output) > longest:
            process.kill()
        process.communicate()
        return output[:longest], len(output) <= longest and process.returncode == 0

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a command that is talked to."""
        return subprocess.Popen(  # noqa: S603  (as above)
            self.command(*arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self.environment,
            cwd=self.folder,
        )

    def take(self, bundles: Sequence[bytes]) -> None:
        """Take in bundles, oldest first, checking every object.

        Raises:
            JobError: one is damaged, refused by a check, or needs what is not there.
        """
        for data in bundles:
            # --strict checks the form of every object, which git otherwise takes from a pack as it comes.
            arguments = ("--stdin", "--strict", "--fix-thin", f"--max-input-size={MAX_PACK}")
            self.run("index-pack", *arguments, input=pack_in(data))

    def listing(self, tree: str) -> list[tuple[str, str, str, int, bytes]]:
        """Return (mode, kind, id, size, path) for everything below a tree, folders too.

        Raises:
            JobError: the tree is missing, incomplete, or so large (a few folders can hold each other many times over)
                that its listing is longer than MAX_LISTING bytes.
        """
        lines, ended = self.read("ls-tree", "-r", "-t", "-l", "-z", "--full-tree", tree, longest=MAX_LISTING)
        if not ended:
            raise JobError("the tree is too large or incomplete")
        matches = [_ENTRY.fullmatch(line) for line in lines.split(b"\0")[:-1]]
        return [
            (found[1].decode(), found[2].decode(), found[3].decode(), int(found[4].replace(b"-", b"0")), found[5])
            for found in matches
            if found is not None
        ]

    def tree_of(self, commit: str) -> str:
        """Return the tree of a commit that is here."""
        return self.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}^{{tree}}").decode().strip()


class Contents:
    """Reads objects one after the other from one process.

    Args:
        git: the store.
    """

    def __init__(self, git: Git) -> None:
        self._process = git.start("cat-file", "--batch")

    def read(self, key: str, longest: int) -> bytes:
        """Return a blob.

        Raises:
            JobError: it is missing or longer than allowed.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise JobError("git cat-file has no pipes")
        stdin.write(key.encode() + b"\n")
        stdin.flush()
        words = stdout.readline().split()
        if len(words) != 3 or int(words[2]) > longest:
            raise JobError("an object is missing or too large")
        # A line break follows each object.
        content = stdout.read(int(words[2]) + 1)[:-1]
        if len(content) != int(words[2]):
            raise JobError("an object was cut short")
        return content

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()
