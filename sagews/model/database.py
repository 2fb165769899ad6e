"""The database roles: who connects to PostgreSQL as what. The store grants them their rights; ops makes them."""

from __future__ import annotations

from enum import StrEnum

DATABASE = "sagews"


class DatabaseRole(StrEnum):
    """A PostgreSQL role of ours; the value is its name in the cluster."""

    SCHEMA = "sagews_schema"
    FRONTEND = "sagews_frontend"
    BACKEND = "sagews_backend"
    LOG = "sagews_log"
