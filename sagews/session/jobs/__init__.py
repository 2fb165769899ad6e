"""Programs that run once, in a jail, on somebody's files or on git objects: everything that may touch either.

Each program (snapshot, restore, commit, diff, check) reads one parcel (wire/jobs.py), works in its scratch folder and
writes one parcel. Standard library only; git is asked for plumbing on an object store of our own, never on user files.
"""
