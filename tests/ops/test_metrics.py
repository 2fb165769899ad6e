"""Figures and health: what is told, from which thread, and that it is told while the reactor computes."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterable
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import SynchronousTestCase, TestCase

from sagews.ops.listening import bind
from sagews.ops.metrics import server as module
from sagews.ops.metrics.figures import Figure, FigureCollector, Instruments
from sagews.ops.metrics.pulse import DEAD_SECONDS, ReactorPulse
from sagews.ops.metrics.server import MetricsServer


def figures() -> Iterable[Figure]:
    """Yield a gauge, and a counter with labels."""
    yield Figure("sessions", "Sessions that live.", 3)
    for number, by in enumerate(("computing", "waiting")):
        yield Figure("reactor_stalls", "Stalls.", number + 1, counts=True, labels={"by": by})


class FigureTests(SynchronousTestCase):
    """From a component's figures to what monitoring reads."""

    def test_families(self) -> None:
        """Figures of one name are one family, and counters end in _total."""
        collector = FigureCollector()
        collector.take(figures())
        found = {family.name: family for family in collector.collect()}
        self.assertEqual(sorted(found), ["sagews_reactor_stalls", "sagews_sessions"])
        self.assertEqual([sample.value for sample in found["sagews_sessions"].samples], [3])
        stalls = [(each.name, each.labels, each.value) for each in found["sagews_reactor_stalls"].samples]
        self.assertEqual(stalls[1], ("sagews_reactor_stalls_total", {"by": "waiting"}, 2))

    def test_two_daemons_in_one_process(self) -> None:
        """Each has histograms of its own: nothing is registered for the whole process."""
        first, second = Instruments(), Instruments()
        first.lag.observe(0.2)
        self.assertEqual(second.registry.get_sample_value("sagews_reactor_lag_seconds_count"), 0)
        self.assertEqual(first.registry.get_sample_value("sagews_reactor_lag_seconds_count"), 1)


class PulseTests(SynchronousTestCase):
    """Time is a Clock."""

    def test_late_beats_are_observed(self) -> None:
        """A beat that comes late counts as lag, and a reactor that does not turn is dead after half a minute."""
        clock, instruments, offset = Clock(), Instruments(), [0.0]
        pulse = ReactorPulse(clock, instruments.lag, figures, tuple, lambda: clock.seconds() + offset[0])
        pulse.start()
        clock.advance(1)
        offset[0] = 0.25
        clock.advance(1)
        value = instruments.registry.get_sample_value
        self.assertEqual(value("sagews_reactor_lag_seconds_count"), 2)
        self.assertAlmostEqual(value("sagews_reactor_lag_seconds_sum") or 0, 0.25)
        self.assertTrue(pulse.alive)
        offset[0] += DEAD_SECONDS
        self.assertFalse(pulse.alive)
        pulse.stop()
        self.assertEqual(clock.getDelayedCalls(), [])


class ServerTests(TestCase):
    """A real server on a free port of the loopback interface; the reactor is the real one, too."""

    def setUp(self) -> None:
        """Serve."""
        self.reason = ""
        self.instruments = Instruments()
        self.pulse = ReactorPulse(reactor, self.instruments.lag, figures, tuple)
        self.instruments.registry.register(self.pulse.collector)
        self.pulse.start()
        listening = bind("127.0.0.1", 0, "the test")
        self.server = MetricsServer(listening, self.instruments.registry, self.pulse, lambda: self.reason)
        self.server.begin()
        self.addCleanup(self._end)

    def _end(self) -> Deferred[None]:
        self.pulse.stop()
        return deferToThread(self.server.end)

    def get(self, path: str) -> Deferred[Any]:
        """Ask in a thread; the answer is its status and its text."""
        return deferToThread(self.fetch, path)

    def fetch(self, path: str) -> tuple[int, str]:
        """Ask."""
        try:
            with urlopen(f"http://{self.server.address}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()

    async def test_what_is_told(self) -> None:
        """Everything that was read at this moment, in Prometheus' own format, beside figures of the process."""
        status, text = await self.get("/metrics")
        found = {family.name: family for family in text_string_to_metric_families(text)}
        self.assertEqual(status, 200)
        self.assertEqual(found["sagews_sessions"].samples[0].value, 3)
        self.assertIn("process_cpu_seconds", found)
        self.assertIn("sagews_http_request_seconds", found)
        self.assertLess(found["sagews_reactor_silence_seconds"].samples[0].value, 10)

    async def test_health(self) -> None:
        """Liveness and readiness are two: who should get no visitors need not be restarted."""
        self.assertEqual(await self.get("/health/ready"), (200, "ok\n"))
        self.reason = "the database does not answer"
        self.assertEqual(await self.get("/health/ready"), (503, "the database does not answer\n"))
        self.assertEqual(await self.get("/health/live"), (200, "ok\n"))
        self.assertEqual((await self.get("/other"))[0], 404)

    def test_while_the_reactor_computes(self) -> None:
        """Figures of the last time are told all the same."""
        answers: list[tuple[int, str]] = []
        thread = threading.Thread(target=lambda: answers.append(self.fetch("/metrics")))
        thread.start()
        # The reactor does not turn here: this is its thread.
        thread.join(10)
        self.assertEqual(answers[0][0], 200)
        self.assertIn("sagews_reactor_silence_seconds", answers[0][1])

    async def test_too_many_at_once(self) -> None:
        """Those who say nothing hold their places for a while only, and the others are cut off."""
        self.patch(module, "REQUEST_SECONDS", 0.5)
        silent = [socket.create_connection(self.server.socket.getsockname()) for _ in range(module.MOST_AT_ONCE + 2)]
        for each in silent:
            self.addCleanup(each.close)
        # The last of them is refused at once, the first when its time is up.
        for each in (silent[-1], silent[0]):
            each.settimeout(10)
            self.assertEqual(await deferToThread(each.recv, 1), b"")
        self.assertEqual((await deferToThread(self._patiently, "/health/live"))[0], 200)

    def _patiently(self, path: str) -> tuple[int, str]:
        for _ in range(50):
            try:
                return self.fetch(path)
            except OSError:
                time.sleep(0.1)
        return self.fetch(path)
