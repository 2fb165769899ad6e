"""What callers are told of what the launcher refuses: what they can do something about; the rest is in the log."""

from __future__ import annotations

from twisted.logger import Logger

from sagews.errors import SagewsError
from sagews.wire import launcher as wire

log = Logger()


def refusal(refused: wire.Refused) -> SagewsError:
    """Return what a caller is told: the launcher's error; what people can't do anything about is in the log alone."""
    if refused.code == "isolation":
        return SagewsError("configuration", reason=refused.reason)
    if refused.code == "internal":
        log.error("the launcher could not do it: {reason}", reason=refused.reason, correlation=refused.id or "")
        return SagewsError("internal", correlation=refused.id or "launcher")
    if refused.code == "flavour-failed":
        log.error("no child could be made: {reason}", reason=refused.reason, correlation=refused.id or "")
    return SagewsError(refused.code, **refused.parameters)
