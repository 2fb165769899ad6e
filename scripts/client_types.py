"""Writes the TypeScript of what page and backend say to each other, from the types that the backend has for it.

`python -m scripts.client_types` writes static/src/net/wire/; tests/client/test_types.py holds it to what the types say
now. The files are kept in the repository, so that building the client needs no Python package of ours.

Each side becomes interfaces and their union; what the page hears also *shapes*, by which
static/src/net/shapes.ts checks it:

    fields    name:form, space between; name? may be absent; a name without a form is text
    form      s text, n number, i whole number, b yes or no, o an object of anything, [form], {form} by name, form? or
              null, and the key of another shape: the tag of a message, else the name of a struct
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any

import msgspec

from sagews.wire.browser.base import MAX_MESSAGE, PROTOCOL
from sagews.wire.browser.messages import PAGE_MESSAGES, SERVER_MESSAGES
from sagews.wire.browser.runs import MAX_CELLS_IN_A_RUN

CHECKOUT = Path(__file__).resolve().parent.parent
TARGET = CHECKOUT / "static" / "src" / "net" / "wire"
_SIMPLE = {
    "string": ("string", "s"),
    "number": ("number", "n"),
    "integer": ("number", "i"),
    "boolean": ("boolean", "b"),
}
_HEAD = """/** {doc}
 *
 * Made by scripts/client_types.py from the types in sagews/wire/: change those, then make this anew. */
"""


class Unsupported(Exception):
    """A type that has no form here; the text names it."""


def rendered() -> dict[str, str]:
    """Return the generated files by their names.

    Raises:
        Unsupported: a message holds a type that neither TypeScript nor the shapes can say.
    """
    constants = {"PROTOCOL": PROTOCOL, "MAX_MESSAGE": MAX_MESSAGE, "MAX_CELLS_IN_A_RUN": MAX_CELLS_IN_A_RUN}
    page = Side(PAGE_MESSAGES)
    server = Side(SERVER_MESSAGES)
    values = "".join(f"export const {name} = {value};\n" for name, value in constants.items())
    return {
        "page.ts": "\n".join([_HEAD.format(doc="What a page says."), page.types("ToServer"), values]),
        "server.ts": "\n".join(
            [
                _HEAD.format(doc="What a backend says, and the shapes by which it is checked."),
                server.types("FromServer"),
                server.shapes(),
            ]
        ),
    }


class Side:
    """The messages of one side, as JSON Schema has them."""

    def __init__(self, messages: Iterable[type]) -> None:
        ordered = sorted(messages, key=lambda message: str(message.__struct_config__.tag))  # type: ignore[attr-defined]
        self._messages = [message.__name__ for message in ordered]
        _, self._structs = msgspec.json.schema_components([reduce(or_, ordered)])

    def types(self, union: str) -> str:
        """Return an interface for each struct, and the union of the messages."""
        interfaces = [_interface(name, self._structs[name]) for name in sorted(self._structs)]
        used = "Record<string, Json>" in "".join(interfaces)
        json = ['import type { Json } from "../json";\n'] if used else []
        members = "".join(f"\n  | {name}" for name in self._messages)
        return "\n".join([*json, *interfaces, f"export type {union} ={members};\n"])

    def shapes(self) -> str:
        """Return the table of shapes."""
        keys = {name: _tag(struct) or name for name, struct in self._structs.items()}
        rows = "".join(
            f'  {keys[name]}: "{_fields(struct, keys)}",\n'
            for name, struct in sorted(self._structs.items(), key=lambda each: keys[each[0]])
        )
        return f"export const SHAPES: Readonly<Record<string, string>> = {{\n{rows}}};\n"


def _tag(struct: Mapping[str, Any]) -> str | None:
    """The value of a message's type field; None for a struct that is only a part of messages."""
    tag = struct["properties"].get("type", {}).get("enum")
    return str(tag[0]) if tag else None


def _interface(name: str, struct: Mapping[str, Any]) -> str:
    required = struct.get("required", ())
    doc = " ".join(struct.get("description", "").split())
    rows = "".join(
        f"  readonly {field}{'' if field in required else '?'}: {_type(schema)};\n"
        for field, schema in struct["properties"].items()
    )
    return f"/** {doc} */\nexport interface {name} {{\n{rows}}}\n"


def _type(schema: Mapping[str, Any]) -> str:
    """The TypeScript of a schema."""
    if "$ref" in schema:
        return _reference(schema)
    if "enum" in schema:
        return " | ".join(f'"{value}"' if isinstance(value, str) else str(value) for value in schema["enum"])
    if "anyOf" in schema:
        return f"{_type(_other_than_null(schema))} | null"
    if schema.get("type") == "array":
        return f"readonly {_type(_item(schema))}[]"
    if schema.get("type") == "object":
        inner = schema.get("additionalProperties")
        return f"Record<string, {_type(inner)}>" if isinstance(inner, Mapping) and inner else "Record<string, Json>"
    return _simple(schema)[0]


def _fields(struct: Mapping[str, Any], keys: Mapping[str, str]) -> str:
    required = struct.get("required", ())
    fields = [(name, schema) for name, schema in struct["properties"].items() if name != "type"]
    forms = ((f"{name}{'' if name in required else '?'}", _form(schema, keys)) for name, schema in fields)
    return " ".join(name if form == "s" else f"{name}:{form}" for name, form in forms)


def _form(schema: Mapping[str, Any], keys: Mapping[str, str]) -> str:
    """The form of a schema."""
    if "$ref" in schema:
        return keys[_reference(schema)]
    if "anyOf" in schema:
        return f"{_form(_other_than_null(schema), keys)}?"
    if schema.get("type") == "array":
        return f"[{_form(_item(schema), keys)}]"
    if schema.get("type") == "object":
        inner = schema.get("additionalProperties")
        return f"{{{_form(inner, keys)}}}" if isinstance(inner, Mapping) and inner else "o"
    return _simple(schema)[1]


def _item(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a list holds: one type, however long it is."""
    item = schema.get("items")
    if not isinstance(item, Mapping):
        raise Unsupported(f"a list that is a tuple: {schema}")
    return item


def _reference(schema: Mapping[str, Any]) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def _other_than_null(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """What may be there where null may be."""
    others = [each for each in schema["anyOf"] if each.get("type") != "null"]
    if len(others) != 1 or len(schema["anyOf"]) != 2:
        raise Unsupported(f"a choice of types: {schema}")
    return dict(others[0])


def _simple(schema: Mapping[str, Any]) -> tuple[str, str]:
    try:
        return _SIMPLE[schema["type"]]
    except (KeyError, TypeError):
        raise Unsupported(f"no form for {schema}") from None


def main() -> None:
    """Write the files."""
    TARGET.mkdir(exist_ok=True)
    for name, text in rendered().items():
        (TARGET / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
