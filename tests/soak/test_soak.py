"""A soak: rounds of what people, sources and operators do, drawn from a seed, with processes that end in the middle; after each, what must hold is held against the mesh.

`MESH_SOAK_MINUTES` (5) and `MESH_SOAK_SEED` (drawn, and printed) choose how long and which.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults.zygote import TOLD, Zygote
from tests.soak.market import ENDS, KEYS, deliver, is_over, write_market
from tests.soak.truths import KEPT_IN, Known

pytestmark = [pytest.mark.nightly, pytest.mark.kill]
Step = tuple[str, ...]
KILLED = -signal.SIGALRM
FIRST, MOST, HELD = 8, 40, 2


class Soak:
    """The rounds, and what is known of the mesh in between."""

    def __init__(self, root: Path, zygotes: tuple[Zygote, Zygote], seed: int) -> None:
        self.root, self.zygotes, self.chance = root, zygotes, random.Random(seed)
        self.known, self.done = Known(), Counter[str]()
        self.number = 0

    def begin(self) -> None:
        self.grow(FIRST)
        for number in range(FIRST):
            self.sure("say", f"n{number}", "granted", f"first-{number}")
            self.known.said[number] = "granted"
        self.sure("publish_some")
        self.known.published = dict.fromkeys(KEYS, FIRST)

    def grow(self, by: int) -> None:
        self.known.people += by
        deliver(self.root, self.known.people)

    def call(self, which: int, step: Step, ends: float | None = None) -> int:
        name, *arguments = step
        env = {ENDS: str(ends)} if ends is not None else {}
        status = self.zygotes[which].call(
            "tests.soak.market:called", name, str(self.root), *arguments, MESH_ENV="test", **({ENDS: ""} | env)
        )
        assert status in (0, 1, TOLD, KILLED), (step, status)
        self.done[f"{name} {'killed' if status == KILLED else 'done' if status == 0 else 'told'}"] += 1
        return status

    def sure(self, *step: str) -> None:
        """Until it says that it is done."""
        assert any(self.call(0, step) == 0 for _ in range(4)), step

    def round(self) -> None:
        """Two steps at once, each of which may end in the middle; what a person said, or a hold, is then said again until it stands."""
        self.number += 1
        if self.known.people < MOST and self.chance.random() < 0.5:
            self.grow(self.chance.randint(1, 3))
        before = Known.read(self.known.written())
        steps = self.drawn()
        ends = [round(self.chance.uniform(0.1, 6), 2) if self.chance.random() < 0.4 else None for _ in steps]
        for step in steps:
            self.expect(step)
        with ThreadPoolExecutor(2) as pool:
            statuses = list(pool.map(self.call, range(2), steps, ends))
        for step, status in zip(steps, statuses, strict=True):
            self.learn(step, status, alone={other[0] for other in steps} <= {"carry", "back_up", "keep_no_longer"}, before=before)

    def drawn(self) -> list[Step]:
        free = [n for n in range(self.known.people) if n not in self.known.asked]
        someone = self.chance.choice(free)
        matter = f"M-{self.number}"
        choices: list[tuple[int, Step]] = [
            (5, ("publish_some", *self.chance.sample(KEYS, self.chance.randint(1, len(KEYS))))),
            (4, ("say", f"n{someone}", self.chance.choice(("granted", "withdrawn")), f"e{self.number}")),
            (3, ("carry",)), (2, ("run_requests",)), (2, ("keep_no_longer",)), (1, ("back_up",)), (1, ("bring_back",)),
        ]  # fmt: skip
        if len(free) > 3:
            choices.append((2, ("ask", f"n{self.chance.choice(free)}")))
        if len(self.known.holds) < HELD:
            choices.append((2, ("hold", matter, f"n{self.chance.choice(free)}")))
        if self.known.holds:
            choices.append((2, ("let_go", self.chance.choice(sorted(self.known.holds)))))
        first, second = self.chance.choices([step for _, step in choices], [weight for weight, _ in choices], k=2)
        return [first, second] if first != second and {first[0], second[0]} != {"say", "ask"} else [first, ("carry",)]

    def expect(self, step: Step) -> None:
        """What cannot be relied on from here on, whatever becomes of the step."""
        name, *arguments = step
        if name in ("say", "publish_some", "bring_back", "replay"):
            self.known.carried = []
        if name == "say":
            self.known.said.pop(int(arguments[0][1:]), None)
        elif name == "ask":
            self.known.asked.append(int(arguments[0][1:]))
        elif name == "let_go":
            self.known.kept = [n for n in self.known.kept if n != self.known.holds[arguments[0]]]
        elif name == "bring_back":  # an older version may stand there, from before somebody came or was held
            self.known.kept, self.known.published = [], {}

    def learn(self, step: Step, status: int, alone: bool, before: Known) -> None:
        name, *arguments = step
        if name == "say":
            if status != 0:
                self.sure(*step)
            self.known.said[int(arguments[0][1:])] = arguments[1]
        elif name == "let_go":
            if status != 0:
                self.sure(*step)
            self.known.holds.pop(arguments[0], None)
        elif name == "hold" and status == 0:
            number = int(arguments[1][1:])
            self.known.holds[arguments[0]] = number
            stood = all(number < before.published.get(key, 0) for key in KEPT_IN)
            if stood and self.known.published and number not in self.known.asked and not is_over(number):
                self.known.kept.append(number)
        elif name == "hold":
            self.sure("let_go", arguments[0])
        elif name == "publish_some" and status == 0 and self.known.published:
            self.known.published |= dict.fromkeys(arguments or KEYS, before.people)
        elif name == "carry" and status == 0 and alone:
            self.known.carried = [n for n, decision in self.known.said.items() if decision == "withdrawn"]

    def check(self, thoroughly: bool) -> None:
        told = self.root.parent / "known.json"
        told.write_text(self.known.written())
        found = self.zygotes[0].call(
            "tests.soak.truths:checked", str(self.root), str(told), "yes" if thoroughly else "no", **{ENDS: ""}
        )
        assert found == 0, f"round {self.number}: {told.with_suffix('.problems').read_text()}"

    def end(self) -> None:
        """With nobody in between everything comes to its end: what waited is let go, every request is certified, everybody else is served."""
        for matter in sorted(self.known.holds):
            self.sure("let_go", matter)
        self.known.holds, self.known.kept = {}, []
        deliver(self.root, self.known.people, but=self.known.asked)
        for step in (
            ("replay",),
            ("publish_some",),
            ("run_requests",),
            ("publish_some",),
            ("carry",),
            ("keep_no_longer",),
            ("back_up",),
        ):
            self.sure(*step)
        self.known.carried = [n for n, decision in self.known.said.items() if decision == "withdrawn" or n in self.known.asked]
        self.check(thoroughly=True)


@pytest.fixture
def zygotes() -> Iterator[tuple[Zygote, Zygote]]:
    modules = ("pandera.ibis", "mesh_platform.publish.flow", "tests.soak.truths")
    with ExitStack() as opened:
        yield opened.enter_context(Zygote(*modules)), opened.enter_context(Zygote(*modules))


def test_whatever_happens_and_wherever_it_ends_what_was_told_holds(zygotes: tuple[Zygote, Zygote], tmp_path: Path) -> None:
    seed = int(os.environ.get("MESH_SOAK_SEED") or random.SystemRandom().randrange(1 << 32))
    minutes = float(os.environ.get("MESH_SOAK_MINUTES") or 5)
    print(f"MESH_SOAK_SEED={seed} MESH_SOAK_MINUTES={minutes}")
    soak = Soak(write_market(tmp_path / "project"), zygotes, seed)
    soak.begin()
    until = time.monotonic() + 60 * minutes
    while time.monotonic() < until:
        soak.round()
        soak.check(thoroughly=soak.number % 4 == 0)
    soak.end()
    print(f"{soak.number} rounds: {dict(sorted(soak.done.items()))}")
    assert any(count for step, count in soak.done.items() if step.endswith("killed"))
