"""A run of all tests renders every template of ours: what no test shows, nobody checked.

Each process keeps the names of what it rendered; the first one gathers them and lets the run fail for what is missing.
"""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template import Template
from django.test.signals import template_rendered

FOLDER = Path(settings.BASE_DIR) / "templates"


class Covered:
    """Which templates this process and its helpers rendered."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        template_rendered.connect(self.keep)

    def keep(self, template: Template, **_kwargs: Any) -> None:
        self.names.add((template.name or "")[:])  # a slice is a plain str: only that can be told to the first process

    def pytest_testnodedown(self, node: Any) -> None:
        self.names.update(getattr(node, "workeroutput", {}).get("templates", []))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["templates"] = sorted(self.names)
        elif is_whole(session.config) and self.missing():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any, config: pytest.Config) -> None:
        if is_whole(config):
            for name in self.missing():
                terminalreporter.write_line(f"no test shows templates/{name}", red=True)

    def missing(self) -> list[str]:
        known = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.*")}
        return sorted(known - self.names)


def is_whole(config: pytest.Config) -> bool:
    """Tell whether all tests were asked for, and not some of them."""
    return config.args == config.getini("testpaths") and not config.option.keyword and not config.option.collectonly
