"""The server's reader of Yjs updates beside Yjs's own: the same structure, and refusals where it is stricter."""

from __future__ import annotations

import base64
import random
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.crdt.byte_reader import MalformedUpdate
from sagews.backend.crdt.update_reader import read_update, read_vector
from tests.client.building import answers

SEEDS = range(1, 61)
FOREIGN = ("array", "document", "binary", "nested", "list", "xml", "root", "root text", "format", "embed", "gap")


def encoded(data: bytes) -> str:
    """Return bytes as they stand in JSON."""
    return base64.b64encode(data).decode()


def ours(update: bytes) -> dict[str, Any] | None:
    """What our reader reads, in the form of programs/updates.ts; None where it refuses."""
    try:
        found = read_update(update)
    except MalformedUpdate:
        return None
    ranges = {str(client): list(span) for client, span in found.ranges.items()}
    return {"ranges": ranges, "needs": {str(k): v for k, v in found.needs.items()}, "plain": found.plain_text}


class SameReadingTests(SynchronousTestCase):
    """What Yjs makes is read as Yjs reads it."""

    def made(self, shape: str) -> list[tuple[bytes, Any]]:
        """Return updates of a shape, each with what Yjs reads in it."""
        found = answers("updates", [{"make": seed, "shape": shape} for seed in SEEDS])
        return [(base64.b64decode(each["update"]), each["read"]) for updates in found for each in updates]

    def test_worksheets(self) -> None:
        """Edits, merged states, partial states, removals and collected rests of worksheets: ranges, needs and text."""
        updates = self.made("worksheet")
        self.assertGreater(len(updates), 500)
        self.assertTrue(any(read["plain"] for _, read in updates) and any(not read["plain"] for _, read in updates))
        for update, read in updates:
            self.assertEqual(ours(update), read, update.hex())

    def test_foreign(self) -> None:
        """What Yjs can hold and a worksheet never does is refused."""
        for shape in FOREIGN:
            updates = self.made(shape)
            self.assertGreaterEqual(len(updates), len(SEEDS), shape)
            for update, read in updates:
                self.assertIsNotNone(read, shape)
                self.assertIsNone(ours(update), f"{shape}: {update.hex()}")

    def test_malformed(self) -> None:
        """Bytes changed, cut, put in or doubled: what we take, Yjs reads in the same way; what it can't, we refuse."""
        chance = random.Random(SEEDS.stop)  # noqa: S311
        whole = [update for update, _ in self.made("worksheet")]
        broken = [_broken(chance.choice(whole), chance) for _ in range(6000)]
        read = answers("updates", [{"read": encoded(update)} for update in broken])
        taken = 0
        for update, theirs in zip(broken, read, strict=True):
            mine = ours(update)
            if mine is not None:
                taken += 1
                self.assertEqual(mine, theirs, update.hex())
        # Most changes hit a text or a value, and leave an update an update.
        self.assertGreater(taken, len(broken) // 20)
        self.assertGreater(sum(theirs is None for theirs in read), len(broken) // 20)

    def test_vectors(self) -> None:
        """State vectors, whole and broken: what we take has the clocks that Yjs finds."""
        chance = random.Random(SEEDS.stop)  # noqa: S311
        vectors = [_vector(chance) for _ in range(2000)]
        vectors = [_broken(vector, chance) if chance.random() < 0.5 else vector for vector in vectors]
        read = answers("updates", [{"vector": encoded(vector)} for vector in vectors])
        for vector, theirs in zip(vectors, read, strict=True):
            try:
                mine = {str(client): clock for client, clock in read_vector(vector).items()}
            except MalformedUpdate:
                continue
            self.assertEqual(mine, theirs, vector.hex())


def _number(value: int) -> bytes:
    """An unsigned number in base 128."""
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])


def _vector(chance: random.Random) -> bytes:
    """A state vector of some clients."""
    clients = chance.sample(range(1, 2**40), chance.randrange(5))
    return _number(len(clients)) + b"".join(_number(each) + _number(chance.randrange(2**31)) for each in clients)


def _broken(data: bytes, chance: random.Random) -> bytes:
    """The bytes with a few of them changed, cut off, put in, or a stretch doubled."""
    found = bytearray(data)
    for _ in range(chance.randrange(1, 4)):
        place = chance.randrange(len(found) + 1)
        deed = chance.randrange(5)
        if deed == 0:
            del found[place:]
        elif deed == 1:
            found[place:place] = found[place : place + 9]
        elif deed == 2:
            found.insert(place, chance.randrange(256))
        elif place < len(found):
            found[place] = chance.choice([0, 1, 127, 128, 255, chance.randrange(256)])
    return bytes(found)
