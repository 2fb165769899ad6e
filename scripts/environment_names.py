"""Writes the names that a Sage cell has before anything ran, for completion in a page that has no session yet.

`python -m scripts.environment_names`, run by the Python of a session environment with Sage, writes
static/src/views/worksheet/help/names.json; tests/session/test_sage_names.py holds it to what a session has. The file is
kept in the repository, so that nothing has to be started or asked for it.

    names     kind → the names of it, with blanks between
    members   what stands before a dot (a global name, "the module" with its name, "the class of" something) → the same
    gives     a global name, or one behind a dot → the class of what a call of it gives
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sagews.session.evaluation.loaded import loaded
from sagews.session.help.kinds import kind_of, kind_of_attribute
from sagews.session.preload import flavours

TARGET = Path(__file__).resolve().parent.parent / "static/src/views/worksheet/help/names.json"
# An expression for each class that people make most, and what makes such a thing.
MAKERS = {
    "matrix(QQ, 2)": "matrix identity_matrix zero_matrix random_matrix diagonal_matrix block_matrix Matrix",
    "vector(QQ, [1])": "vector zero_vector random_vector",
    "graphs.PetersenGraph()": "Graph graphs.*",
    "digraphs.Circuit(3)": "DiGraph digraphs.*",
    "EllipticCurve('37a')": "EllipticCurve",
    "PolynomialRing(QQ, 't')": "PolynomialRing",
    "x + 1": "var sin cos tan exp log sqrt diff integrate integral limit sum expand simplify function",
    "plot(x)": "plot line point circle polygon text arrow implicit_plot parametric_plot list_plot contour_plot",
    "sphere()": "plot3d sphere parametric_plot3d implicit_plot3d",
    "QuadraticField(-1)": "NumberField QuadraticField CyclotomicField",
    "GF(7)": "GF FiniteField",
    "SymmetricGroup(3)": "SymmetricGroup AlternatingGroup DihedralGroup CyclicPermutationGroup PermutationGroup",
    "Permutation([1])": "Permutation",
    "Partition([1])": "Partition",
    "Partitions(3)": "Partitions",
    "polytopes.cube()": "Polyhedron polytopes.*",
    "Integer(1)": "Integer next_prime gcd lcm factorial binomial fibonacci euler_phi",
    "RR(1)": "RealNumber",
    "factor(6)": "factor",
    "Set([1])": "Set",
    "[1]": "list range divisors prime_range",
    "''": "str",
    "{}": "dict",
}
MODULES = (
    "cmath collections datetime fractions functools itertools json math matplotlib.pyplot numpy numpy.linalg "
    "numpy.random os pandas random re statistics sympy sys time"
)
# What every session has and people look into: collections, rings, constants.
OBJECTS = (
    "algebras codes crystals designs digraphs graphs groups hyperplane_arrangements matroids manifolds polytopes "
    "posets simplicial_complexes toric_varieties valuations oeis pari libgap interacts ZZ QQ RR CC RDF CDF SR QQbar "
    "x pi e I oo"
)
# Of the machine or of each session, not of the environment.
_OWN = frozenset("In Out exit quit".split())
Names = dict[str, str]


def grouped(kinds: Mapping[str, str]) -> Names:
    """Return names by their kind."""
    found: dict[str, list[str]] = {}
    for name in sorted(kinds):
        found.setdefault(kinds[name], []).append(name)
    return {kind: " ".join(names) for kind, names in sorted(found.items())}


def members_of(owner: Any) -> Names:
    """Return what stands behind a dot."""
    return grouped({name: kind_of_attribute(owner, name) for name in dir(owner) if not name.startswith("_")})


def global_names(namespace: Mapping[str, Any]) -> dict[str, str]:
    """Return the names that cells have, with their kinds."""
    public = {name for name in namespace if not name.startswith("_") and name not in _OWN}
    return {name: kind_of(namespace[name], name) for name in public}


def told(namespace: dict[str, Any]) -> dict[str, Any]:
    """Return all that is written."""
    names = global_names(namespace)
    members = {f"the module {name}": members_of(importlib.import_module(name)) for name in MODULES.split()}
    members.update({name: members_of(namespace[name]) for name in OBJECTS.split()})
    gives: dict[str, str] = {}
    for expression, makers in MAKERS.items():
        value = eval(expression, dict(namespace))  # noqa: S307 - our own texts, above
        members[f"the class of {expression}"] = members_of(value)
        gives.update(dict.fromkeys(makers.split(), f"the class of {expression}"))
    return {"names": grouped(names), "members": members, "gives": gives}


def main() -> None:
    """Write the file."""
    flavours.preload("sage")
    found = told(dict(loaded("sage").original))
    TARGET.write_text(json.dumps(found, indent=0, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
