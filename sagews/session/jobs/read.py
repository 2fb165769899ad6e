"""Reads a part of a file of a home. The program of the job "read": see read_file.py."""

from __future__ import annotations

if __name__ == "__main__":
    import sys
    from pathlib import Path

    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    from sagews.session.jobs.read_file import read
    from sagews.session.jobs.run import serve

    serve(read)
