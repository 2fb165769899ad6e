"""The figures of a daemon: what is observed as it happens, and what is read from its parts when somebody asks.

Histograms are filled by whoever does the work. All else is a `Figure`, which a component yields in the reactor's thread
only when it is asked: a daemon that nobody watches pays for its histograms alone, two microseconds an observation.
Names and labels never hold what people chose; every label has a handful of values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from prometheus_client import CollectorRegistry, GCCollector, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

NAMESPACE = "sagews"
# Seconds. From a warm evaluation to what a person would call broken.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of this moment.

    Attributes:
        name: what it is, in snake_case and with its unit, without the namespace and without "_total".
        text: one sentence for whoever reads it.
        value: the number.
        counts: whether it only ever grows while the daemon lives.
        labels: which one of several it is.
    """

    name: str
    text: str
    value: float
    counts: bool = False
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


class Instruments:
    """The histograms of one daemon, and the registry that all its figures are read from."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        for each in (ProcessCollector, PlatformCollector, GCCollector):
            each(registry=self.registry)
        self.requests = self._histogram(
            "http_request_seconds", "Time from a request's arrival to its answer, by class of status.", "status"
        )
        self.statements = self._histogram(
            "database_statement_seconds",
            "Time of a statement or transaction, with the wait for a connection.",
            "role",
        )
        self.session_starts = self._histogram(
            "session_start_seconds", "Time from the wish for a session until it is ready.", "flavour"
        )
        self.lag = self._histogram(
            "reactor_lag_seconds", "How much later than planned a call of each second came to its turn."
        )

    def _histogram(self, name: str, text: str, *labels: str) -> Histogram:
        return Histogram(name, text, labels, namespace=NAMESPACE, buckets=BUCKETS, registry=self.registry)


class FigureCollector(Collector):
    """Gives the registry the figures that were read last."""

    def __init__(self) -> None:
        self._figures: Sequence[Figure] = ()

    def take(self, figures: Iterable[Figure]) -> None:
        """Keep what was read, in place of what was read before."""
        self._figures = tuple(figures)

    def collect(self) -> Iterable[Metric]:
        """Yield a family for each name."""
        families: dict[str, CounterMetricFamily | GaugeMetricFamily] = {}
        for figure in self._figures:
            family = families.get(figure.name)
            if family is None:
                kind = CounterMetricFamily if figure.counts else GaugeMetricFamily
                family = kind(f"{NAMESPACE}_{figure.name}", figure.text, labels=tuple(figure.labels))
                families[figure.name] = family
            family.add_metric(tuple(figure.labels.values()), figure.value)
        return families.values()
