"""The suite as CI runs it: `python -m tests.second_chance` with pytest's own arguments.

Tests with processes and clocks can meet a machine that stands still for a second. Up to three tests that fail in a whole run are run once more, alone,
and named. What fails twice is a failure, and so is all else: a fourth test, what a test sets up or leaves behind, a file that cannot be collected, a
worker that dies.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Sequence

import pytest

MOST = 3


class Failures:
    """A plugin of pytest: the tests that failed in one run, by the ids under which they were collected."""

    def __init__(self) -> None:
        self.ids: dict[str, None] = {}
        self.others = 0
        """Failures that are no test's own."""
        self._collected: set[str] = set()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._collected |= {item.nodeid for item in session.items}

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Iterable[str]) -> None:
        self._collected |= {*ids}

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.others += report.failed

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not report.failed:
            return
        test = self._test_of(report.nodeid)
        if report.when == "call" and test:
            self.ids[test] = None
        else:
            self.others += 1

    def _test_of(self, id: str) -> str | None:
        """The test that was collected; a sub-case may go under the test's id with its own name in brackets behind it."""
        found = (end for end in range(len(id), 0, -1) if id[end:][:1] in ("", "[") and id[:end] in self._collected)
        return next((id[:end] for end in found), None)


def main(arguments: Sequence[str]) -> int:
    """The exit code of the run, or that of the second run of what failed in it."""
    failures = Failures()
    code = int(pytest.main([*arguments], plugins=[failures]))
    if code != pytest.ExitCode.TESTS_FAILED or failures.others or not 1 <= len(failures.ids) <= MOST:
        return code
    print("These failed beside the others, and are run once more, alone:", *failures.ids, sep="\n", flush=True)
    return subprocess.run([sys.executable, "-m", "pytest", "-q", "-rA", *failures.ids], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
