"""The fixtures of every test; each lives with its subject in `tests/support`.

| fixture | what it gives |
|---|---|
| `database` | a fresh migrated database: SQLite, unless `--databases` says otherwise |
| `uow` | an open unit of work on it, rolled back at the end |
| `clock` | a clock that stands at 2026-03-02 09:00 UTC until it is advanced |
| `actor_with(*permissions, scope=...)` | a person with these rights |
| `settings`, `app`, `client` | the application on `database`; the client checks each page |
| `quick_client` | a client that does not, for thousands of answers |
| `login(client, role)` | an account of a role, signed in |
| `count_queries()` | a block that counts the statements sent to `database` |
| `mail_server` | a real SMTP server with the messages it received |
| `live_server`, `page`, `sign_in` | the application behind a port, and a browser before it |
| `gallery` | the application with pages that show every component |
"""

import gc
import os
from collections import Counter

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests.support.order import deal

# A shared machine is slow at times: no test is judged by the clock on the wall.
hypothesis_settings.register_profile(
    "house", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
hypothesis_settings.load_profile("house")

pytest_plugins = (
    "tests.support.databases",
    "tests.support.people",
    "tests.support.web",
    "tests.support.mail",
    "tests.support.records",
    "tests.support.browser",
    "tests.support.gallery",
    "tests.support.audit_words",
)


@pytest.fixture(autouse=True)
def same_priority(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands called here must not slow down the tests that come after."""
    monkeypatch.setattr("os.setpriority", lambda _which, _who, _nice: None)
    monkeypatch.setattr("app.priority._steps", [])


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("intendant")
    group.addoption(
        "--databases",
        choices=["sqlite", "postgresql", "both"],
        default="sqlite",
        help="what the fixture `database` opens; `both` runs each test on each",
    )
    group.addoption(
        "--postgres",
        dest="databases",
        action="store_const",
        const="postgresql",
        help="short for --databases postgresql",
    )
    group.addoption("--long", action="store_true", help="also run the soak and fault tests")
    group.addoption("--photographs", action="store_true", help="keep pictures of the pages")
    group.addoption("--no-skips", action="store_true", help="fail if anything was skipped")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long tests out unless they were asked for; begin with the slow ones."""
    left_out = [item for item in items if item.get_closest_marker("long")]
    if left_out and not config.getoption("--long"):
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("long")]
    items[:] = deal(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def pytest_collection_finish() -> None:
    """Let the collector look less often, and never at what stays: a fourth of the time was its."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 5, 50)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say what did not run and how to make it run."""
    left_out = Counter(report.longrepr[2] for report in terminalreporter.stats.get("skipped", ()))
    if left_out or not config.getoption("--long"):
        terminalreporter.section("not run")
    for reason, number in left_out.most_common():
        terminalreporter.write_line(f"{number} skipped: {reason.removeprefix('Skipped: ')}")
    if not config.getoption("--long"):
        terminalreporter.write_line("soak and fault tests: scripts/test --long")
    if config.getoption("databases") == "sqlite":
        terminalreporter.write_line("PostgreSQL: --databases both")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """With --no-skips, a test that did not run is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and session.config.getoption("--no-skips") and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
