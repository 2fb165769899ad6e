"""Positions: the server's (Python) and the client's (fractional-indexing) are the same strings."""

from __future__ import annotations

import random
import string

from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.model import positions
from tests.client.building import answers

SEED = 37
INSERTS = 5000


class SamePositionsTests(SynchronousTestCase):
    """One asked beside the other, under node."""

    def test_inserts(self) -> None:
        """Inserts anywhere, at either end and always in the middle give the same positions on both sides."""
        chance = random.Random(SEED)  # noqa: S311
        questions, expected = [], []
        for choose in (
            lambda size: chance.randrange(size + 1),
            lambda size: 0,
            lambda size: size,
            lambda size: size // 2,
        ):
            known: list[str] = []
            for _ in range(INSERTS // 4):
                place = choose(len(known))
                pair = [known[place - 1] if place else None, known[place] if place < len(known) else None]
                made = positions.between(*pair)
                if len(made) <= positions.MAX_LENGTH:
                    known.insert(place, made)
                    questions.append({"between": pair})
                    expected.append(made)
        self.assertEqual(answers("positions", questions), expected)

    def test_extremes(self) -> None:
        """At both ends of the integer part, where it has no neighbour, both go on in the fraction."""
        first, last = "A" + "0" * 26, "z" * 27
        pairs = [[None, first[:-1] + "1"], [None, first + "V"], [last, None], [last + "V", None], ["Zz", "a0"]]
        self.assertEqual(
            answers("positions", [{"between": pair} for pair in pairs]), [positions.between(*p) for p in pairs]
        )

    def test_canonical_form(self) -> None:
        """What one side takes for a position the other does: neither an alphabet nor a form of their own."""
        chance = random.Random(SEED)  # noqa: S311
        alphabet = string.ascii_letters + string.digits + "0az AZ-_é"
        odd = ["", "a", "a0", "a00", "0", "A" + "0" * 26, "A" + "0" * 25 + "1", "z" * 27, "z" * 28, "a" * 201, "a0\n"]
        texts = [*odd, *("".join(chance.choices(alphabet, k=chance.randrange(1, 6))) for _ in range(3000))]
        self.assertEqual(
            answers("positions", [{"is": text} for text in texts]), [positions.is_position(t) for t in texts]
        )

    def test_spread(self) -> None:
        """Several positions of the client's are positions in order between the two, to the server as well."""
        pairs = [(None, None), ("a0", None), (None, "a0"), ("a0", "a1"), ("a0V", "a0W"), ("Zz", "a0")]
        for (low, high), made in zip(
            pairs, answers("positions", [{"spread": [low, high, 30]} for low, high in pairs]), strict=True
        ):
            self.assertEqual(len(made), 30)
            self.assertTrue(all(positions.is_position(each) for each in made))
            bounds = [end for end in (low, *made, high) if end is not None]
            self.assertEqual(sorted(set(bounds)), bounds)

    def test_out_of_order(self) -> None:
        """Where the server refuses two neighbours, the client takes them as open at the end."""
        for pair in (["a5", "a5"], ["a6", "a5"], ["no position", "a5"]):
            self.assertRaises(SagewsError, positions.between, *pair)
            (made,) = answers("positions", [{"between": pair}])
            self.assertTrue(positions.is_position(made))
