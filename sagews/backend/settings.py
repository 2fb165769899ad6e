"""What the live side can be told: limits and times, with defaults that suit one machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sagews.config.quotas import QuotaSection
from sagews.model.accounts import Privilege
from sagews.model.sessions import Isolation, Limits
from sagews.policy.quotas.ledger import DEFAULTS

KIBIBYTE = 1024
MEBIBYTE = 1024 * 1024


@dataclass(slots=True)
class BackendSettings:
    """Settings of a backend. Times in seconds, sizes in bytes. Nobody changes them but `adopt`.

    Attributes:
        name: of this backend, as tickets and leases name it.
        quotas: what an account of each type may have at once.
        origins: from where pages may connect, as browsers write it, for instance "https://math.example.org:8443";
            their part after "//" is what the Host header may be.
        handshake_seconds: how long a connection may stay silent before its handshake.
        resume_seconds: how long after a loss a resume secret is good.
        recheck_seconds: how often login and grant of an open connection are checked again.
        confirm_seconds: how long after a page has come back a run is compared with the store before it starts: pages
            that were in another life of the backend repeat what they do not know the fate of.
        grace_seconds: how long an interrupt may take before people are told that the code does not listen.
        idle_seconds: a session that computed nothing for so long is ended.
        unload_seconds: a document that nobody has open is forgotten after so long.
        lease_seconds: how long a lease of a workspace lasts without being renewed.
        commit_seconds: at least so long lies between two commits while edits keep coming; one that comes later than
            that goes at once, and is then said to be saved.
        lull_seconds: when no edit came for so long, those that wait go before that.
        record_seconds: runs and output, which nobody waits for, are collected for so long, unless an edit
            takes them along.
        max_waiting, max_waiting_of_one: connections without a greeting, in all and from one network.
        compact_bytes: so much text stored of a worksheet that is being opened, and it is asked whether most is past.
        compact_open_bytes: the same of one that stays open.
        queue_bytes: what waits for a browser that reads too slowly, before it is dropped.
        reply_bytes: what waits for it of answers that can't be dropped, before its connection is closed.
        account_bytes: what waits for all pages of an account, before the one that reads slowest lets go of it.
    """

    name: str = "backend"
    quotas: Mapping[Privilege, QuotaSection] = field(default_factory=lambda: DEFAULTS)
    origins: frozenset[str] = frozenset({"http://127.0.0.1:8080", "http://localhost:8080"})
    limits: Limits = field(default_factory=Limits)
    minimum: Isolation = Isolation.NONE
    handshake_seconds: float = 5.0
    resume_seconds: float = 600.0
    recheck_seconds: float = 20.0
    suspend_seconds: float = 30.0
    confirm_seconds: float = 5.0
    ping_seconds: float = 25.0
    ping_timeout: float = 20.0
    grace_seconds: float = 3.0
    idle_seconds: float = 3600.0
    scratch_seconds: float = 600.0
    unload_seconds: float = 30.0
    close_seconds: float = 60.0
    lease_seconds: int = 20
    commit_seconds: float = 0.02
    lull_seconds: float = 0.0015
    record_seconds: float = 0.1
    snapshot_seconds: float = 30.0
    snapshot_updates: int = 500
    snapshot_bytes: int = 256 * KIBIBYTE
    compact_bytes: int = 2 * MEBIBYTE
    compact_open_bytes: int = 12 * MEBIBYTE
    queue_bytes: int = 512 * KIBIBYTE
    reply_bytes: int = 16 * MEBIBYTE
    account_bytes: int = 64 * MEBIBYTE
    ring_events: int = 2000
    ring_bytes: int = MEBIBYTE
    max_connections: int = 10_000
    max_waiting: int = 2000
    max_waiting_of_one: int = 500
    messages_per_second: float = 2000.0
    messages_at_once: float = 4000.0
    bytes_per_second: float = 4.0 * MEBIBYTE
    bytes_at_once: float = 16.0 * MEBIBYTE
    reconnect_seconds: float = 2.0
    stop_seconds: float = 8.0

    def adopt(self, other: BackendSettings) -> None:
        """Take over what may change while the backend runs; whoever reads it next has the new value."""
        self.quotas = other.quotas
        self.origins = other.origins
        self.limits = other.limits
        self.idle_seconds = other.idle_seconds
