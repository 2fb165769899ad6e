"""Running cells: one order for everybody, once each, the server's text, and an end that says why."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace
from twisted.internet.defer import Deferred

from sagews.errors import SagewsError
from sagews.model.accounts import Role
from sagews.model.identifiers import new_id
from sagews.model.runs import Run
from sagews.model.sessions import Ending, Piece, PieceKind, RunState
from sagews.policy.quotas.resources import Resource
from tests.backend.run_case import RunCase, states
from tests.contracts.journal import make_run
from tests.fakes.session_host import FAILS, SUM, WAITS, FakeSessionHost


class RunTests(RunCase):
    """What a request to run leads to."""

    def test_what_changed_is_not_run(self) -> None:
        """A hash of another text than the server's is answered with `changed`, and nothing runs."""
        self.one.edit(self.document, SUM)
        self.one.run(self.document, "another text")
        self.assertEqual(self.one.last("changed")["cells"], [self.one.cell()])
        self.assertEqual(self.host.evaluations, [])

    def test_prose_is_not_run(self) -> None:
        """A cell that is no code can't be run, whatever hash is named."""
        live = self.backend.workspaces.all[0].find(self.document)
        self.done(live.put_text(self.owner.id, "# A heading\n"))
        for cell in live._doc.cells.keys():
            text = str(live._doc.cells[cell]["source"])
            run = {"cell": cell, "run": new_id(), "hash": hashlib.sha256(text.encode()).hexdigest()}
            self.one.say(type="run", document=self.document, cells=[run])
            self.assertEqual(self.one.last("changed")["cells"], [cell])
        self.assertEqual(self.host.evaluations, [])

    def test_one_changed_cell_holds_all_back(self) -> None:
        """Where one cell of several has changed, none of the message runs: the others may build on it."""
        self.one.edit(self.document, SUM)
        good = {"cell": self.one.cell(), "run": new_id(), "hash": hashlib.sha256(SUM.encode()).hexdigest()}
        gone = {"cell": "gone", "run": new_id(), "hash": "0" * 64}
        self.one.say(type="run", document=self.document, cells=[good, gone])
        told = self.one.last("changed")
        self.assertEqual((told["cells"], told["held"]), (["gone"], [self.one.cell()]))
        self.assertEqual(self.host.evaluations, [])

    def test_the_same_run_twice_runs_once(self) -> None:
        """A run id that came before is ignored, from whomever it comes."""
        run = self.ran(SUM)
        self.one.run(self.document, SUM, run)
        self.later()
        self.assertEqual(len(self.host.evaluations), 1)

    def test_the_same_run_twice_in_one_request_runs_once(self) -> None:
        """The session is free behind it, and nothing of the account is counted as waiting."""
        self.one.edit(self.document, SUM)
        cell = {"cell": self.one.cell(), "run": new_id(), "hash": hashlib.sha256(SUM.encode()).hexdigest()}
        self.one.say(type="run", document=self.document, cells=[cell, cell])
        self.later()
        self.assertEqual((states(self.one)[-1], len(self.host.evaluations)), ("done", 1))
        self.ran(SUM)
        self.assertEqual((states(self.one)[-1], len(self.host.evaluations)), ("done", 2))
        self.assertEqual(self.backend.used(self.owner.id)["runs"], 0)

    def test_a_run_of_an_earlier_life_is_not_repeated(self) -> None:
        """A page that repeats a run after the backend was restarted does not run it again: the store knows it."""
        run = self.ran(SUM)
        self.later(0.1)
        again = self.opened(backend=self.life(confirm_seconds=5.0), have={"epoch": 1, "sequence": 1})
        again.run(self.document, SUM, run)
        self.later()
        self.assertEqual(len(self.host.evaluations), 1)
        again.run(self.document, SUM)
        self.later()
        self.assertEqual(len(self.host.evaluations), 2)

    def test_a_known_run_that_nobody_was_told_of_is_told(self) -> None:
        """A page that repeats a run which only the store knows is told its state: `lost` where it had not ended."""
        for state, told in ((RunState.ERROR, "error"), (RunState.QUEUED, "lost")):
            page = self.opened(backend=self.life(confirm_seconds=5.0), have={"epoch": 1, "sequence": 1})
            page.edit(self.document, SUM)
            epoch = self.workspaces.leases[self.workspace].epoch
            run = replace(make_run(self.document, page.cell(), state), queued=datetime.now(UTC) + timedelta(days=999))
            self.done(self.runs.put_run(run, epoch))
            page.run(self.document, SUM, run.id)
            self.later()
            self.assertEqual(states(page, run.id)[-1], told)
        self.assertEqual(self.host.evaluations, [])

    def test_a_former_owner_stores_no_run(self) -> None:
        """A run that reaches a backend which lost its lease is not stored there: the new owner runs it, once."""
        former = self.opened(backend=self.life(confirm_seconds=5.0), have={"epoch": 1, "sequence": 1})
        former.edit(self.document, SUM)
        self.later(0.2)
        page = self.opened(backend=self.life(confirm_seconds=5.0), have={"epoch": 2, "sequence": 1})
        run = former.run(self.document, SUM)
        self.later(0.2)
        self.assertEqual((former.closed, states(former, run), self.host.evaluations), (4503, [], []))
        page.run(self.document, SUM, run)
        self.later(0.2)
        self.assertEqual(states(page, run)[-1], "done")
        self.assertEqual(len(self.host.evaluations), 1)

    def test_nothing_is_told_once_a_document_went_while_the_store_was_asked(self) -> None:
        """The store's late answer about a run neither starts nor cancels it once its document is given up."""
        page = self.opened(backend=self.life(confirm_seconds=5.0), have={"epoch": 1, "sequence": 1})
        page.edit(self.document, SUM)
        self.later(0.2)
        put_run, held = self.runs.put_run, Deferred[None]()

        async def late(run: Run, epoch: int) -> Run:
            await held
            return await put_run(run, epoch)

        self.patch(self.runs, "put_run", late)
        run = page.run(self.document, SUM)
        page.backend.workspaces.all[0].find(self.document).drop()
        held.callback(None)
        self.later(0.2)
        self.assertEqual((states(page, run), self.host.sessions, self.host.evaluations), ([], {}, []))

    def test_cancelled_runs_count_until_the_store_has_answered(self) -> None:
        """A page that asks for runs and gives them up again can't have the store asked about more than its quota."""
        page = self.opened(backend=self.life(confirm_seconds=5.0), have={"epoch": 1, "sequence": 1})
        page.edit(self.document, SUM)
        self.later(0.2)
        put_run, held = self.runs.put_run, Deferred[None]()

        async def late(run: Run, epoch: int) -> Run:
            await held
            return await put_run(run, epoch)

        self.patch(self.runs, "put_run", late)
        runs = [page.run(self.document, SUM) for _ in range(3)]
        page.say(type="interrupt", document=self.document)
        ledger = page.backend._ledger
        self.assertEqual(ledger.used(self.owner.id)[Resource.RUNS], 3)
        held.callback(None)
        self.later(0.2)
        self.assertEqual([states(page, run)[-1] for run in runs], ["cancelled"] * 3)
        self.assertEqual(ledger.used(self.owner.id).get(Resource.RUNS, 0), 0)
        runs = [page.run(self.document, SUM) for _ in range(3)]
        self.later(0.2)
        self.assertEqual([states(page, run)[-1] for run in runs], ["done"] * 3)

    def test_cells_run_in_one_order(self) -> None:
        """Runs of two people wait in one queue, and both see the same states."""
        two = self.opened(self.colleague(Role.EDITOR, may_run=True))
        self.host.held = True
        first = self.ran(SUM)
        second = two.run(self.document, SUM)
        third = self.one.run(self.document, SUM)
        self.assertEqual(states(two, third), ["queued"])
        for _ in range(3):
            self.host.release()
            self.later()
        self.assertEqual([evaluation.run for evaluation in self.host.evaluations], [first, second, third])
        self.assertEqual(states(self.one, second), states(two, second))

    def test_an_error_cancels_the_rest_of_its_batch(self) -> None:
        """Of cells that were asked for together, those after one that failed are cancelled; other requests go on."""
        self.one.edit(self.document, FAILS)
        digest = hashlib.sha256(FAILS.encode()).hexdigest()
        batch = [{"cell": self.one.cell(), "run": new_id(), "hash": digest} for _ in range(3)]
        self.one.say(type="run", document=self.document, cells=batch)
        other = self.one.run(self.document, FAILS)
        self.later()
        self.later()
        self.assertEqual(states(self.one, batch[0]["run"])[-1], "error")
        self.assertEqual([states(self.one, cell["run"])[-1] for cell in batch[1:]], ["cancelled"] * 2)
        self.assertEqual(states(self.one, other)[-1], "error")

    def test_a_batch_goes_on_behind_an_error_where_that_is_asked_for(self) -> None:
        """Each cell has its turn then, whatever became of the one before; Stop still ends all of them."""
        self.one.edit(self.document, FAILS)
        digest = hashlib.sha256(FAILS.encode()).hexdigest()
        batch = [{"cell": self.one.cell(), "run": new_id(), "hash": digest} for _ in range(3)]
        self.one.say(type="run", document=self.document, cells=batch, go_on=True)
        for _ in batch:
            self.later()
        self.assertEqual([states(self.one, cell["run"])[-1] for cell in batch], ["error"] * 3)
        self.host.held = True
        stopped = [{**cell, "run": new_id()} for cell in batch]
        self.one.say(type="run", document=self.document, cells=stopped, go_on=True)
        self.one.say(type="interrupt", document=self.document)
        self.later()
        self.assertEqual([states(self.one, cell["run"])[-1] for cell in stopped[1:]], ["cancelled"] * 2)

    def test_numbers_count_within_a_session(self) -> None:
        """Runs are numbered from one in each session."""
        self.ran(SUM)
        self.ran(SUM)
        self.assertEqual(self.one.last("run_state")["number"], 2)
        self.one.say(type="restart", document=self.document)
        self.later()
        self.ran(SUM)
        self.assertEqual(self.one.last("run_state")["number"], 1)

    def test_who_may_not_run_is_refused(self) -> None:
        """Without the right to run, running and stopping are refused with a sentence."""
        page = self.opened(self.colleague(Role.EDITOR))
        for message in ({"type": "interrupt"}, {"type": "stop"}, {"type": "restart"}):
            self.assertEqual(page.say(document=self.document, **message)[0]["code"], "may-not-run")
        page.run(self.document, "")
        self.assertEqual(page.last("error")["code"], "may-not-run")

    def test_a_flavour_decides_how_cells_are_read(self) -> None:
        """Cells of a Sage worksheet are Sage and show all values."""
        self.ran(SUM)
        self.assertEqual((self.host.evaluations[0].mode, self.host.evaluations[0].shows), ("sage", "all"))

    def test_no_worker_is_said(self) -> None:
        """Without a machine to compute on, the run is cancelled with the sentence that says so."""
        self.backend.remove_host(self.host)
        run = self.ran(SUM)
        self.assertEqual(states(self.one, run)[-1], "cancelled")
        self.assertIn("No machine", self.one.last("run_state")["reason"])
        self.assertEqual(self.state()["state"], "ended")

    def test_a_fresh_page_is_not_made_to_wait(self) -> None:
        """A page that never was here can't repeat a run: what it runs starts before the store was asked."""
        page = self.opened(backend=self.life(confirm_seconds=5.0))
        page.edit(self.document, SUM)

        async def no_answer(run: object, epoch: int) -> bool:
            raise SagewsError("database")

        self.patch(self.runs, "put_run", no_answer)
        page.run(self.document, SUM)
        self.later()
        self.assertEqual(len(self.host.evaluations), 1)

    def test_no_worker_is_said_to_who_came_back_too(self) -> None:
        """While the store is asked about a run, it may be cancelled already: the page is told all the same."""
        self.backend = self.life(confirm_seconds=5.0)
        self.backend.remove_host(self.host)
        page = self.opened(backend=self.backend, have={"epoch": 1, "sequence": 1})
        run = page.run(self.document, "")
        self.assertEqual(states(page, run)[-1], "cancelled")
        self.assertIn("No machine", page.last("run_state")["reason"])

    def test_a_new_worksheet_asks_for_what_there_is(self) -> None:
        """Where no worker has Sage, a new worksheet is one of Python."""
        self.backend = self.life()
        self.backend.remove_host(self.host)
        self.backend.add_host(FakeSessionHost(self.clock, flavours=("python",)))
        page = self.page(backend=self.backend)
        [created] = page.say(type="create", request=1, path="new.sage.md")
        page.open(created["document"]["id"])
        self.assertEqual(page.doc["meta"]["flavour"], "python")

    def test_a_session_that_does_not_start_says_why(self) -> None:
        """What a worker refuses reaches the page, and the next run tries again."""
        self.host.refuse = SagewsError("limit", limit="no room", advice="Wait.")
        self.ran(SUM)
        self.assertIn("no room", str(self.state()["sentence"]))
        self.host.refuse = None
        run = self.ran(SUM)
        self.assertEqual(states(self.one, run)[-1], "done")

    def test_files_are_laid_out_before_the_first_session(self) -> None:
        """The history prepares a workspace that had an owner before once for a worker, with the lease's epoch."""
        self.one = self.opened(backend=self.life())
        self.ran(SUM)
        self.one.say(type="restart", document=self.document)
        self.later()
        self.assertEqual(len(self.host.requests), 2)
        self.assertEqual(self.history.prepared, [(self.workspace, self.host.info.id, self.host.requests[0].epoch)])


class PieceTests(RunCase):
    """What comes from a worker is believed as far as it fits."""

    def test_duplicates_are_dropped(self) -> None:
        """A piece that comes again after a link was resumed is shown once."""
        self.ran(WAITS)
        [session] = self.host.sessions
        piece = self.host.say(session, PieceKind.STREAM, {"name": "stdout", "text": "x"})
        self.host.sessions[session].listener.piece(session, piece)
        self.assertEqual(len(self.one.take("output")), 1)

    def test_a_foreign_session_is_not_heard(self) -> None:
        """A piece of another session than the one we asked for changes nothing."""
        self.ran(WAITS)
        self.later(0.1)
        [session] = self.host.sessions.values()
        piece = Piece(99, session.running.run, PieceKind.DONE, {"status": "ok"}, 10)  # type: ignore[union-attr]
        session.listener.piece(new_id(), piece)
        session.listener.ended(new_id(), Ending("crash"))
        self.assertEqual(states(self.one)[-1], "running")

    def test_a_foreign_run_is_not_heard(self) -> None:
        """A session can't speak for a run that it was not given."""
        self.ran(WAITS)
        self.later(0.1)
        [session] = self.host.sessions
        self.host.say(session, PieceKind.DONE, {"status": "ok"}, new_id())  # type: ignore[arg-type]
        self.host.say(session, PieceKind.STREAM, {"name": "stdout", "text": "x"}, new_id())  # type: ignore[arg-type]
        self.assertEqual(states(self.one)[-1], "running")
        self.assertEqual(self.one.take("output"), [])

    def test_a_body_that_makes_no_sense_ends_nothing_else(self) -> None:
        """A piece that can't be sent on is logged, and the next one is taken."""
        self.ran(WAITS)
        [session] = self.host.sessions
        self.host.say(session, PieceKind.STREAM, {"text": object()})
        self.assertEqual(len(self.flushLoggedErrors()), 1)
        self.host.done(session)
        self.assertEqual(states(self.one)[-1], "done")

    def test_whole_output_brings_everything(self) -> None:
        """What `opened` leaves out of a long output can be asked for, a bounded part at a time."""
        run = self.ran(WAITS)
        [session] = self.host.sessions
        for _ in range(40):
            self.host.say(session, PieceKind.STREAM, {"name": "stdout", "text": "x" * 10_000})
        self.later(0.1)
        [cell] = self.page().open(self.document)["cells"]
        self.assertGreater(cell["left_out"], 0)
        self.assertEqual(len(cell["pieces"]) + cell["left_out"], 40)
        numbers: list[int] = []
        for request in (5, 6):
            after = numbers[-1] if numbers else 0
            self.one.say(type="output", request=request, document=self.document, run=run, after=after)
            answer = self.one.last("whole_output")
            self.assertLess(len(str(answer)), 300_000)
            numbers += [piece["sequence"] for piece in answer["pieces"]]
            self.assertEqual(answer.get("more", False), request == 5)
        self.assertEqual(numbers, list(range(1, 41)))

    def test_reading_output_counts_as_a_job(self) -> None:
        """An account reads few long outputs at once; one that was read, or was refused, makes room for the next."""
        run = self.ran(WAITS)
        [session] = self.host.sessions
        self.later(0.1)
        self.journal.held = held = Deferred()
        for request in range(6):
            # So that there is something to wait for.
            self.host.say(session, PieceKind.STREAM, {"name": "stdout", "text": "x"})
            self.one.say(type="output", request=request, document=self.document, run=run)
        self.assertEqual([error["request"] for error in self.one.take("error")], [4, 5])
        self.journal.held = None
        held.callback(None)
        self.later(1)
        self.assertEqual(len(self.one.take("whole_output")), 4)
        self.one.say(type="output", request=9, document=self.document, run=run)
        self.later(1)
        self.assertEqual(self.one.last("whole_output")["request"], 9)

    def test_completion_and_inspection(self) -> None:
        """Both are answered by the session, and refused with a sentence when there is none."""
        ask = {"document": self.document, "request": 3, "code": "pri", "cursor": 3}
        self.assertEqual(self.one.say(type="complete", **ask)[0]["code"], "no-session")
        self.ran(SUM)
        self.assertEqual(self.one.say(type="complete", **ask)[0]["matches"][0]["text"], "print")
        self.assertEqual(self.one.say(type="inspect", **ask)[0]["data"], {"text/plain": "print(*objects)"})

    def test_variables_are_listed_for_who_may_run(self) -> None:
        """The list comes from the session; who may only read is refused."""
        ask = {"type": "variables", "document": self.document, "request": 3}
        self.assertEqual(self.one.say(**ask)[0]["code"], "no-session")
        self.ran(SUM)
        found = self.one.say(**ask)[0]
        self.assertEqual([each["name"] for each in found["variables"]], ["x"])
        viewer = self.page(self.colleague(Role.VIEWER))
        viewer.say(type="open", document=self.document)
        self.assertEqual(viewer.say(**ask)[-1]["code"], "may-not-run")

    def test_usage_is_told_while_somebody_watches(self) -> None:
        """Every two seconds the page learns what the session uses, if that is news."""
        self.ran(SUM)
        self.later(2)
        self.assertEqual(self.state()["memory"], 50 * 1024 * 1024)
        self.one.take()
        self.later(2)
        self.assertEqual(self.one.take("session"), [])


class StoredStateTests(RunCase):
    """What the store holds at the end."""

    def test_lists_know_whether_something_runs(self) -> None:
        """Within seconds the list of workspaces shows that a session computes, waits, or is gone."""
        seen = []
        for source in (WAITS, SUM):
            self.ran(source)
            self.later(2)
            seen.append(self.workspaces.spaces[self.workspace].session)
            self.one.say(type="interrupt", document=self.document)
            self.later()
        self.one.say(type="stop", document=self.document)
        self.later(2)
        self.later(2)
        self.assertEqual([*seen, self.workspaces.spaces[self.workspace].session], ["running", "ready", "stopped"])

    def test_states_are_committed(self) -> None:
        """A run ends in the store as it ended on the page."""
        run = self.ran(SUM)
        self.later(0.1)
        self.assertEqual(self.runs.runs[run].state, RunState.DONE)  # type: ignore[index]
        self.assertIsNotNone(self.runs.runs[run].finished)  # type: ignore[index]
