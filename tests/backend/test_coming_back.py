"""Pages that come back: to the same life of a backend, to another, and after a kill between display and commit."""

from __future__ import annotations

from sagews.model.sessions import PieceKind
from sagews.wire.browser.base import PROTOCOL
from tests.backend.harness import BackendTestCase, Page
from tests.fakes.session_host import PRINTS, SUM, WAITS


class ResumeTests(BackendTestCase):
    """The secret by which a page comes back without the frontend."""

    def resumed(self, secret: str) -> Page:
        """Return a page that came back with a resume secret."""
        page = Page(self.backend)
        page.say(type="hello", protocol=PROTOCOL, client="test", resume=secret)
        return page

    def test_a_secret_is_good_once(self) -> None:
        """The secret of the last handshake opens one connection, which gets a new one; it never works again."""
        page = self.page()
        secret = page.last("welcome")["resume"]
        page.lose()
        again = self.resumed(secret).last("welcome")
        self.assertEqual(again["workspace"]["id"], self.workspace)
        self.assertNotEqual(again["resume"], secret)
        refused = self.resumed(secret)
        self.assertEqual(refused.last("error")["code"], "bad-ticket")
        self.assertEqual(refused.closed, 4400)

    def test_a_secret_expires(self) -> None:
        """Ten minutes after the loss it is worth nothing; while the connection lives, it is."""
        page = self.page()
        for _ in range(40):
            self.later(30)
        secret = page.last("welcome")["resume"]
        page.lose()
        self.later(601)
        self.assertEqual(self.resumed(secret).closed, 4400)

    def test_coming_back_replaces_the_old_connection(self) -> None:
        """Where the server has not noticed the loss, the old connection is closed by the new one."""
        page = self.page()
        self.resumed(page.last("welcome")["resume"])
        self.assertEqual(page.closed, 4409)

    def test_a_login_that_ended_can_not_resume(self) -> None:
        """Signing out ends the secret's worth as well."""
        login = self.login(self.owner)
        page = self.page(login=login)
        page.lose()
        self.done(self.accounts.end_login(self.owner.id, login))
        self.assertEqual(self.resumed(page.last("welcome")["resume"]).closed, 4400)


class ReplayTests(BackendTestCase):
    """What a page that comes back is told."""

    def test_events_go_on_where_the_page_was(self) -> None:
        """Who says where it was gets exactly what followed, in order, and no outputs anew."""
        page = self.opened()
        page.edit(self.document, SUM)
        page.run(self.document, SUM)
        self.later()
        seen = [message for message in page.told if "sequence" in message]
        back = self.page()
        back.take()
        have = {"epoch": seen[1]["epoch"], "sequence": seen[1]["sequence"]}
        opened = back.open(self.document, have=have)
        self.assertNotIn("cells", opened)
        self.assertEqual(opened["sequence"], have["sequence"])
        replayed = [message for message in back.told if message["type"] in ("run_state", "output")]
        self.assertEqual(replayed, seen[2:])

    def test_an_unknown_place_brings_everything(self) -> None:
        """A place of another life, too old, or in the future, brings all cells, which replace the page's."""
        page = self.opened()
        page.edit(self.document, SUM)
        page.run(self.document, SUM)
        self.later()
        here = page.last("run_state")
        for epoch, sequence in ((here["epoch"] - 1, 1), (here["epoch"], here["sequence"] + 1), (2**40, 0)):
            opened = self.page().open(self.document, have={"epoch": epoch, "sequence": sequence})
            self.assertEqual(opened["cells"][0]["run"]["state"], "done")
            self.assertEqual(opened["sequence"], here["sequence"])

    def test_a_place_that_fell_out_of_the_ring_brings_everything(self) -> None:
        """Only so many events are remembered; older places get the state."""
        page = self.opened(backend=self.life(ring_events=5))
        page.edit(self.document, PRINTS)
        for _ in range(3):
            page.run(self.document, PRINTS)
            self.later()
        here = page.last("run_state")
        self.assertEqual(page.backend.workspaces.all[0].documents[0].stream.sequence, here["sequence"])
        back = page
        opened = back.open(self.document, have={"epoch": here["epoch"], "sequence": here["sequence"] - 6})
        self.assertIn("cells", opened)
        opened = back.open(self.document, have={"epoch": here["epoch"], "sequence": here["sequence"] - 5})
        self.assertNotIn("cells", opened)

    def test_long_output_continues(self) -> None:
        """A page that was away during a long run finds what was printed meanwhile, and what comes after."""
        page = self.opened()
        page.edit(self.document, WAITS)
        page.run(self.document, WAITS)
        self.later()
        [session] = self.host.sessions
        page.lose()
        self.host.say(session, PieceKind.STREAM, {"name": "stdout", "text": "meanwhile"})
        back = self.page()
        [cell] = back.open(self.document)["cells"]
        self.assertEqual([piece["body"]["text"] for piece in cell["pieces"]], ["meanwhile"])
        self.host.say(session, PieceKind.STREAM, {"name": "stdout", "text": "after"})
        self.assertEqual(back.last("output")["piece"]["body"]["text"], "after")


class KillTests(BackendTestCase):
    """A backend that is killed at the worst moment."""

    def test_a_kill_between_display_and_commit_leaves_no_wrong_output(self) -> None:
        """Output that was shown and not committed is replaced: a new epoch, the run lost with its reason, no ghost."""
        page = self.opened()
        page.edit(self.document, WAITS)
        page.run(self.document, WAITS)
        self.later(0.05)
        self.later(0.05)
        [session] = self.host.sessions
        self.host.say(session, PieceKind.STREAM, {"name": "stdout", "text": "never committed"})
        shown = page.last("output")
        next_life = self.life()
        back = self.page(backend=next_life)
        opened = back.open(self.document, have={"epoch": shown["epoch"], "sequence": shown["sequence"]})
        self.assertGreater(opened["epoch"], shown["epoch"])
        [cell] = opened["cells"]
        self.assertEqual((cell["run"]["state"], cell["pieces"]), ("lost", []))
        self.assertIn("restarted", cell["run"]["reason"])

    def test_the_former_life_can_not_write(self) -> None:
        """Who lost the lease commits nothing more, and sends its pages away."""
        page = self.opened()
        page.edit(self.document, WAITS)
        self.later(0.05)
        self.opened(backend=self.life())
        before = len(self.documents.updates[self.document])
        page.edit(self.document, SUM, number=9)
        self.later(0.05)
        self.assertEqual(page.take("saved")[1:], [])
        self.assertEqual(len(self.documents.updates[self.document]), before)
        self.assertEqual(page.closed, 4503)

    def test_what_was_saved_is_there(self) -> None:
        """Every edit for which `saved` was said is in the next life's document."""
        page = self.opened()
        page.edit(self.document, SUM)
        self.later(0.05)
        self.assertEqual(len(page.take("saved")), 1)
        back = self.page(backend=self.life())
        back.open(self.document)
        self.assertEqual(str(back.doc["cells"][back.cell()]["source"]), SUM)

    def test_a_lease_of_another_backend_is_respected(self) -> None:
        """A workspace that another backend owns is refused with the sentence that says so."""
        self.opened()
        other = self.life(name="there")
        page = Page(other)
        secret = self.ticket()
        for ticket in self.workspaces.tickets.values():
            ticket.backend = "there"
        page.say(type="hello", protocol=PROTOCOL, client="test", ticket=secret)
        self.assertEqual(page.last("error")["code"], "elsewhere")

    def test_a_lease_that_is_lost_is_noticed_without_a_write(self) -> None:
        """Renewing the lease finds out, and pages are sent away."""
        page = self.opened()
        lease = self.workspaces.leases[self.workspace]
        lease.backend, lease.epoch = "there", lease.epoch + 1
        for _ in range(4):
            self.later(2)
        self.assertEqual(page.closed, 4503)
        self.assertEqual(self.backend.workspaces.all, [])
