"""What is counted for each account, and what its owner can do when there is no more of it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from sagews.config.quotas import QuotaSection
from sagews.errors import SagewsError
from sagews.model.sessions import MEBIBYTE


class Resource(StrEnum):
    """Something that an account has at once; its value is the name of the setting."""

    SESSIONS = "sessions"
    RUNS = "runs"
    JOBS = "jobs"
    DOCUMENTS = "documents"
    SOCKETS = "sockets"
    WORKSPACES = "workspaces"
    WORKSHEET_OUTPUTS = "worksheet_outputs"
    OUTPUTS = "outputs"
    HISTORY = "history"
    NAMED_VERSIONS = "named_versions"
    HOME = "home"
    HOMES = "homes"


BYTES = frozenset({Resource.WORKSHEET_OUTPUTS, Resource.OUTPUTS, Resource.HISTORY, Resource.HOME, Resource.HOMES})
"""Counted in bytes; their settings are in MiB. They belong to the owner of a workspace, whoever brings them forth."""

NOUNS: Mapping[Resource, str] = {
    Resource.SESSIONS: "sessions at once",
    Resource.RUNS: "cells waiting",
    Resource.JOBS: "saves, comparisons and long outputs at once",
    Resource.DOCUMENTS: "open worksheets",
    Resource.SOCKETS: "open pages",
    Resource.WORKSPACES: "workspaces",
    Resource.WORKSHEET_OUTPUTS: "stored output in a worksheet",
    Resource.OUTPUTS: "stored output in all worksheets",
    Resource.HISTORY: "history of all workspaces",
    Resource.NAMED_VERSIONS: "named versions in a workspace of somebody else",
    Resource.HOME: "files in a workspace",
    Resource.HOMES: "files in all workspaces",
}
HOW_TO_FREE: Mapping[Resource, str] = {
    Resource.SESSIONS: "End the session of a worksheet that you do not need now.",
    Resource.RUNS: "Wait for some to end, or press Stop.",
    Resource.JOBS: "Wait for one to end.",
    Resource.DOCUMENTS: "Close a page or a worksheet.",
    Resource.SOCKETS: "Close a page.",
    Resource.WORKSPACES: "Delete one that you do not need any more.",
    Resource.WORKSHEET_OUTPUTS: "Clear the output of a cell or of the worksheet, or print less.",
    Resource.OUTPUTS: "Clear the output of worksheets, or delete some that you do not need any more.",
    Resource.HISTORY: "Remove older autosaves in the history of your workspaces, or delete a workspace: "
    "its history goes a day later.",
    Resource.NAMED_VERSIONS: "Take the name from one of yours that nobody needs any more, in the workspace's history, "
    "or ask the owner of the workspace to name this one.",
    Resource.HOME: "Delete files, for instance with os.remove in a cell; each page of it shows what they take.",
    Resource.HOMES: "Delete files in any of your workspaces, or delete a workspace.",
}


def allowed(quota: QuotaSection, resource: Resource) -> int:
    """Return how much of something a quota allows, in bytes where it is counted in bytes."""
    amount = int(getattr(quota, resource))
    return amount * MEBIBYTE if resource in BYTES else amount


def exceeded(resource: Resource, most: int, used: int = 0) -> SagewsError:
    """Return the refusal: what the limit is, and how to free some of it; of bytes also what is used and left."""
    limit = f"{most} {NOUNS[resource]}"
    if resource in BYTES:
        left = max(0, most - used)
        limit = f"{_mebibytes(most)} of {NOUNS[resource]}, {_mebibytes(used)} used, {_mebibytes(left)} left"
    # A code of its own: whoever closes a workspace has to know that only a person can make room.
    code = "history-full" if resource is Resource.HISTORY else "limit"
    return SagewsError(code, limit=limit, advice=HOW_TO_FREE[resource])


def _mebibytes(amount: int) -> str:
    return f"{amount / MEBIBYTE:.1f}".removesuffix(".0") + " MiB"
