"""What completion may touch and call to learn what stands before a dot: the parts of Sage that compute and do no more.

Whatever is not named here is left alone. Engines such as GAP and PARI run what they are given, a person's own objects
run that person's code, and many methods of Sage's objects change these in place or move the random numbers on: a list
of what is forbidden would have to know them all.
"""

from __future__ import annotations

import re
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

# Packages of mathematics. Not here: interfaces and libs (programs that run), repl, misc, databases, parallel, doctest.
_PURE = tuple(
    f"sage.{name}."
    for name in (
        *("algebras", "arith", "calculus", "categories", "coding", "combinat", "crypto", "dynamics", "functions"),
        *("geometry", "graphs", "groups", "homology", "knots", "lfunctions", "manifolds", "matrix", "matroids"),
        *("modular", "modules", "monoids", "quadratic_forms", "rings", "schemes", "sets", "structure", "symbolic"),
        *("tensor", "topology"),
    )
)
# Of these the ones that call functions which a person gave them, or put names into the session.
_CALLS_BACK = ("sage.sets.family", "sage.symbolic.function_factory", "sage.calculus.var", "sage.structure.dynamic")
_LAZY = "sage.misc.lazy_import"
# Functions for which an object's own methods do the work.
_FUNCTIONAL = "sage.misc.functional"
_FUNCTION_TYPES = (FunctionType, BuiltinFunctionType, MethodType)
_PLAIN = (int, float, complex, bool, str, bytes, type(None), type(...), range, slice)
# What makes elements, objects or values when it is called itself.
_MAKERS = (
    "sage.structure.parent.Parent",
    "sage.structure.factory.UniqueFactory",
    "sage.symbolic.function.BuiltinFunction",
    "sage.symbolic.expression.Expression",
)
# Catalogues of examples: each of their methods makes one.
_CATALOGUES = ("sage.geometry.polyhedron.library", "sage.graphs.graph_generators", "sage.graphs.digraph_generators")
# Functions that make or compute something. Sage's constructors begin with a capital letter and need no mention.
_FUNCTIONS = frozenset(
    "matrix vector column_matrix identity_matrix zero_matrix ones_matrix diagonal_matrix block_matrix polygen polygens "
    "create_RealNumber create_ComplexNumber continued_fraction factor divisors prime_divisors gcd lcm crt xgcd sqrt "
    "derivative integral integrate limit taylor expand simplify is_prime next_prime prime_range".split()
)
# Methods that read, or make something new, in every class that has them.
_METHODS = frozenset(
    "base base_ring base_field base_extend change_ring parent category ambient ambient_space vector_space "
    "fraction_field coefficient_ring residue_field algebraic_closure quotient quo ideal polynomial_ring gen gens ngens "
    "generators zero one identity basis order degree dimension dim rank cardinality characteristic "
    "nrows ncols row rows column columns transpose det determinant inverse adjugate trace norm charpoly minpoly "
    "characteristic_polynomial minimal_polynomial eigenvalues eigenvectors_right eigenvectors_left echelon_form rref "
    "hermite_form smith_form jordan_form kernel right_kernel left_kernel image row_space column_space submatrix "
    "numerator denominator coefficients coefficient leading_coefficient constant_coefficient monomials variables "
    "factor roots derivative diff differentiate integral integrate expand simplify simplify_full full_simplify subs "
    "substitute real imag real_part imag_part conjugate abs n numerical_approx sqrt discriminant resultant lift series "
    "galois_group class_group unit_group torsion_subgroup torsion_points conductor j_invariant "
    "short_weierstrass_model minimal_model quadratic_twist formal_group reduction isogeny_class "
    "subgroup center centralizer conjugacy_classes conjugacy_class character_table sylow_subgroup derived_series "
    "vertices edges faces facets complement line_graph adjacency_matrix laplacian_matrix incidence_matrix dual polar "
    "automorphism_group hasse_diagram cartan_matrix root_lattice weyl_group normal_form groebner_basis "
    "elimination_ideal primary_decomposition radical variety monoid cohomology homology".split()
)
# Names or a number. Other texts are parsed by some rings, which evaluate what they find in them.
_NAMES = re.compile(r"[\w ,]*|\d*\.\d*")
_MOST = 1000


def is_sages(value: Any) -> bool:
    """Whether looking at an attribute of this runs Sage's or Python's code and nobody else's."""
    if isinstance(value, ModuleType):
        return f"{value.__name__}.".startswith("sage.")
    if type(value).__module__ == _LAZY or _is_function(value):
        return True
    if isinstance(value, type):
        return _is_pure(value.__module__)
    return type(value) in (*_PLAIN, list, tuple, dict, set, frozenset) or _is_pure(type(value).__module__)


def is_known(value: Any) -> bool:
    """Whether computing with this runs Sage's or Python's code and nobody else's, whatever it holds."""
    return _is_known(value, [_MOST])


def _is_known(value: Any, left: list[int]) -> bool:
    left[0] -= 1
    if left[0] < 0:
        return False
    if isinstance(value, (list, tuple, set, frozenset, dict)):
        inside = (*value, *value.values()) if isinstance(value, dict) else value
        return is_sages(value) and all(_is_known(each, left) for each in inside)
    # A function that is handed on may be called.
    return is_sages(value) and not isinstance(value, ModuleType) and not _is_function(value)


def is_given(value: Any) -> bool:
    """Whether something may be an argument of what makes objects."""
    inside = value if isinstance(value, (list, tuple)) else (value,)
    return is_known(value) and all(not isinstance(each, str) or _NAMES.fullmatch(each) for each in inside)


def makes_objects(function: Any) -> bool:
    """Whether calling this with such arguments makes or finds an object, and does nothing else."""
    if type(function).__module__ == _LAZY:
        function = function._get_object()
    name = str(getattr(function, "__name__", ""))
    if "random" in name.lower():
        return False
    if isinstance(function, type):
        return _is_pure(function.__module__)
    owner = getattr(function, "__self__", None)
    if owner is not None and not isinstance(owner, (type, ModuleType)) and _is_pure(type(owner).__module__):
        return name in _METHODS or type(owner).__module__ in _CATALOGUES
    if _is_pure(type(function).__module__):
        return any(f"{each.__module__}.{each.__qualname__}" in _MAKERS for each in type(function).__mro__)
    module = str(getattr(function, "__module__", ""))
    return (module == _FUNCTIONAL or _is_pure(module)) and (name[:1].isupper() or name in _FUNCTIONS)


def _is_function(value: Any) -> bool:
    # Cython's own type of functions belongs to no module that could be imported.
    return isinstance(value, _FUNCTION_TYPES) or type(value).__module__.startswith("_cython_")


def _is_pure(module: str) -> bool:
    return f"{module}.".startswith(_PURE) and not module.startswith(_CALLS_BACK)
