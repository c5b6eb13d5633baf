"""The functions' image holds what they import, pinned, and neither Django nor the portal."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.infra.embedded import ROOT

PACKAGES = ("parser", "pipeline", "aws", "lambdas")
# They deploy stacks; no function does.
NOT_IN_A_FUNCTION = {ROOT / "ingestion" / "aws" / name for name in ("stacks.py", "packaging.py")}


def names(path: Path) -> set[str]:
    """Normalised project names of a requirements file."""
    lines = (line.partition("#")[0].strip() for line in path.read_text().splitlines())
    found = (re.match(r"[A-Za-z0-9._-]+", line) for line in lines)
    return {match.group().lower().replace("_", "-") for match in found if match}


def imported(path: Path) -> Iterator[str]:
    """Top-level names of every import in a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (each.name.partition(".")[0] for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def third_party() -> dict[str, str]:
    """Import name -> distribution, for all the functions' code."""
    files = [path for name in PACKAGES for path in (ROOT / "ingestion" / name).rglob("*.py")]
    modules = {module for path in files if path not in NOT_IN_A_FUNCTION for module in imported(path)}
    modules -= set(sys.stdlib_module_names) | {"ingestion"}
    distributions = packages_distributions()
    return {module: distributions[module][0].lower().replace("_", "-") for module in modules}


ON_REQUEST = {"pandas"}
"""Imported by what only the command line calls: data frames."""
BROUGHT_ALONG = {"botocore": "boto3", "urllib3": "boto3"}


def test_every_import_of_a_function_is_in_its_image() -> None:
    listed = names(ROOT / "infra" / "image" / "functions.txt")
    needed = {BROUGHT_ALONG.get(module, project) for module, project in third_party().items()}
    assert needed - ON_REQUEST <= listed
    assert "django" not in listed


def test_everything_in_the_image_is_used_and_pinned() -> None:
    listed = names(ROOT / "infra" / "image" / "functions.txt")
    assert listed <= set(third_party().values()) | set(BROUGHT_ALONG.values())
    assert listed <= names(ROOT / "requirements.txt")


def test_the_image_copies_the_functions_code_and_nothing_of_the_portal() -> None:
    text = (ROOT / "infra" / "image" / "Dockerfile").read_text()
    copied = re.findall(r"^COPY (\S+)", text, re.MULTILINE)
    assert copied == ["ingestion/__init__.py", *[f"ingestion/{name}" for name in PACKAGES]]
