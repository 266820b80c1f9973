"""Guard 11: every job has a name, a limit and a test."""

from __future__ import annotations

import re

import pytest

from app.jobs import Job
from app.registry import find_modules
from tests.architecture.code import all_text

JOBS = [(module.name, job) for module in find_modules() for job in module.jobs]
NAME = re.compile(r"^[a-z_]+\.[a-z]+(_[a-z]+)*$")
LONGEST_S = 6 * 3600


@pytest.mark.parametrize(("module", "job"), JOBS, ids=[job.name for _module, job in JOBS])
def test_job_has_a_name_a_limit_and_a_test(module: str, job: Job) -> None:
    assert NAME.match(job.name), "name it module.verb_noun"
    assert job.name.startswith(f"{module}."), f"its name begins with {module}."
    assert 0 < job.time_limit_s <= LONGEST_S, "give it a time limit"
    assert str(job.title), "give it a title for the jobs page"
    tests = all_text("tests/**/test_*.py")
    mentioned = job.name in tests or re.search(rf"\b{job.run.__name__}\b", tests)
    assert mentioned, f"write a test that runs {job.name}"


def test_job_names_are_unique() -> None:
    names = [job.name for _module, job in JOBS]
    assert len(names) == len(set(names))
