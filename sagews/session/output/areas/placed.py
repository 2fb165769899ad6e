"""Output that stands elsewhere than at the end of the running cell's own: in areas, and in those of other cells.

A cell may print into an area of its own, or, by a widget that another cell shows, into one of a run that is over. What
the worker has open is the running cell all the same: it is told of that, and interrupts are that cell's.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass

from sagews.session.output.areas.places import RunPlaces
from sagews.session.output.areas.recording import Recorder, Timed
from sagews.session.output.fd_capture import Capture
from sagews.session.output.frame_writer import FrameWriter
from sagews.session.output.interrupts import Interrupts
from sagews.session.output.printed import PrintedOutput
from sagews.wire.session.areas import OWN, AreaFrame
from sagews.wire.session.grammar import encode

NO_AREA = "Only the cell that runs can make an area of output."
CLOSED = "The output of this cell takes nothing more. Run it again."


@dataclass(slots=True, eq=False)
class Addressed:
    """Where output went before it was sent elsewhere."""

    run: str
    places: RunPlaces
    open: bool
    live: bool
    here: int
    origin: tuple[str, str | None]


class AddressedOutput(PrintedOutput):
    """The half of SessionOutput that knows where things stand.

    Attributes:
        recorders: of areas, by run and number.
        timed: what is asked by the pump beside the output itself.
        when_cleared: is called with a run and those of its areas that were cleared or went with one.
    """

    def __init__(
        self,
        writer: FrameWriter,
        capture: Capture,
        interrupts: Interrupts,
        home: str,
        wake: Callable[[], None],
    ) -> None:
        super().__init__(writer, capture, interrupts, home, wake)
        self.recorders: dict[tuple[str, int], Recorder] = {}
        self.timed: list[Timed] = []
        self.when_cleared: Callable[[str, Container[int]], None] = lambda run, areas: None
        # Where output went before, from the running cell on, while it goes to another run.
        self._before: list[Addressed] = []

    @property
    def whole(self) -> contextlib.AbstractContextManager[None]:
        """A section that no interrupt tears and no other thread enters."""
        return self._whole

    def wake(self) -> None:
        """Have the pump look whether something is due."""
        self._wake()

    @property
    def current_run(self) -> str:
        """The run in whose output stands what is shown now; "" while none takes anything."""
        return self._run if self._open and self._child is None else ""

    @property
    def current_area(self) -> int:
        """The area in which what the cell shows stands; 0 is its own output."""
        return self._places.here

    def come_about(self) -> None:
        """Clear now what is to be cleared by the next thing that is shown here: that is about to come."""
        with self._whole:
            self._drain()
            self._come_about()

    @property
    def come(self) -> int:
        """How often something has come right into the current area."""
        return self._places.come[self._places.here]

    def has_area(self, run: str, area: int) -> bool:
        """Whether something can be shown in this area, be its cell long over."""
        places = self._places_of(run)
        return places is not None and area in places.tree

    def new_area(self, *, shown: bool = True) -> int:
        """Make an area of the running cell's output, which stands behind all that was shown in the current one.

        Args:
            shown: whether a page shows it there by itself; what opens a panel in which it stands says False.

        Raises:
            RuntimeError: no cell runs, there are too many areas, or they stand in each other too deep.
        """
        if not self._open or self._child is not None:
            raise RuntimeError(NO_AREA)
        with self._whole:
            self._drain()
            self._come_about()
            self._flush(push=False)
            here, area = self._places.here, self._places.make()
            self._send(self._run, here, encode(AreaFrame(self._run, area, here, shown)))
        return area

    @contextlib.contextmanager
    def area(self, area: int) -> Iterator[None]:
        """Have what the running cell prints and shows stand in one of its areas meanwhile."""
        places, before = self._places, self._places.here
        self._move(places, area)
        try:
            yield
        finally:
            self._move(places, before)

    def _move(self, places: RunPlaces, area: int) -> None:
        with self._whole:
            # Another cell's by now, where who began this did not end it with its cell.
            if self._open and places is self._places:
                self._drain()
                self._flush(push=False)
                places.here = area
                self._live = places.is_live

    @contextlib.contextmanager
    def elsewhere(self, run: str, area: int) -> Iterator[None]:
        """Have what is printed and shown meanwhile stand in an area of any run, the running one or one that is over.

        Raises:
            RuntimeError: that run is not known any more.
        """
        if self._open and run == self._run:
            with self.area(area):
                yield
            return
        with self._whole:
            places = self._places_of(run)
            if places is None or self._child is not None:
                raise RuntimeError(CLOSED)
            self._drain()
            self._flush(push=False)
            before = Addressed(self._run, self._places, self._open, self._live, places.here, self.origins.here())
            self._before.append(before)
            places.here = area
            self._run, self._places, self._open, self._live = run, places, True, places.is_live
            self.origins.begin(run)
        try:
            yield
        finally:
            with self._whole:
                self._return_to(before)

    def _return_to(self, before: Addressed) -> None:
        """Go back to where output went before; nothing happens where that is so already."""
        while before in self._before:
            last = self._before.pop()
            self._drain()
            self._flush(push=False)
            places = self._places
            # Nobody else will show the end of a long text: that run is over.
            places.settle(places.here, lambda *_: None)
            places.here = last.here
            self._run, self._places, self._open, self._live = last.run, last.places, last.open, last.live
            self.origins.return_to(last.origin)
            self.writer.push()

    def _return(self) -> None:
        """Go back to the running cell, where code that sent its output elsewhere did not end that with its cell."""
        if self._before:
            self._return_to(self._before[0])

    @contextlib.contextmanager
    def reopened(self, run: str, area: int) -> Iterator[None]:
        """Have what is printed and shown meanwhile stand in an area of a run that is over, as if its cell ran.

        Raises:
            RuntimeError: a cell runs, or the run is not known any more.
        """
        with self._whole:
            places = None if self._open else self._late.places(run)
            if places is None:
                raise RuntimeError(CLOSED)
            self._drain()
            places.here = area
            self._address(run, places)
        try:
            yield
        finally:
            with self._whole:
                self._return()
                self._close()
                places.here = OWN
                self.writer.push()
            self.settle()

    def clear(self, area: int | None = None, *, wait: bool = False) -> None:
        """Take away what the caller's cell has shown in one of its areas; it begins anew with all its budgets.

        Args:
            area: by default the current one; 0 is the whole output of the cell.
            wait: until something else is shown there.
        """
        if self._child is not None:
            return
        with self._whole:
            self._drain()
            run = self.origins.of_caller()
            places = self._places_of(run)
            if places is None:
                return
            if area is None:
                area = places.here
            if wait:
                # Until then what is there stays, and may still be on its way.
                places.waiting.add(area)
            else:
                self._clear_now(run, places, area)

    def clear_waiting(self, area: int) -> None:
        """Clear an area that waits for something in its place: nothing comes."""
        with self._whole:
            self._drain()
            self._flush(push=False)
            if area in self._places.waiting:
                self._clear_now(self._run, self._places, area)

    def keep(self, run: str) -> None:
        """Remember a run that is over for `reopened`, however many come behind it."""
        self._late.keep(run)

    def release(self, run: str) -> None:
        """Remember it no longer than others."""
        self._late.release(run)

    def pump(self) -> float | None:
        """See PrintedOutput."""
        soon = super().pump()
        for each in self.timed:
            with self._whole:
                if each.due is not None:
                    each.flush_due(self.now())
                    self.writer.push()
                wait = None if each.due is None else max(0.0, each.due - self.now())
            soon = wait if soon is None else soon if wait is None else min(soon, wait)
        return soon

    def _close(self) -> int:
        """Send all that is left of the run; returns how many displays were not shown."""
        raise NotImplementedError

    # ------------------------------------------------------------------------------------------ what PrintedOutput asks

    def _places_of(self, run: str) -> RunPlaces | None:
        """Return the areas of a run that may still show something."""
        if self._open and run == self._run:
            return self._places
        sent_away = next((each for each in self._before if each.open and each.run == run), None)
        return self._late.places(run) if sent_away is None else sent_away.places

    def _is_late(self, name: str, text: str) -> bool:
        """Take what the caller prints, if it belongs to a run that is over."""
        if self._before and any(each.open and each.run == self.origins.of_caller() for each in self._before):
            # Of a thread of the running cell, whose output all goes elsewhere now.
            return False
        return super()._is_late(name, text)

    def _clear_now(self, run: str, places: RunPlaces, area: int, *, wait: bool = False) -> None:
        gone = [area, *places.tree.inside(area)]
        super()._clear_now(run, places, area, wait=wait)
        for each in gone:
            recorder = self.recorders.get((run, each))
            if recorder is None:
                continue
            if each == area:
                recorder.cleared()
            else:
                del self.recorders[run, each]
                recorder.gone()
        self.when_cleared(run, gone)

    def _stream(self, run: str, area: int, name: str, data: bytes) -> None:
        super()._stream(run, area, name, data)
        recorder = self.recorders.get((run, area)) if self.recorders else None
        if recorder is not None:
            recorder.text(name, data.decode())
