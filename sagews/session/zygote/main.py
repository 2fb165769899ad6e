"""The program that a zygote is: started by the launcher inside the sealed root as `python -I main.py <flavour>`.

The collector is off before anything else is imported: pages that it never touched stay shared with every session.
"""

from __future__ import annotations

import gc
import sys

# Before the first import: a collection after the fork writes into every object and makes a private copy of its page.
gc.disable()
sys.path.insert(0, "/srv")

if __name__ == "__main__":
    from sagews.session.zygote.server import run

    run(sys.argv[1])
