"""Takes the tree of a home as git objects. The program of the job "snapshot": see take_tree.py."""

from __future__ import annotations

if __name__ == "__main__":
    import sys
    from pathlib import Path

    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    from sagews.session.jobs.run import serve
    from sagews.session.jobs.take_tree import snapshot

    serve(snapshot)
