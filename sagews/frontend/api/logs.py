"""Log records, for administrators and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from sagews.errors import SagewsError
from sagews.frontend.http import schemas
from sagews.frontend.http.call import Answer, Call, answer
from sagews.frontend.http.query import number
from sagews.frontend.http.routes import Routes
from sagews.frontend.parts import Parts
from sagews.model.logs import LogQuery
from sagews.policy.http.requests import Policy

LEVELS = ("debug", "info", "warn", "error", "critical")
_TEXTS = ("component", "machine", "correlation", "text")


def add_routes(routes: Routes, parts: Parts) -> None:
    """Add the route of log records; without a store that has them it is not found."""

    async def logs(call: Call) -> Answer:
        if parts.logs is None:
            raise SagewsError("not-found")
        found = await parts.logs.query(log_query(call.query))
        return answer({"records": [schemas.record(each) for each in found]})

    routes.add("GET", "/api/logs", Policy.OPERATOR, logs)


def log_query(query: Mapping[str, str]) -> LogQuery:
    """Return what a query string asks of the logs.

    Raises:
        SagewsError: `bad-value` for an unknown level, a time that is not ISO 8601, a text of more than 200 characters.
    """
    level = query.get("level") or None
    if level is not None and level not in LEVELS:
        raise SagewsError("bad-value", field="level", reason=f"it is none of {', '.join(LEVELS)}")
    texts = {name: _short(query.get(name), name) for name in _TEXTS}
    return LogQuery(
        least_level=level,
        since=_time(query.get("since"), "since"),
        before=_time(query.get("before"), "before"),
        limit=number(query.get("limit"), "limit", 100, 1000),
        **texts,
    )


def _short(value: str | None, field: str) -> str | None:
    if value and (len(value) > 200 or "\0" in value):
        raise SagewsError("bad-value", field=field, reason="it is too long or can't be shown")
    return value or None


def _time(value: str | None, field: str) -> datetime | None:
    if not value:
        return None
    try:
        # A plus sign in a query arrives as a space.
        parsed = datetime.fromisoformat(value[:50].replace(" ", "+"))
    except ValueError:
        raise SagewsError("bad-value", field=field, reason="it is not a time (ISO 8601)") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
