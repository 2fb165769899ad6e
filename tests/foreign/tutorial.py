"""Cells of a first hour with Sage, and what each shows: what no docstring holds together, one session for all."""

from __future__ import annotations

FACTS = (
    ("a = 5; a", "5\n"),
    ("2 == 3, 2^3, 10 % 3, 10 // 4, 2**-1", "(False, 8, 1, 2, 1/2)\n"),
    ("sqrt(3.4)\nsin(pi/3)", "1.84390889145858\n1/2*sqrt(3)\n"),
    ("exp(2).n(digits=20)", "7.3890560989306502272\n"),
    ("def is_even(n):\n    return n % 2 == 0\n\nis_even(4)", "True\n"),
    ("v = [1, 'hello', 2/3]; v; v[1]; len(v)", "[1, 'hello', 2/3]\n'hello'\n3\n"),
    ("for i in [1..3]:\n    print(i, i^2)", "1 1\n2 4\n3 9\n"),
    ("[n for n in range(1, 20) if is_prime(n)]", "[2, 3, 5, 7, 11, 13, 17, 19]\n"),
    ("solve(x^2 + 3*x + 2 == 0, x)", "[x == -2, x == -1]\n"),
    ("var('y, t')\nsolve([x + y == 6, x - y == 4], x, y)", "(y, t)\n[[x == 5, y == 1]]\n"),
    ("diff(sin(x^2), x); integral(x*sin(x^2), x)", "2*x*cos(x^2)\n-1/2*cos(x^2)\n"),
    ("integral(1/(x^2 - 1), x, 2, 3).simplify_log()", "1/2*log(3) - 1/2*log(2)\n"),
    ("limit((1 + 1/x)^x, x=oo); taylor(exp(t), t, 0, 2)", "e\n1/2*t^2 + t + 1\n"),
    ("f(x) = x^3; f; f(2); f.diff(x)", "x |--> x^3\n8\nx |--> 3*x^2\n"),
    ("A = matrix([[1, 2, 3], [3, 2, 1], [1, 1, 1]]); A.det(); A.rank()", "0\n2\n"),
    ("vector([1, 1, -4]) * A", "(0, 0, 0)\n"),
    ("matrix(QQ, [[2, 0], [0, 3]]).eigenvalues()", "[3, 2]\n"),
    (
        "R.<z> = QQ[]; factor(z^4 - 1); R",
        "(z - 1) * (z + 1) * (z^2 + 1)\nUnivariate Polynomial Ring in z over Rational Field\n",
    ),
    ("S.<a, b> = QQ[]; ideal(a*b - 1, a^2 - b).groebner_basis()", "[a^2 - b, a*b - 1, b^2 - a]\n"),
    ("GF(7)(3)^-1; Integers(12)(7) + 8; factor(2005); gcd(97, 20)", "5\n3\n5 * 401\n1\n"),
    ("K.<i> = NumberField(z^2 + 1); (1 + i)^4; K.class_number()", "-4\n1\n"),
    (
        "E = EllipticCurve('389a'); E; E.rank()",
        "Elliptic Curve defined by y^2 + y = x^3 + x^2 - 2*x over Rational Field\n2\n",
    ),
    ("G = SymmetricGroup(4); G.order(); G.is_abelian()", "24\nFalse\n"),
    ("graphs.PetersenGraph().chromatic_number(); Partitions(5).cardinality()", "3\n7\n"),
    ("1/0", "Traceback (most recent call last):\n...\nZeroDivisionError: rational division by zero\n"),
)
