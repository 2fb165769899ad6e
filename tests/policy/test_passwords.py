"""Passwords."""

from __future__ import annotations

import hypothesis.strategies as st
from argon2 import PasswordHasher
from hypothesis import given, settings
from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.policy.accounts.passwords import LEAST, MOST, Passwords, check_password

FAST = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


class PasswordTests(SynchronousTestCase):
    """Bounds and hashes."""

    @given(st.text(max_size=40))
    @settings(max_examples=50, deadline=None)
    def test_round_trip(self, password: str) -> None:
        """A password that may be set verifies against its hash, and another does not."""
        try:
            check_password(password)
        except SagewsError as error:
            self.assertEqual(error.code, "weak-password")
            return
        stored = FAST.hash(password)
        self.assertTrue(FAST.verify(password, stored))
        self.assertFalse(FAST.verify(password + "x", stored))

    def test_bounds(self) -> None:
        """Ten characters suffice, 1,024 are allowed."""
        for length in (LEAST, MOST):
            self.assertEqual(len(check_password("x" * length)), length)
        for length in (LEAST - 1, MOST + 1):
            self.assertRaises(SagewsError, check_password, "x" * length)

    def test_hostile(self) -> None:
        """No password is right without a stored hash, for a broken hash, or beyond the bounds."""
        stored = FAST.hash("")
        for password, against in (("x", None), ("x", "broken"), ("x", ""), ("\ud800", stored), ("x" * 5000, stored)):
            self.assertFalse(FAST.verify(password, against))

    def test_strength(self) -> None:
        """The default parameters are argon2id with at least the 19 MiB and two passes that OWASP asks for."""
        parameters = PasswordHasher()
        self.assertGreaterEqual(parameters.memory_cost * parameters.time_cost, 19456 * 2)
        self.assertTrue(Passwords().hash("correct horse").startswith("$argon2id$"))
        self.assertTrue(Passwords().outdated(FAST.hash("correct horse")))
