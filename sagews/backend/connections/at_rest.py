"""What an open websocket need not keep: autobahn copies its options and the whole handshake into each connection.

Of ten thousand people most do nothing at any moment. A protocol of autobahn has a dictionary of a hundred entries, nine
in ten of which are the same in all of them; here those stand in the class, once, and the rest of the handshake goes.
Names are those of autobahn 26; a name that it does not have does no harm, and one that is missed costs memory only.
"""

from __future__ import annotations

from typing import Any

_NONE = (
    "_perMessageCompress _results _transport_details _valid_events autoPingPending autoPingPendingCall "
    "autoPingPendingSent autoPingTimeoutCall closeHandshakeTimeoutCall current_frame frame_data localCloseCode "
    "localCloseReason openHandshakeTimeoutCall remoteCloseCode remoteCloseReason trackedTimings wasNotCleanReason"
)
_FALSE = (
    "_isMessageCompressed closedByMe droppedByMe failedByMe inside_message triggered "
    "utf8validateIncomingCurrentMessage wasClean wasCloseHandshakeTimeout wasMaxFramePayloadSizeExceeded "
    "wasMaxMessagePayloadSizeExceeded wasOpenHandshakeTimeout wasServerConnectionDropTimeout "
    "wasServingFlashSocketPolicyFile"
)
# What an open connection that has nothing under way holds under these names.
RESTING: dict[str, Any] = {
    **dict.fromkeys(_NONE.split()),
    **dict.fromkeys(_FALSE.split(), False),
    "autoPingPendingSeq": 0,
    "connected": 1,
    "data": b"",
    "send_state": 0,
    # Only for writes in chopped pieces, which nothing here asks for.
    "send_queue": (),
    # Every version that autobahn accepts frames messages in this way.
    "websocket_version": 13,
}
# What the handshake left, and what is made anew for the next message that needs it.
PASSED = frozenset(
    "_results _transport_details _valid_events _wskey current_frame_masker frame_length http_headers http_request_data "
    "http_request_host http_request_params http_request_path http_request_uri http_response_data http_status_line "
    "is_open message_data message_data_total_length message_is_binary send_queue trafficStats utf8validateLast "
    "utf8validator websocket_extensions websocket_extensions_in_use websocket_origin websocket_protocol_in_use "
    "websocket_protocols".split()
)


def at_rest(values: dict[str, Any]) -> dict[str, Any]:
    """Return what differs between connections out of all that one holds."""
    return {
        name: value
        for name, value in values.items()
        if name not in PASSED and (name not in RESTING or value != RESTING[name])
    }
