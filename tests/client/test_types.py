"""The client's types of what page and backend say: generated, current, and as strict as the backend's own."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

import msgspec
from twisted.trial.unittest import SynchronousTestCase

from sagews.wire.browser.messages import PAGE_MESSAGES, SERVER_MESSAGES
from scripts import client_types
from tests.client.building import answers

SEED = 20
CASES = 4000


class GeneratedTests(SynchronousTestCase):
    """The files in static/src/net/wire."""

    def test_current(self) -> None:
        """They are what the generator makes of the types now; `python -m scripts.client_types` makes them anew."""
        for name, text in client_types.rendered().items():
            self.assertEqual((client_types.TARGET / name).read_text(encoding="utf-8"), text, name)

    def test_every_message(self) -> None:
        """Each message of either side is in its union, under the name of its type."""
        files = client_types.rendered()
        for name, messages in (("page.ts", PAGE_MESSAGES), ("server.ts", SERVER_MESSAGES)):
            for message in messages:
                self.assertIn(f"  | {message.__name__}", files[name])
                self.assertIn(f'readonly type: "{message.__struct_config__.tag}";', files[name])  # type: ignore[attr-defined]

    def test_unsupported(self) -> None:
        """A type that the shapes can't say is refused, not written as something else."""

        class Odd(msgspec.Struct, tag="odd", tag_field="type"):
            what: int | str

        class Odder(msgspec.Struct, tag="odder", tag_field="type"):
            what: tuple[int, str]

        for message in (Odd, Odder):
            self.assertRaises(client_types.Unsupported, client_types.Side([message]).types, "Odds")


class ShapeTests(SynchronousTestCase):
    """The client's check of what arrives, beside msgspec's."""

    def test_same_verdict(self) -> None:
        """Of messages, whole and broken in one place, the client takes those that msgspec takes."""
        decoder = msgspec.json.Decoder(reduce(or_, SERVER_MESSAGES))
        frames = list(_frames(SERVER_MESSAGES, random.Random(SEED)))  # noqa: S311
        expected = [_decodes(decoder, frame) and _bodies_are_objects(json.loads(frame)) for frame in frames]
        self.assertGreater(min(expected.count(True), expected.count(False)), CASES // 5)
        found = answers("parses", frames)
        self.assertEqual([frame for frame, one, other in zip(frames, expected, found, strict=True) if one != other], [])

    def test_no_message(self) -> None:
        """What is no JSON object with a known type is no message; a field that nobody knows changes nothing."""
        pong = {"type": "pong", "sent": 1.5}
        odd = ["", "{", "7", "null", "[]", "{}", '{"type": 3}', '{"type": "constructor"}', '{"type": "toString"}']
        part = json.dumps({"type": "Person", "connection": "c", "user": "u", "name": "n"})
        self.assertEqual(answers("parses", [*odd, part, json.dumps(pong)]), [*[False] * (len(odd) + 1), True])
        self.assertEqual(answers("parses", [json.dumps({**pong, "new": {"in": 2}})]), [True])


def _frames(messages: Sequence[type], chance: random.Random) -> Any:
    """Yield frames: a message of any type, and often one that is wrong somewhere."""
    for _ in range(CASES):
        value = _struct(chance.choice(messages), chance)
        yield json.dumps(_broken(value, chance) if chance.random() < 0.6 else value)


def _decodes(decoder: Any, frame: str) -> bool:
    try:
        decoder.decode(frame)
    except msgspec.DecodeError:
        return False
    return True


def _bodies_are_objects(value: Any) -> bool:
    """Whether what a backend passes on as text is what the schema says of it, at which msgspec does not look."""
    if isinstance(value, list):
        return all(map(_bodies_are_objects, value))
    if not isinstance(value, dict):
        return True
    return isinstance(value.get("body", {}), dict) and all(map(_bodies_are_objects, value.values()))


def _struct(kind: type, chance: random.Random) -> dict[str, Any]:
    """A value of a struct as JSON has it; fields with a default are left out at times."""
    info: Any = msgspec.inspect.type_info(kind)
    made = {info.tag_field: info.tag} if info.tag_field else {}
    for field in info.fields:
        if field.required or chance.random() < 0.5:
            made[field.encode_name] = _value(field.type, chance)
    return made


def _value(kind: Any, chance: random.Random) -> Any:
    """A value of a type, from msgspec's own account of it."""
    kinds = msgspec.inspect
    if isinstance(kind, kinds.UnionType):
        return _value(chance.choice(kind.types), chance)
    if isinstance(kind, kinds.Metadata):
        return {"a": chance.choice([None, 3, "x", [1], {"b": []}])}
    if isinstance(kind, kinds.StructType):
        return _struct(kind.cls, chance)
    if isinstance(kind, kinds.ListType):
        return [_value(kind.item_type, chance) for _ in range(chance.randrange(3))]
    if isinstance(kind, kinds.DictType):
        return {f"k{number}": _value(kind.value_type, chance) for number in range(chance.randrange(3))}
    simple = {
        kinds.StrType: "text",
        kinds.BytesType: "AAEC",
        kinds.BoolType: chance.random() < 0.5,
        kinds.IntType: chance.randrange(10**6),
        kinds.FloatType: chance.random() + 0.5,
        kinds.NoneType: None,
        kinds.AnyType: chance.choice([None, 3, "x", [1], {"a": {"b": []}}]),
    }
    return simple[type(kind)]


def _broken(value: Any, chance: random.Random) -> Any:
    """The value with one field, somewhere in it, gone or of another type."""
    places = [(holder, key) for holder, key in _places(value) if key != "type"]
    if not places:
        return value
    holder, key = chance.choice(places)
    if isinstance(holder, dict) and chance.random() < 0.3:
        del holder[key]
    else:
        holder[key] = chance.choice([None, True, 7, 2.5, "", [], {}, [None], {"a": None}])
    return value


def _places(value: Any) -> Any:
    """Yield every holder and key below a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(items):
        yield value, key
        yield from _places(inner)
