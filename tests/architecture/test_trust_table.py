"""The table of the tests of trust names only tests that exist, and every test with two sizes."""

from __future__ import annotations

import ast
import re

from tests.architecture.code import ROOT, python_files

NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def named_tests() -> set[tuple[str, str]]:
    return set(NAMED.findall((ROOT / "docs/tests_of_trust.md").read_text("utf-8")))


def test_every_test_the_table_names_exists() -> None:
    known = {(s.name, function.name) for s in python_files("tests") for function in s.functions()}
    assert named_tests()
    gone = sorted(f"{file}::{name}" for file, name in named_tests() - known)
    assert not gone, f"docs/tests_of_trust.md names tests that are gone: {gone}"


def test_every_test_with_two_sizes_is_in_the_table() -> None:
    sized = {
        (source.name, function.name)
        for source in python_files("tests")
        for function in source.functions()
        if any(ast.unparse(found).startswith("sized(") for found in function.decorator_list)
    }
    missing = sorted(f"{file}::{name}" for file, name in sized - named_tests())
    assert not missing, f"Give each a row in docs/tests_of_trust.md: {missing}"
