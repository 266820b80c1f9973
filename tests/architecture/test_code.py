"""Guard 10: imports keep to their contracts, functions stay short, one place commits."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from statistics import median

from app.registry import find_modules
from tests.architecture.code import ROOT, Source, all_text, python_files

LONGEST_FUNCTION = 60
LONGEST_FILE = 400
MEDIAN_FUNCTION = 10
CLOCK = "app/clock.py"
UNIT_OF_WORK = "app/db/unit_of_work.py"
NOW = {"now", "utcnow", "today"}
STOPWATCHES = {"perf_counter", "perf_counter_ns", "process_time", "process_time_ns", "timeit"}
# What time tells an attacker, and whether a spoilt file hangs its reader: there time is the matter.
TIME_IS_THE_MATTER = {"tests/security/test_guessing.py", "tests/faults/hostile_process.py"}


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_imports_keep_to_their_contracts() -> None:
    command = [Path(sys.executable).parent / "lint-imports", "--no-logo", "--no-cache"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_functions_are_short() -> None:
    sources = python_files("app", "modules")
    measured = [
        (length(f), f"{s.name}:{f.lineno} {f.name}") for s in sources for f in s.functions()
    ]
    long = sorted((row for row in measured if row[0] > LONGEST_FUNCTION), reverse=True)
    assert not long, "Look for a second reason inside:\n" + "\n".join(map(str, long))
    assert median(lines for lines, _where in measured) <= MEDIAN_FUNCTION


def test_files_are_short() -> None:
    sizes = {s.name: s.path.read_text("utf-8").count("\n") for s in python_files("app", "modules")}
    long = {name: lines for name, lines in sizes.items() if lines > LONGEST_FILE}
    assert not long, f"split them by reason to change: {long}"


def test_only_the_clock_reads_the_time() -> None:
    found = [
        f"{source.name}:{node.lineno}"
        for source in python_files("app", "modules")
        if source.name != CLOCK
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and _reads_the_time(node)
    ]
    assert not found, "Take a Clock as an argument:\n" + "\n".join(found)


def _reads_the_time(call: ast.Call) -> bool:
    called = ast.unparse(call.func)
    owner, _dot, name = called.rpartition(".")
    return name in NOW and owner in {"datetime", "date", "datetime.datetime", "datetime.date"}


def test_no_test_is_judged_by_a_stopwatch() -> None:
    found = [
        f"{source.name}:{node.lineno}"
        for source in python_files("tests")
        if source.name not in TIME_IS_THE_MATTER
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and node.attr in STOPWATCHES
    ]
    assert not found, "Measure in benchmarks/, where a slow machine fails nobody:\n" + "\n".join(
        found
    )


def test_only_the_unit_of_work_commits() -> None:
    found = [
        f"{source.name}:{node.lineno}"
        for source in python_files("app", "modules")
        if source.name != UNIT_OF_WORK
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "commit"
    ]
    assert not found, "Flush instead; the unit of work commits:\n" + "\n".join(found)


def test_one_place_writes_the_proof_of_a_form() -> None:
    pages = all_text("app/templates/**/*.html", "modules/*/templates/**/*.html")
    assert 'name="csrf_token"' not in pages, "Say {{ form_token() }}, ui.post or ui.action"


def test_every_module_uses_only_what_it_depends_on() -> None:
    allowed = {module.name: {module.name, *module.depends_on} for module in find_modules()}
    found = [
        f"{source.name} imports modules.{other}: add it to depends_on in module.py"
        for source in python_files("modules")
        if (own := source.path.relative_to(ROOT).parts[1]) in allowed
        for other in sorted(_modules_imported(source) - allowed[own])
    ]
    assert not found, "\n".join(found)


def _modules_imported(source: Source) -> set[str]:
    names = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("modules."):
            names.add((node.module or "").split(".")[1])
        elif isinstance(node, ast.Import):
            names |= {a.name.split(".")[1] for a in node.names if a.name.startswith("modules.")}
    return names


def test_every_module_has_its_page() -> None:
    pages = {module.name for module in find_modules() if module.name != "house"}
    missing = [
        name for name in sorted(pages) if not (ROOT / "modules" / name / "README.md").exists()
    ]
    assert not missing, f"write README.md: purpose, words, states, permissions, jobs: {missing}"
