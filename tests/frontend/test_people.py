"""One's own account, and the accounts of others as administrators see them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from sagews.frontend.sign_in.first_link import ensure_personal_token
from sagews.model.identifiers import LoginId, new_id
from sagews.model.logs import LogRecord
from sagews.policy.accounts import tokens
from tests.frontend.memory import START, Page, World
from tests.scratch import scratch_folder


class ProfileTests(SynchronousTestCase):
    """What a person sees and changes of themselves."""

    def setUp(self) -> None:
        self.world = World()
        self.person = self.world.person(email="ada@example.org")

    def test_me(self) -> None:
        """A person sees their account and settings, and no hash."""
        response = self.person.call("GET", "/api/me")
        self.assertEqual(response.json["settings"], {})
        self.assertEqual(set(response.json["user"]), {"id", "email", "name", "privilege", "has_password"})

    def test_change(self) -> None:
        """The name changes; the address, which nothing proves to be theirs, is an administrator's to change."""
        self.assertEqual(self.person.call("PATCH", "/api/me", {"name": "  Ada L. "}).json["user"]["name"], "Ada L.")
        refused = self.person.call("PATCH", "/api/me", {"name": "Eve", "email": "president@example.org"})
        self.assertEqual(refused.code, "bad-value")
        self.assertIn("ask one", refused.json["error"]["message"])
        self.assertEqual((self.person.me()["email"], self.person.me()["name"]), ("ada@example.org", "Ada L."))
        same = self.person.call("PATCH", "/api/me", {"name": "Ada", "email": "ada@example.org"})
        self.assertEqual(same.json["user"]["name"], "Ada")
        self.assertEqual(self.person.call("PATCH", "/api/me", {}).status, 200)

    def test_an_administrators_address(self) -> None:
        """An administrator changes addresses, their own and others', but not to one that somebody else has."""
        administrator = self.world.administrator()
        self.assertEqual(administrator.call("PATCH", "/api/me", {"email": "a@b.example"}).status, 200)
        path = f"/api/users/{self.person.me()['id']}"
        changed = administrator.call("PATCH", path, {"email": "ada@new.example"})
        self.assertEqual(changed.json["user"]["email"], "ada@new.example")
        self.world.person(email="bob@example.org")
        for call in (path, "/api/me"):
            taken = administrator.call("PATCH", call, {"email": "BOB@example.org"})
            self.assertEqual((taken.status, taken.code), (409, "name-taken"))
        for confusable in ("ad\u0131@example.org", "\u0430da@example.org", "ada\uff20example.org"):
            self.assertEqual(administrator.call("PATCH", path, {"email": confusable}).code, "bad-value")

    def test_bad_names(self) -> None:
        """Names that can't be shown and addresses that are none are refused; the built-in account's name too."""
        self.person = self.world.administrator()
        for name in ("", "   ", "x" * 101, "a\0b", "a\x1b[31mb", "a\u202eb", "a\nb"):
            self.assertEqual(self.person.call("PATCH", "/api/me", {"name": name}).code, "bad-value", ascii(name))
        for email in (
            "operator",
            "administrator",
            "@",
            "a@",
            "a b@c.example",
            "a@b\r\nX: y",
            "<a@b.example>",
            "x" * 300,
        ):
            self.assertEqual(self.person.call("PATCH", "/api/me", {"email": email}).code, "bad-value", email)

    def test_markup_is_text(self) -> None:
        """Markup in a name stays text: it comes back as JSON, never as a page."""
        name = "<script>alert(1)</script>"
        response = self.person.call("PATCH", "/api/me", {"name": name})
        self.assertEqual(response.json["user"]["name"], name)
        self.assertEqual(response.headers["content-type"], "application/json")

    def test_first_administrator(self) -> None:
        """Whoever has no address yet can save a name beside the word that stands in its place."""
        self.world.account("administrator", "administrator")
        body = {"email": "administrator", "password": "correct horse"}
        page = self.world.page(self.world.call("POST", "/api/signin", body))
        changed = page.call("PATCH", "/api/me", {"name": "Ada", "email": "administrator"})
        self.assertEqual(changed.json["user"]["name"], "Ada")
        self.assertEqual(page.call("PATCH", "/api/me", {"email": "root"}).code, "bad-value")

    def test_settings(self) -> None:
        """Settings merge; wrong names, values and numbers are refused."""
        self.assertEqual(self.person.call("PUT", "/api/settings", {"theme": "dark"}).status, 200)
        merged = self.person.call("PUT", "/api/settings", {"editor.font": "15"}).json["settings"]
        self.assertEqual(merged, {"theme": "dark", "editor.font": "15"})
        for bad in ({"theme": "pink"}, {"Bad Name": "x"}, {"x": "a\x00"}, {f"p{n}": "" for n in range(51)}):
            self.assertEqual(self.person.call("PUT", "/api/settings", bad).code, "bad-value")
        self.assertEqual(self.person.call("PUT", "/api/settings", {f"p{n}": "" for n in range(49)}).code, "bad-value")
        self.assertEqual(self.person.call("PUT", "/api/settings", {"x": "y" * 1001}).code, "bad-message")

    def test_password(self) -> None:
        """A new password ends every other login and gives this browser a new cookie and secret."""
        body = {"email": "ada@example.org", "password": "correct horse"}
        other = self.world.page(self.world.call("POST", "/api/signin", body))
        response = self.person.call("POST", "/api/password", {"old": "correct horse", "new": "battery staple"})
        fresh = self.world.page(response)
        self.assertEqual(fresh.call("GET", "/api/me").status, 200)
        for ended in (other, self.person):
            self.assertEqual(ended.call("GET", "/api/me").status, 401)
        self.assertEqual(self.world.call("POST", "/api/signin", body).code, "bad-password")

    def test_wrong_old_password(self) -> None:
        """Without the old password nothing changes, and guessing it is limited."""
        for old in (None, "wrong wrong", ""):
            response = self.person.call("POST", "/api/password", {"old": old, "new": "battery staple"})
            self.assertEqual(response.code, "wrong-password")
        for _ in range(8):
            response = self.person.call("POST", "/api/password", {"old": "wrong", "new": "battery staple"})
        self.assertEqual(response.code, "too-often")

    def test_weak_password(self) -> None:
        """A password has ten to 1,024 characters."""
        for new in ("short", "x" * 9, "x" * 1025, "\ud800" * 12):
            response = self.person.call("POST", "/api/password", {"old": "correct horse", "new": new})
            self.assertIn(response.code, ("weak-password", "bad-message"))

    def test_forgotten_password(self) -> None:
        """Who signs in by a link sets a new password without the old one: once, soon, and by that login alone."""
        user = self.world.run(self.world.accounts.user_by_email("ada@example.org"))

        def by_link() -> Page:
            token = tokens.new_secret()
            expires = self.world.now() + timedelta(hours=24)
            self.world.run(self.world.accounts.put_one_time("link", tokens.hashed(token), user.id, expires))
            response = self.world.call("POST", "/api/link", {"token": token})
            self.assertFalse(response.json["user"]["has_password"])
            return self.world.page(response)

        page, new = by_link(), {"new": "battery staple"}
        self.assertEqual(self.person.call("POST", "/api/password", new).code, "wrong-password")
        self.assertEqual(page.call("POST", "/api/password", {"new": "short"}).code, "weak-password")
        fresh = self.world.page(page.call("POST", "/api/password", new))
        self.assertEqual(fresh.call("POST", "/api/password", new).code, "wrong-password")
        late = by_link()
        self.world.clock.advance(31 * 60)
        self.assertEqual(late.call("POST", "/api/password", new).code, "wrong-password")

    def test_first_password(self) -> None:
        """An account without a password sets one without an old one."""
        user = self.world.run(self.world.accounts.create_user("bob@example.org", "Bob", "user", None))
        opened = self.world.run(self.world.logins().open(user, self.world.base))
        page = self.world.page_of(opened)
        self.assertEqual(page.call("POST", "/api/password", {"new": "battery staple"}).status, 200)


class ManagementTests(SynchronousTestCase):
    """What administrators and the command line do."""

    def setUp(self) -> None:
        self.world = World()
        self.admin = self.world.administrator()
        self.path = self.mktemp_path()
        self.world.run(ensure_personal_token(self.world.accounts, self.path, self.world.now))
        self.bearer = {"Authorization": f"Bearer {self.path.read_text().strip()}", "Content-Type": "application/json"}

    def mktemp_path(self) -> Path:
        return scratch_folder(self) / "token"

    def operator(self, method: str, path: str, body: object = None):
        return self.world.call(method, path, body, headers=self.bearer)

    def make(self, **values: str) -> dict:
        body = {"email": "bob@example.org", "name": "Bob", **values}
        response = self.admin.call("POST", "/api/users", body)
        self.assertEqual(response.status, 201)
        return response.json["user"]

    def test_create(self) -> None:
        """An account is made once per address, with or without a password."""
        made = self.make(password="battery staple")
        self.assertTrue(made["has_password"])
        self.assertEqual(
            self.admin.call("POST", "/api/users", {"email": "Bob@example.org", "name": "B"}).code, "name-taken"
        )
        self.assertEqual(
            self.admin.call("POST", "/api/users", {"email": "c@d.example", "name": "C", "password": "short"}).code,
            "weak-password",
        )
        self.assertEqual(
            self.admin.call("POST", "/api/users", {"email": "c@d.example", "name": "C", "privilege": "root"}).code,
            "bad-message",
        )
        signed = self.world.call("POST", "/api/signin", {"email": "bob@example.org", "password": "battery staple"})
        self.assertEqual(signed.status, 200)

    def test_list(self) -> None:
        """Accounts are listed by id, in pages."""
        self.make()
        everyone = self.admin.call("GET", "/api/users").json["users"]
        self.assertEqual(len(everyone), 3)
        first = self.admin.call("GET", "/api/users?limit=1").json["users"]
        rest = self.admin.call("GET", f"/api/users?after={first[0]['id']}").json["users"]
        self.assertEqual(first + rest, everyone)
        for query in ("limit=0", "limit=x", "limit=501", "after=x", "limit=%FF"):
            self.assertEqual(self.admin.call("GET", f"/api/users?{query}").status, 400, query)

    def test_change(self) -> None:
        """A password reset and a disabled account end the person's logins; privileges change."""
        bob = self.world.person(email="bob@example.org")
        path = f"/api/users/{bob.me()['id']}"
        self.assertEqual(self.admin.call("PATCH", path, {"privilege": "administrator"}).status, 200)
        self.assertEqual(bob.call("GET", "/api/users").status, 200)
        self.admin.call("PATCH", path, {"privilege": "user"})
        self.assertEqual(bob.call("GET", "/api/users").status, 403)
        self.admin.call("PATCH", path, {"password": "battery staple"})
        self.assertEqual(bob.call("GET", "/api/me").status, 401)
        self.assertIsNone(self.admin.call("PATCH", path, {"disabled": True}).json["user"])
        self.assertIsNotNone(self.admin.call("PATCH", path, {"disabled": False}).json["user"])

    def test_oneself(self) -> None:
        """An administrator can't take their own rights away, so one always remains."""
        path = f"/api/users/{self.admin.me()['id']}"
        for body in ({"privilege": "user"}, {"disabled": True}):
            self.assertEqual(self.admin.call("PATCH", path, body).code, "forbidden")

    def test_operator(self) -> None:
        """The command line's account manages and evaluates."""
        for path in ("/api/users", "/api/status", "/api/logs", "/api/me", "/api/workspaces"):
            self.assertEqual(self.operator("GET", path).status, 200, path)
        self.assertEqual(self.operator("POST", "/api/ticket", {"workspace": None}).status, 200)
        self.assertEqual(self.operator("POST", "/api/users", {"email": "c@d.example", "name": "C"}).status, 201)

    def test_operator_is_no_person(self) -> None:
        """The command line's account has no password, no link, no other rights, and can't be changed into a person."""
        operator = self.operator("GET", "/api/me").json["user"]
        self.assertEqual((operator["email"], operator["privilege"]), ("operator", "user"))
        self.assertEqual(self.operator("POST", "/api/password", {"new": "battery staple"}).code, "forbidden")
        self.assertEqual(self.operator("PATCH", "/api/me", {"email": "a@b.example"}).code, "forbidden")
        path = f"/api/users/{operator['id']}"
        for body in ({"password": "battery staple"}, {"privilege": "administrator"}, {"disabled": True}):
            self.assertEqual(self.admin.call("PATCH", path, body).code, "forbidden")
        self.assertEqual(self.admin.call("POST", path + "/link", {}).code, "forbidden")
        for password in ("", "x", "None"):
            body = {"email": "operator", "password": password}
            self.assertEqual(self.world.call("POST", "/api/signin", body).code, "bad-password")

    def test_operator_is_no_administrator(self) -> None:
        """With the command line's account alone the first link still works."""
        world = World()
        world.run(ensure_personal_token(world.accounts, self.mktemp_path(), world.now))
        self.assertTrue(world.call("GET", "/api/site").json["needs_first"])

    def test_password_by_token(self) -> None:
        """A personal token of a person doesn't change the password."""
        user, token = next(iter(self.world.accounts.people)), tokens.new_secret()
        self.world.run(
            self.world.accounts.create_token(LoginId(new_id()), user, tokens.hashed(token), START + timedelta(days=1))
        )
        response = self.world.call(
            "POST", "/api/password", {"new": "battery staple"}, headers={"Authorization": f"Bearer {token}"}
        )
        self.assertEqual(response.code, "forbidden")

    def test_status(self) -> None:
        """The state of the installation is what the daemon reports."""
        self.assertEqual(self.admin.call("GET", "/api/status").json, {"isolation": "full"})

    def test_logs(self) -> None:
        """Log records come as JSON; the query is checked and handed on."""
        time = datetime(2026, 11, 22, tzinfo=UTC)
        record = LogRecord("id", time, "m", "backend", "error", "x", "c", "<b>a b</b>", {"n": 1})
        self.world.run(self.world.logs.insert([record]))
        asked = []
        query_logs = self.world.logs.query
        self.patch(self.world.logs, "query", lambda query: asked.append(query) or query_logs(query))
        query = "level=warn&component=backend&correlation=c&before=2026-11-22T10:00:00Z&limit=5&text=a%20b"
        shown = self.admin.call("GET", f"/api/logs?{query}").json["records"]
        self.assertEqual(shown[0]["message"], "<b>a b</b>")
        self.assertEqual((asked[0].least_level, asked[0].limit, asked[0].text), ("warn", 5, "a b"))
        self.assertEqual(asked[0].before, datetime(2026, 11, 22, 10, tzinfo=UTC))
        bad = ("level=loud", "limit=1001", "limit=-1", "before=yesterday", "text=%00", "component=" + "x" * 201)
        for query in bad:
            self.assertEqual(self.admin.call("GET", f"/api/logs?{query}").code, "bad-value", query)

    def test_no_logs(self) -> None:
        """A frontend that reads no logs says that there is nothing."""
        self.world.rebuild(logs=None)
        self.assertEqual(self.admin.call("GET", "/api/logs").status, 404)
