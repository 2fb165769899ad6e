"""The launcher's program: `python -I main.py <descriptor of the control socket> <path of the permits file>`.

It runs with the daemon's rights at start: host root, or an ordinary user. The first process keeps the others: when they
die it starts them anew (keeper.py). Its child only makes namespaces and waits; that one's child, process 1 of a pid
namespace, is the launcher. So whichever of the three ends, the kernel ends every zygote and session behind it, without
any of our code.
"""

from __future__ import annotations

import os
import sys

# With -I neither the current folder nor PYTHONPATH is searched, so the package is found by where this file lies: code
# that root owns.
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

if __name__ == "__main__":
    from sagews.launcher.start import run

    sys.exit(run(sys.argv[1:]))
