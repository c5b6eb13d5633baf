"""What the functions load: on a cold start each import is waited for."""

import subprocess
import sys
from functools import cache

import pytest

from ingestion.aws.layout import FUNCTIONS
from tests.infra.embedded import ROOT

FOLDERS = tuple(name.replace("-", "_") for name in FUNCTIONS)


@cache
def loaded(folder: str) -> frozenset[str]:
    imports = f"import sys, ingestion.lambdas.{folder}.handler, inspect"
    code = f"{imports}; print(inspect.__file__); print(*sys.modules)"
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    where, modules = said.splitlines()
    assert "lambdas" not in where, "the folder `inspect` hides the module of the standard library"
    return frozenset(modules.split())


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_function_loads_neither_django_nor_what_only_the_portal_needs(folder: str) -> None:
    modules = loaded(folder)
    assert not modules & {
        "django",
        "celery",
        "rest_framework",
        "jsonschema",
        "boto3",
        "requests",
        "pandas",
        "xlsxwriter",
    }


@pytest.mark.parametrize(
    "folder",
    [
        "share",
        "record_failure",
        "callback",
        "clean_up",
        "sweeper",
        "janitor",
        "members",
        "key_uses",
        "release",
    ],
)
def test_the_functions_around_the_stages_load_no_table_library(folder: str) -> None:
    assert not loaded(folder) & {"pandas", "pyarrow", "numpy"}
