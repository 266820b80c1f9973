"""Guard 9: whatever looks like a test is collected."""

from __future__ import annotations

import ast
import re
from collections import Counter

from tests.architecture.code import ROOT, Source, python_files

SUPPORT = {"conftest.py", "__init__.py"}
FIXTURE = re.compile(r"fixture|hookimpl|composite|contextmanager|property|overload|cache")


def test_every_test_stands_in_a_file_that_is_collected() -> None:
    hidden = [
        f"{source.name}:{function.lineno} {function.name}"
        for source in python_files("tests")
        if not source.path.name.startswith("test_")
        for function in source.functions()
        if function.name.startswith("test_")
    ]
    assert not hidden, "Name the file test_*.py:\n" + "\n".join(hidden)


def test_no_function_of_a_test_file_lacks_the_prefix() -> None:
    lost = [line for source in files_of_tests() for line in _unused_functions(source)]
    assert not lost, "Call these, or name them test_...:\n" + "\n".join(lost)


def test_no_test_hides_another_of_the_same_name() -> None:
    hidden = []
    for source in files_of_tests():
        for scope in [source.tree, *_classes(source)]:
            names = Counter(n.name for n in scope.body if isinstance(n, ast.FunctionDef))
            hidden += [f"{source.name}: {name}" for name, times in names.items() if times > 1]
    assert not hidden, "Rename one of each:\n" + "\n".join(hidden)


def test_no_test_waits_by_sleeping_or_skips() -> None:
    banned = re.compile(r"\btime\.sleep\(|pytest\.mark\.(skip|xfail)|importorskip|assert True\b")
    found = [
        f"{source.name}:{number} {line.strip()}"
        for source in python_files("tests")
        if source.path.parent.name != "architecture"
        for number, line in enumerate(source.path.read_text("utf-8").splitlines(), start=1)
        if banned.search(line)
    ]
    assert not found, "Use the fixed clock, or wait for a condition:\n" + "\n".join(found)


def files_of_tests() -> tuple[Source, ...]:
    return tuple(s for s in python_files("tests") if s.path.name.startswith("test_"))


def _classes(source: Source) -> list[ast.ClassDef]:
    return [node for node in source.tree.body if isinstance(node, ast.ClassDef)]


def _unused_functions(source: Source) -> list[str]:
    used = {node.id for node in ast.walk(source.tree) if isinstance(node, ast.Name)}
    used |= {node.attr for node in ast.walk(source.tree) if isinstance(node, ast.Attribute)}
    used |= set(re.findall(r'"(\w+)"', source.path.read_text("utf-8")))
    scopes = [source.tree, *(c for c in _classes(source) if c.name.startswith("Test"))]
    return [
        f"{source.path.relative_to(ROOT)}:{function.lineno} {function.name}"
        for scope in scopes
        for function in scope.body
        if isinstance(function, ast.FunctionDef)
        and not function.name.startswith(("test_", "setup_", "teardown_", "pytest_"))
        and not any(FIXTURE.search(ast.unparse(d)) for d in function.decorator_list)
        and function.name not in used
    ]
