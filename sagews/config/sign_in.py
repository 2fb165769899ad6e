"""How often signing in may be tried."""

from __future__ import annotations

from sagews.config.section import Positive, Section


class SignInSection(Section, frozen=True, kw_only=True):
    """How often signing in may be tried within some minutes.

    Attributes:
        attempts: at one account, from one address or in one browser.
        address_attempts: at all accounts together, from one address; beyond it each account has three there.
        minutes: for which attempts are counted, from the first of them.
    """

    attempts: Positive = 10
    address_attempts: Positive = 100
    minutes: Positive = 15
