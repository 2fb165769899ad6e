"""Signing in and out."""

from __future__ import annotations

from datetime import timedelta

from argon2 import PasswordHasher
from twisted.trial.unittest import SynchronousTestCase

from sagews.config.sign_in import SignInSection
from sagews.policy.accounts import tokens
from tests.frontend.memory import World


class SignInTests(SynchronousTestCase):
    """By password."""

    def setUp(self) -> None:
        self.world = World()
        self.person = self.world.person(email="Ada@Example.org")

    def enter(self, email: str = "ada@example.org", password: str = "correct horse"):
        return self.world.call("POST", "/api/signin", {"email": email, "password": password})

    def test_answer(self) -> None:
        """A right password gives a secret, the person and a cookie that no script and no other site can use."""
        response = self.enter()
        self.assertEqual(response.status, 200)
        self.assertEqual(response.json["user"]["email"], "Ada@Example.org")
        self.assertIn("HttpOnly; SameSite=Strict", response.cookies[0])
        self.assertTrue(response.cookies[0].startswith("sagews_login_8080="))
        self.assertNotIn("Secure", response.cookies[0])
        self.assertEqual(response.headers["cache-control"], "no-store")

    def test_secure_cookie(self) -> None:
        """Under TLS the cookie is marked Secure and bound to the host by its prefix."""
        world = World(secure=True)
        page = world.person()
        self.assertTrue(page.cookie.startswith("__Host-sagews_login_8080="))

    def test_wrong(self) -> None:
        """A wrong password and an unknown address get the same refusal, and both cost a hash."""
        verified = []
        verify = self.world.passwords.verify
        self.patch(self.world.passwords, "verify", lambda p, s: verified.append(s) or verify(p, s))
        wrong, unknown = self.enter(password="wrong wrong"), self.enter(email="nobody@example.org")
        self.assertEqual((wrong.status, wrong.code), (403, "bad-password"))
        self.assertEqual(wrong.body, unknown.body)
        self.assertEqual(len(verified), 2)

    def test_limit(self) -> None:
        """The eleventh attempt within a quarter of an hour is refused, even with the right password."""
        for _ in range(10):
            self.enter(password="wrong wrong")
        response = self.enter()
        self.assertEqual((response.status, response.code), (429, "too-often"))
        self.assertEqual(response.headers["retry-after"], "900")
        self.world.clock.advance(901)
        self.assertEqual(self.enter().status, 200)

    def test_success_clears(self) -> None:
        """A success forgets the attempts before it."""
        for _ in range(3):
            for _ in range(5):
                self.enter(password="wrong wrong")
            self.assertEqual(self.enter().status, 200)

    def test_address_limit(self) -> None:
        """An address that tried one password on many accounts has three attempts left for each of them."""
        for number in range(100):
            self.enter(email=f"u{number}@example.org")
        codes = [self.enter(email="bob@example.org").code for _ in range(5)]
        self.assertEqual(codes, ["bad-password"] * 3 + ["too-often"] * 2)

    def test_a_right_password_gets_through(self) -> None:
        """Wrong attempts of others behind an address keep out nobody who knows the password, new browser or not."""
        for number in range(300):
            self.enter(email=f"u{number}@example.org")
        for _ in range(5):
            self.assertEqual(self.enter().status, 200)
        codes = [self.enter(password="wrong wrong").code for _ in range(5)]
        self.assertEqual(codes, ["bad-password"] * 3 + ["too-often"] * 2)

    def test_one_password_on_every_account(self) -> None:
        """Ten times the bound of an address shut it for a while, but not for a browser that signed in before."""
        self.world.rebuild(sign_in=SignInSection(attempts=2, address_attempts=3, minutes=1))
        known = self.enter().cookies[1].partition(";")[0]
        codes = [self.enter(email=f"u{number}@example.org").code for number in range(40)]
        # What came before these counts too.
        tried = codes.index("too-often")
        self.assertTrue(27 <= tried <= 30, tried)
        self.assertEqual(codes, ["bad-password"] * tried + ["too-often"] * (40 - tried))
        self.assertEqual(self.enter().code, "too-often")
        body = {"email": "ada@example.org", "password": "correct horse"}
        self.assertEqual(self.world.call("POST", "/api/signin", body, headers={"Cookie": known}).status, 200)
        self.world.clock.advance(61)
        self.assertEqual(self.enter().status, 200)

    def test_other_limits(self) -> None:
        """The settings say how many attempts there are, and for how long they count."""
        self.world.rebuild(sign_in=SignInSection(attempts=2, address_attempts=3, minutes=1))
        codes = [self.enter(password="wrong wrong").code for _ in range(3)]
        self.assertEqual(codes, ["bad-password"] * 2 + ["too-often"])
        self.assertEqual(self.enter(password="wrong wrong").headers["retry-after"], "60")
        for _ in range(2):
            self.enter(email="bob@example.org")
        codes = [self.enter(email="eve@example.org").code for _ in range(3)]
        self.assertEqual(codes, ["bad-password"] * 2 + ["too-often"])
        self.world.clock.advance(61)
        self.assertEqual(self.enter().status, 200)

    def test_a_known_browser_gets_through(self) -> None:
        """Wrong attempts at an account do not keep out who signed in to it before in the same browser."""
        known = self.enter().cookies[1].partition(";")[0]
        for _ in range(12):
            self.enter(password="wrong wrong")
        self.assertEqual(self.enter().code, "too-often")
        body = {"email": "ada@example.org", "password": "correct horse"}
        self.assertEqual(self.world.call("POST", "/api/signin", body, headers={"Cookie": known}).status, 200)
        other = {**body, "email": "bob@example.org"}
        codes = {self.world.call("POST", "/api/signin", other, headers={"Cookie": known}).code for _ in range(11)}
        self.assertEqual(codes, {"bad-password", "too-often"})

    def test_a_known_browser_is_no_way_to_guess(self) -> None:
        """It has ten attempts as well, and opens nothing by itself."""
        known = self.enter().cookies[1].partition(";")[0]
        body = {"email": "ada@example.org", "password": "wrong wrong"}
        codes = [self.world.call("POST", "/api/signin", body, headers={"Cookie": known}).code for _ in range(12)]
        self.assertEqual(codes, ["bad-password"] * 10 + ["too-often"] * 2)
        self.assertEqual(self.world.call("GET", "/api/me", headers={"Cookie": known}).code, "not-signed-in")

    def test_rehash(self) -> None:
        """A hash made with older parameters is made again at sign-in, and other logins stay."""
        user = self.world.run(self.world.accounts.user_by_email("ada@example.org"))
        old = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash("correct horse")
        self.world.accounts.hashes[user.id] = old
        self.assertEqual(self.enter().status, 200)
        self.assertNotEqual(self.world.accounts.hashes[user.id], old)
        self.assertEqual(self.person.call("GET", "/api/me").status, 200)

    def test_disabled(self) -> None:
        """A disabled account neither enters nor stays."""
        user = self.world.run(self.world.accounts.user_by_email("ada@example.org"))
        self.world.run(self.world.accounts.disable_user(user.id, True))
        self.assertEqual(self.enter().code, "bad-password")
        self.assertEqual(self.person.call("GET", "/api/me").status, 401)

    def test_strange_input(self) -> None:
        """NUL, lone surrogates and endless passwords are wrong passwords or bad messages, never a failure."""
        for email, password in (
            ("a\0b@example.org", "x"),
            ("ada@example.org", "\ud800" * 10),
            ("ada@example.org", "x" * 1999),
        ):
            self.assertIn(self.enter(email, password).code, ("bad-password", "bad-message"))
        self.assertEqual(self.enter(password="x" * 2001).code, "bad-message")

    def test_sign_out(self) -> None:
        """Signing out ends the login and removes the cookie."""
        response = self.person.call("POST", "/api/signout", {})
        self.assertIn("Max-Age=0", response.cookies[0])
        self.assertEqual(self.person.call("GET", "/api/me").code, "not-signed-in")

    def test_expiry(self) -> None:
        """A login ends after thirty days."""
        self.world.clock.advance(timedelta(days=31).total_seconds())
        self.assertEqual(self.person.call("GET", "/api/me").status, 401)


class LinkTests(SynchronousTestCase):
    """By links."""

    def setUp(self) -> None:
        self.world = World()

    def put(self, kind: str, subject: str) -> str:
        token = tokens.new_secret()
        expires = self.world.now() + timedelta(minutes=30)
        self.world.run(self.world.accounts.put_one_time(kind, tokens.hashed(token), subject, expires))
        return token

    def test_first(self) -> None:
        """The first link makes an administrator without a password, once, and the site then needs none."""
        self.assertTrue(self.world.call("GET", "/api/site").json["needs_first"])
        token, other = self.put("first", "administrator"), self.put("first", "administrator")
        response = self.world.call("POST", "/api/first", {"token": token})
        self.assertEqual(response.json["user"]["privilege"], "administrator")
        self.assertFalse(response.json["user"]["has_password"])
        self.assertEqual(self.world.page(response).call("GET", "/api/users").status, 200)
        for spent in (token, other):
            self.assertEqual(self.world.call("POST", "/api/first", {"token": spent}).status, 410)
        self.assertFalse(self.world.call("GET", "/api/site").json["needs_first"])

    def test_wrong_kind(self) -> None:
        """A sign-in link is no first link, and nonsense is neither."""
        token = self.put("link", "x")
        for wrong in (token, "nonsense", "", tokens.new_secret()):
            self.assertEqual(self.world.call("POST", "/api/first", {"token": wrong}).code, "expired")

    def test_late(self) -> None:
        """A link is good for its time only."""
        token = self.put("first", "administrator")
        self.world.clock.advance(30 * 60)
        self.assertEqual(self.world.call("POST", "/api/first", {"token": token}).code, "expired")

    def test_link(self) -> None:
        """An administrator's link signs its person in, once."""
        admin = self.world.administrator()
        made = admin.call("POST", "/api/users", {"email": "bob@example.org", "name": "Bob"}).json["user"]
        url = admin.call("POST", f"/api/users/{made['id']}/link", {}).json["url"]
        self.assertTrue(url.startswith("http://127.0.0.1:8080/signin#link="))
        token = url.rpartition("=")[2]
        response = self.world.call("POST", "/api/link", {"token": token})
        self.assertEqual(self.world.page(response).me()["id"], made["id"])
        self.assertEqual(self.world.call("POST", "/api/link", {"token": token}).code, "expired")
