"""Lays a commit's files into a home. The program of the job "restore": see lay_out.py."""

from __future__ import annotations

if __name__ == "__main__":
    import sys
    from pathlib import Path

    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    from sagews.session.jobs.lay_out import restore
    from sagews.session.jobs.run import serve

    serve(restore)
