"""What is counted for each account, and what its owner can do when there is no more of it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from sagews.config.quotas import QuotaSection
from sagews.errors import SagewsError


class Resource(StrEnum):
    """Something that an account has at once; its value is the name of the setting."""

    SESSIONS = "sessions"
    RUNS = "runs"
    JOBS = "jobs"
    DOCUMENTS = "documents"
    SOCKETS = "sockets"
    WORKSPACES = "workspaces"


NOUNS: Mapping[Resource, str] = {
    Resource.SESSIONS: "sessions at once",
    Resource.RUNS: "cells waiting",
    Resource.JOBS: "saves and comparisons at once",
    Resource.DOCUMENTS: "open worksheets",
    Resource.SOCKETS: "open pages",
    Resource.WORKSPACES: "workspaces",
}
HOW_TO_FREE: Mapping[Resource, str] = {
    Resource.SESSIONS: "End the session of a worksheet that you do not need now.",
    Resource.RUNS: "Wait for some to end, or press Stop.",
    Resource.JOBS: "Wait for one to end.",
    Resource.DOCUMENTS: "Close a page or a worksheet.",
    Resource.SOCKETS: "Close a page.",
    Resource.WORKSPACES: "Delete one that you do not need any more.",
}


def allowed(quota: QuotaSection, resource: Resource) -> int:
    """Return how much of something a quota allows."""
    return int(getattr(quota, resource.value))


def exceeded(resource: Resource, most: int) -> SagewsError:
    """Return the refusal: what the limit is, and how to free some of it."""
    return SagewsError("limit", limit=f"{most} {NOUNS[resource]}", advice=HOW_TO_FREE[resource])
