"""Checks a tree and makes the bundle of our commit of it. The program of the job "commit": see make_commit.py."""

from __future__ import annotations

if __name__ == "__main__":
    import sys
    from pathlib import Path

    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    from sagews.session.jobs.make_commit import commit
    from sagews.session.jobs.run import serve

    serve(commit)
