"""Messages find their handlers by features, and their rights by what they declare."""

from __future__ import annotations

from typing import Any

import msgspec
from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.connections.context import Context, Handlers, Router
from sagews.backend.messages.services import FeatureServices
from sagews.model.accounts import Role
from sagews.wire.browser.base import Cell, Commit, FromPage, Hash, Right, ToPage, Uuid
from sagews.wire.browser.messages import PAGE_MESSAGES, SERVER_MESSAGES, tag_of
from tests.backend.harness import BackendTestCase, Page


class Paint(FromPage, frozen=True, tag="toy_paint"):
    """A toy message that changes something."""

    needs = Right.EDIT
    colour: str


class Look(FromPage, frozen=True, tag="toy_look"):
    """A toy message that only looks; its answer has to wait for something."""

    needs = Right.READ


class Painted(ToPage, frozen=True, tag="toy_painted"):
    """What the toys answer."""

    colour: str


class Undeclared(FromPage, frozen=True, tag="toy_undeclared"):
    """A toy whose author forgot the right."""


def toy(services: FeatureServices) -> Handlers:
    """Return the handlers of a feature with one word of state."""
    colours = ["white"]

    def paint(context: Context, message: Paint) -> None:
        colours.append(message.colour)

    async def look(context: Context, message: Look) -> None:
        context.tell(Painted(colours[-1]))

    return {Paint: paint, Look: look}


class ToyFeatureTests(BackendTestCase):
    """A feature is its messages and its handlers; nothing else knows of it."""

    def life(self, **changes: Any) -> Any:
        """Return a life of the backend that has the toy."""
        return super().life(**changes, extra=[toy])

    def look(self, page: Page) -> list[dict[str, Any]]:
        """Return what a page is told when it looks."""
        return page.say(type="toy_look")

    def test_messages_reach_their_handlers(self) -> None:
        """A plain function and a coroutine function are both handlers."""
        page = self.page()
        page.say(type="toy_paint", colour="blue")
        self.assertEqual(self.look(page), [{"type": "toy_painted", "colour": "blue"}])

    def test_rights_hold_without_a_word_in_the_handler(self) -> None:
        """A viewer may look and not paint; a connection for single evaluations and a stranger may do neither."""
        viewer = self.page(self.colleague(Role.VIEWER))
        scratch, stranger = self.page(workspace=False), Page(self.backend)
        [refused] = viewer.say(type="toy_paint", colour="red")
        self.assertEqual(refused["code"], "read-only")
        self.assertEqual(self.look(viewer), [{"type": "toy_painted", "colour": "white"}])
        self.assertEqual(self.look(scratch)[0]["code"], "forbidden")
        self.assertEqual(self.look(stranger)[0]["code"], "handshake-expected")


class RouterTests(SynchronousTestCase):
    """What a backend does not start with."""

    def test_a_message_without_a_right(self) -> None:
        """A message that declares no right is a mistake that stops the start."""
        self.assertRaises(TypeError, Router, [{Undeclared: lambda context, message: None}])

    def test_a_message_with_two_handlers(self) -> None:
        """Two features can't take the same message."""
        handlers: Handlers = {Look: lambda context, message: None}
        self.assertRaises(TypeError, Router, [handlers, handlers])


class EveryMessageTests(BackendTestCase):
    """The grammar and the handlers fit together."""

    def test_every_message_has_a_handler(self) -> None:
        """Each message of the wire but the handshake has a handler, and none is heard that the wire does not know."""
        handled = set(self.backend._connections.router.handlers)
        self.assertEqual({tag_of(kind) for kind in PAGE_MESSAGES}, {tag_of(kind) for kind in handled} | {"hello"})

    def test_tags_are_unique(self) -> None:
        """Each side says a word in one sense only."""
        for messages in (PAGE_MESSAGES, SERVER_MESSAGES):
            tags = [tag_of(kind) for kind in messages]
            self.assertEqual(len(tags), len(set(tags)))


class IdentifierTests(SynchronousTestCase):
    """Ids of a page go into statements that everybody's edits share."""

    def test_nothing_follows_an_id(self) -> None:
        """An id with a line break behind it is refused: PostgreSQL would refuse the whole commit that it stands in."""
        identity, digest = "01a219e2-0049-7000-88ef-97130b83176e", "a" * 64
        for kind, good in ((Uuid, identity), (Cell, "abcd"), (Hash, digest), (Commit, "b" * 40)):
            self.assertEqual(msgspec.json.decode(msgspec.json.encode(good), type=kind), good)
            for bad in (good + "\n", "\n" + good, good + "\0"):
                with self.assertRaises(msgspec.ValidationError):
                    msgspec.json.decode(msgspec.json.encode(bad), type=kind)
