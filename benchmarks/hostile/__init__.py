"""What one hostile account does; `benchmarks/scenarios/hostile.py` runs each pattern beside an ordinary account.

A pattern is a function in one of the modules here: it prepares what it needs, calls `attack.begin()`, and goes on until
it is cancelled. It runs in a process of its own (`__main__.py`), so that its work is not in the clock of the ordinary
account. All of it stays on loopback, in an installation of its own, within the quotas that every account has.
"""
