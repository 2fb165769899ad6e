"""Every role in a process of its own, from one data folder, as on one machine that grows."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from pathlib import Path
from urllib.request import urlopen

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from twisted.trial.unittest import SynchronousTestCase

from tests.e2e.running import RunningDaemon
from tests.promtool import promtool

pytestmark = pytest.mark.slow

MONITORING = Path(__file__).resolve().parents[2] / "etc" / "monitoring"


class RolesApartTests(SynchronousTestCase):
    """Four daemons that find each other."""

    def setUp(self) -> None:
        """Start frontend, log, backend and worker, in an order in which nobody is ready for the first ones."""
        self.parts = {"frontend": RunningDaemon(roles=("frontend",))}
        front = self.parts["frontend"]
        self.addCleanup(front.remove)
        for role in ("log", "backend", "worker"):
            self.parts[role] = front.sibling(role)
            self.addCleanup(self.parts[role].stop)
        for daemon in self.parts.values():
            daemon.launch()
        for daemon in self.parts.values():
            daemon.wait_until_ready()
        front.wait_for(self.evaluates, "a worker to be linked", 60)

    def evaluates(self) -> bool:
        """Whether the whole chain answers."""
        return self.parts["frontend"].run_command("eval", "--flavour", "python", "6*7").stdout.strip() == "42"

    def test_each_has_a_pid_file(self) -> None:
        """Each set of roles has its own pid file, and each stops by itself without taking the others along."""
        run = self.parts["frontend"].data / "run"
        self.assertEqual(
            sorted(path.name for path in run.glob("*.pid")),
            ["sagews-backend.pid", "sagews-frontend.pid", "sagews-log.pid", "sagews-worker.pid"],
        )
        self.parts["worker"].stop(signal.SIGTERM, group=False)
        self.assertEqual(self.parts["frontend"].run_command("status").returncode, 0)

    def test_a_worker_comes_back(self) -> None:
        """After a worker was killed, another one takes its place without anybody else being started anew."""
        self.parts["worker"].stop(signal.SIGKILL, group=False)
        self.parts["worker"].launch()
        self.parts["frontend"].wait_for(self.evaluates, "the worker to be back", 60)
        for name in ("frontend", "backend"):
            self.assertIsNone(self.parts[name].process.poll(), name)

    def test_records_of_all_roles(self) -> None:
        """`sagews logs` shows records of the worker, which came through its backend, and of the frontend."""
        for component in ("worker", "backend", "frontend"):
            self.parts["frontend"].wait_for(
                lambda component=component: self.records_of(component), f"records of the {component}"
            )
            self.assertTrue(self.records_of(component), component)

    def records_of(self, component: str) -> bool:
        """Whether the collector has records of a component."""
        answer = self.parts["frontend"].run_command("logs", "--component", component, "--limit", "3")
        return component in answer.stdout

    def test_status_of_all_processes(self) -> None:
        """`sagews status` shows every process; without a frontend it asks the others, and says who does not answer."""
        front = self.parts["frontend"]
        status = json.loads(front.run_command("status", "--json").stdout)
        self.assertEqual(set(status["others"]), {"backend", "log", "worker"})
        self.assertEqual(status["others"]["backend"]["backend"]["name"], "backend")
        self.assertEqual(
            status["backend"]["workers"][0]["flavours"],
            status["others"]["backend"]["backend"]["workers"][0]["flavours"],
        )
        self.assertIn("level", status["isolation"])
        self.parts["log"].stop(signal.SIGKILL, group=False)
        front.stop(signal.SIGINT, group=False)
        status = json.loads(front.run_command("status", "--json").stdout)
        self.assertEqual(set(status["others"]), {"backend", "worker"})
        self.assertIn("No daemon answers", status["site"])

    def test_metrics_of_all_processes(self) -> None:
        """Each process answers at its own port; figures add up, and are all that rules and dashboard speak of."""
        status = json.loads(self.parts["frontend"].run_command("status", "--json").stdout)
        addresses = {"frontend": status["metrics"]["address"]}
        addresses |= {name: found["metrics"]["address"] for name, found in status["others"].items()}
        self.assertEqual(len(set(addresses.values())), 4)
        told = {name: self._told(address) for name, address in addresses.items()}
        counted = {name: self._value(text, "sagews_session_start_seconds_count") for name, text in told.items()}
        self.assertEqual((counted["worker"] > 0, counted["frontend"]), (True, 0))
        self.assertGreater(self._value(told["frontend"], "sagews_http_request_seconds_count"), 0)
        self.assertGreater(self._value(told["backend"], "sagews_worker_capacity"), 0)
        for text in told.values():
            self._check(["check", "metrics"], text)
        families = [family for text in told.values() for family in self._families(text)]
        names = {family.name for family in families} | {each.name for family in families for each in family.samples}
        self._check(["check", "rules", str(MONITORING / "alerts.yml")])
        for path in sorted(MONITORING.iterdir()):
            spoken = set(re.findall(r"\b(?:sagews|process)_[a-z_]+", path.read_text(encoding="utf-8")))
            self.assertEqual(spoken - names, set(), path.name)

    def _told(self, address: str) -> str:
        with urlopen(f"http://{address}/health/ready", timeout=30) as answer:
            self.assertEqual(answer.read(), b"ok\n")
        with urlopen(f"http://{address}/metrics", timeout=30) as answer:
            return str(answer.read().decode())

    def _families(self, text: str) -> list[Metric]:
        return list(text_string_to_metric_families(text))

    def _value(self, text: str, name: str) -> float:
        samples = [sample for family in self._families(text) for sample in family.samples]
        return sum(sample.value for sample in samples if sample.name == name)

    def _check(self, arguments: list[str], text: str = "") -> None:
        done = subprocess.run([promtool(), *arguments], input=text, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_reload_of_all_processes(self) -> None:
        """`sagews reload` reaches every process: each takes what is its own and names what needs its restart."""
        front = self.parts["frontend"]
        text = front.settings.read_text(encoding="utf-8")
        more = "\n[user_quota]\nsessions = 9\n[database]\nconnections = 13\n"
        front.settings.write_text(text + more, encoding="utf-8")
        done = front.run_command("reload", "--config", str(front.settings))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for line in ("backend: user_quota.sessions from 20 to 9", "worker: nothing changed"):
            self.assertIn(line, done.stdout.splitlines())
        self.assertIn("log: a restart is needed for database.connections", done.stdout)
