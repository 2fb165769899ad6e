"""Reads the worksheets of a commit. The program of the job "check": see read_worksheets.py."""

from __future__ import annotations

if __name__ == "__main__":
    import sys
    from pathlib import Path

    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    from sagews.session.jobs.read_worksheets import check
    from sagews.session.jobs.run import serve

    serve(check)
