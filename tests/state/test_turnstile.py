"""What one process at a time does in a home: the next one is refused in its own words, and what goes wrong inside is not taken for that."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_platform.errors import Unavailable
from mesh_platform.state.turnstile import alone

BUSY = Unavailable.because("X-01", "the oven", "Another process bakes.", "Wait.")


def test_who_comes_while_another_is_at_it_is_refused_and_what_has_another_name_is_free(tmp_path: Path) -> None:
    with alone(tmp_path / "home", "oven", BUSY), alone(tmp_path / "home", "shop", BUSY):
        with pytest.raises(Unavailable) as refused, alone(tmp_path / "home", "oven", BUSY, 0.05):
            pytest.fail("two were at it")
        assert refused.value is BUSY
    with alone(tmp_path / "home", "oven", BUSY, 10.0):  # who gave up waiting may be handed the lock first, and passes it on
        assert (tmp_path / "home" / "locks").stat().st_mode & 0o777 == 0o700


def test_what_takes_too_long_inside_is_told_as_what_it_is_and_lets_the_next_one_in(tmp_path: Path) -> None:
    with pytest.raises(TimeoutError, match="the store"), alone(tmp_path, "oven", BUSY):
        raise TimeoutError("the store did not answer")
    with alone(tmp_path, "oven", BUSY):
        pass
