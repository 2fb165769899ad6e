"""What the scripted session does with channels: it takes the answer to a question, and evaluates its interacts."""

from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import IReactorTime

from tests.client.controls import control
from tests.client.script import Step, stream

Interact = dict[str, Any]


class Channels:
    """The part of a room that hears what is said over channels."""

    clock: IReactorTime
    asking: dict[str, Any] | None
    running: tuple[dict[str, Any], Any] | None
    outputs: dict[str, dict[str, Any]]
    # By run: the interacts that it opened, the cell that did, and the seconds that an evaluation takes.
    interacts: dict[str, list[Interact]]

    def event(self, message: dict[str, Any]) -> dict[str, Any]:
        """Tell everybody something that is numbered."""
        raise NotImplementedError

    def _state(self, cell: dict[str, Any], state: str, **more: Any) -> None:
        raise NotImplementedError

    def _print(self, cell: dict[str, Any], step: Step) -> None:
        raise NotImplementedError

    def _step(self, cell: dict[str, Any]) -> None:
        raise NotImplementedError

    def answered(self, message: dict[str, Any], by: str) -> bool:
        """Take what somebody says over a channel; whether that is open."""
        if "serial" in message["body"]:
            return self._moved(message, by)
        asking = self.asking
        if asking is None or self.running is None or message["channel"] != asking["channel"]:
            return False
        cell, text, self.asking = self.running[0], message["body"]["text"], None
        self.close(cell, asking["channel"])
        shown = "········" if asking["body"]["hidden"] else text
        self._print(cell, stream(f"{asking['body']['prompt']}{shown}\n"))
        self._step(cell)
        return True

    def open_interact(self, cell: dict[str, Any], body: dict[str, Any], seconds: float) -> None:
        """Open one, with what its function prints at first; one that is `within` itself stands in its own area, too."""
        within = body.pop("within", False)
        channel = {"channel": 1, "kind": "interact", "body": body, "live": True}
        self.interacts[cell["run"]] = [channel]
        self.open(cell, channel)
        self._print(cell, Step(0.0, "channel", {"channel": 1}))
        self._print(cell, Step(0.0, "area", {"area": 1, "shown": False}))
        self._show(cell, body)
        if within:
            self._print(cell, Step(0.0, "channel", {"channel": 1, "area": 1}))
            self._print(cell, Step(0.0, "area", {"area": 2, "parent": 2}))
            self._print(cell, Step(0.0, "area", {"area": 1, "parent": 1}))
        channel["seconds"] = seconds

    def open(self, cell: dict[str, Any], channel: Interact) -> None:
        """Tell that a channel is open."""
        self._keep_run(cell)
        self.event({"type": "channel_opened", "run": cell["run"], "opened": dict(channel)})

    def close(self, cell: dict[str, Any], channel: int, **more: Any) -> None:
        """Tell that a channel is closed."""
        self._keep_run(cell)
        self.event({"type": "channel_closed", "run": cell["run"], "channel": channel, **more})

    def open_channels(self, cell: dict[str, Any]) -> dict[str, Any]:
        """Return what a run has open, as the document says it to who opens it."""
        found = [
            {name: each[name] for name in each if name != "seconds"} for each in self.interacts.get(cell["run"], [])
        ]
        if self.asking is not None and self.running is not None and self.running[0] is cell:
            found.insert(0, self.asking)
        return {"channels": found}

    def _keep_run(self, cell: dict[str, Any]) -> None:
        """Have who comes later see the controls as they are now."""
        self.outputs[cell["cell"]]["run"].update(self.open_channels(cell))

    def end_interacts(self) -> None:
        """No session holds them any more."""
        for each in self.outputs.values():
            for channel in self.interacts.get(each["run"]["run"], []):
                channel["live"] = False
                self.close(each["run"], channel["channel"], stays=True)

    def _moved(self, message: dict[str, Any], by: str) -> bool:
        found = next((each for each in self.interacts.get(message["run"], []) if each["live"]), None)
        if found is None:
            return False
        said, body = message["body"], found["body"]
        tell = {"type": "channel_state", "run": message["run"], "channel": 1}
        told = {"serial": said["serial"], "by": by}
        self.event({**tell, "state": {**told, "busy": True, "values": said["values"]}})
        cell = next(each["run"] for each in self.outputs.values() if each["run"].get("run") == message["run"])

        def evaluate() -> None:
            errors = {
                name: "This can't be read: it ends too early."
                for name, value in said["values"].items()
                if str(value).endswith("+")
            }
            values = {
                name: value if name not in errors else body["values"][name] for name, value in said["values"].items()
            }
            more: dict[str, Any] = {}
            if said.get("pressed") == "go":
                name = f"k{said['values']['go']}"
                more = {"controls": [*body["controls"], control(name, "check")], "layout": None}
                values = {**body["values"], **values, name: False}
            refused = {"errors": errors, "errors_by": by}
            found["body"] = {**body, **more, **told, "values": {**found["body"]["values"], **values}, **refused}
            self._keep_run(cell)
            if not errors:
                self._show(cell, found["body"], again=True)
            self.event({**tell, "state": {**told, **more, "busy": False, "values": values, **refused}})

        self.clock.callLater(found["seconds"], evaluate)
        return True

    def _show(self, cell: dict[str, Any], body: dict[str, Any], *, again: bool = False) -> None:
        """Show the values in the area, in the place of what was there."""
        if "root" in (body["layout"] or {}) and not again:
            return
        text = ", ".join(f"{name} = {value}" for name, value in body["values"].items())
        shown = {"name": "stdout", "text": f"{text}\n", "area": body["area"]}
        pieces = self.outputs[cell["cell"]]["pieces"]
        place = next(
            (each for each in pieces if each["body"].get("area") == body["area"] and each["kind"] == "stream"), None
        )
        if not again or place is None:
            self._print(cell, Step(0.0, "stream", shown))
            return
        place["body"] = shown
        self.event({"type": "output", "run": cell["run"], "cell": cell["cell"], "piece": place})
