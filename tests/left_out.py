"""Tests that are left out for want of a server or a browser, and the word on them.

Tests that need a real PostGIS or a real browser carry the marks ``db`` and ``browser``. Where one
is not installed its tests are left out, and the run says so; with ``SKILLSHED_TEST_COMPLETE=1``
leaving out anything fails the run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from real_browser import why_no_browser
from real_postgis import why_no_postgis

COMPLETE_SETTING = "SKILLSHED_TEST_COMPLETE"
_NEEDS = {"db": ("database", why_no_postgis), "browser": ("browser", why_no_browser)}
_LEFT_OUT = pytest.StashKey[list[str]]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests whose server or browser is not there."""
    left_out = config.stash[_LEFT_OUT] = []
    for mark, (word, why_missing) in _NEEDS.items():
        marked = [item for item in items if item.get_closest_marker(mark)]
        remedy = why_missing() if marked else None
        if remedy is not None:
            left_out.append(f"LEFT OUT: {len(marked)} {word} tests ({remedy})")
            for item in marked:
                item.add_marker(pytest.mark.skip(reason=remedy))


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Fail a run that had to be complete and is not."""
    if _is_incomplete(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    yield


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say what was left out."""
    for line in config.stash.get(_LEFT_OUT, []):
        terminalreporter.write_line(line, yellow=True)
    if _is_incomplete(config):
        count = len(terminalreporter.stats["skipped"])
        terminalreporter.write_line(
            f"FAILED: {count} tests were left out, and {COMPLETE_SETTING} allows none.", red=True
        )


def _is_incomplete(config: pytest.Config) -> bool:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return os.environ.get(COMPLETE_SETTING) == "1" and bool(reporter.stats.get("skipped"))
