"""How many interacts and widgets a session shows at once, how large they are, and which numbers they have."""

from __future__ import annotations

from sagews.session.asking.numbers import ChannelNumbers
from sagews.session.output.output import SessionOutput
from sagews.wire.session.channels import MAX_INTERACTS, MAX_INTERACTS_OF_A_RUN, MAX_STATES

TOO_MANY_OF_A_CELL = f"A cell may show at most {MAX_INTERACTS_OF_A_RUN} interacts."
TOO_LARGE = (
    f"The controls of this worksheet have more than {MAX_STATES // 1024**2} MB of texts together: "
    "clear the output of cells that have some, or give fewer labels."
)
TOO_MANY = f"There are {MAX_INTERACTS} interacts in this worksheet: clear the output of cells that have some."


class ChannelRoom:
    """That of one session.

    Args:
        output: remembers the runs that have some.
        numbers: of channels.
    """

    def __init__(self, output: SessionOutput, numbers: ChannelNumbers) -> None:
        self._output = output
        self._numbers = numbers
        self._sizes: dict[tuple[str, int], int] = {}

    def check(self, run: str, size: int, going: int | None = None) -> None:
        """Raise RuntimeError where another one of a run, of so many bytes of text, is too much beside all others.

        Args:
            run: that would show it.
            size: its texts.
            going: those of the one that it takes the place of, if it does.
        """
        if size - (going or 0) + sum(self._sizes.values()) > MAX_STATES:
            raise RuntimeError(TOO_LARGE)
        if going is None and self.is_full(run):
            raise RuntimeError(TOO_MANY_OF_A_CELL)
        if going is None and len(self._sizes) >= MAX_INTERACTS:
            raise RuntimeError(TOO_MANY)

    def of_run(self, run: str) -> int:
        """Return how many a run has."""
        return sum(known == run for known, _ in self._sizes)

    def is_full(self, run: str) -> bool:
        """Whether a run has as many as it may."""
        return self.of_run(run) >= MAX_INTERACTS_OF_A_RUN

    def number(self, run: str) -> int:
        """Return a number for another one; raises RuntimeError where the run has had them all."""
        number = self._numbers.next(run)
        if number is None:
            raise RuntimeError(TOO_MANY_OF_A_CELL)
        self._numbers.keep(run)
        self._output.keep(run)
        return number

    def take(self, run: str, key: int, size: int) -> None:
        """Note one of so many bytes, which is open from now on, under a key of its run: its number is one."""
        self._sizes[run, key] = size

    def leave(self, run: str, channel: int) -> None:
        """Let a number be given once more: nothing of what had it is to be seen any more."""
        self._numbers.leave(run, channel)

    def give_back(self, run: str, key: int) -> None:
        """Note that one is closed."""
        self._sizes.pop((run, key), None)
        if not self.of_run(run):
            self._numbers.forget(run)
            self._output.release(run)
