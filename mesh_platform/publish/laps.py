"""How long the controls of one publication take, one after the other."""

from __future__ import annotations

import time
from collections.abc import Mapping


class Laps:
    """Time from lap to lap, in milliseconds; the first begins when it is made."""

    def __init__(self) -> None:
        self._last, self._ms = time.perf_counter(), dict[str, float]()

    def __call__(self, control: str) -> None:
        """What went by since the last lap was spent on this control."""
        now = time.perf_counter()
        self._ms[control] = self._ms.get(control, 0.0) + (now - self._last) * 1000
        self._last = now

    @property
    def ms(self) -> Mapping[str, float]:
        return dict(self._ms)
