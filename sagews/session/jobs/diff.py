"""Compares two commits. The program of the job "diff": see compare.py."""

from __future__ import annotations

if __name__ == "__main__":
    import sys
    from pathlib import Path

    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    from sagews.session.jobs.compare import diff
    from sagews.session.jobs.run import serve

    serve(diff)
