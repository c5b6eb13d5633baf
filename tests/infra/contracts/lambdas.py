"""Functions: how they fail, and that there is room for them."""

import json
import zipfile
from io import BytesIO

from tests.infra.contracts.states import runs
from tests.infra.contracts.tools import ANYTHING, unique
from tests.infra.embedded import ACCOUNT, REGION, Server


def _function(server: Server, code: str) -> str:
    """A function with this source and any right; returns its name."""
    name, archive = unique("function"), BytesIO()
    server.new_role(name, ANYTHING)
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("index.py", code)
    server.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.11",
        Handler="index.handler",
        Role=f"arn:aws:iam::{ACCOUNT}:role/{name}",
        Code={"ZipFile": archive.getvalue()},
    )
    return name


def lambda_errors(server: Server) -> bool:
    """A failed function's error type is the class of the exception it raised."""
    name = _function(
        server,
        "class TokenGone(Exception): pass\ndef handler(event, context): raise TokenGone('it is')",
    )
    functions = server.client("lambda")
    answer = json.loads(functions.invoke(FunctionName=name)["Payload"].read())
    assert answer["errorMessage"] == "it is"
    result: bool = answer["errorType"] == "TokenGone"
    return result


def lambda_room(server: Server) -> bool:
    """Runs that come together all find an execution environment."""
    name = _function(server, "import time\ndef handler(event, context): time.sleep(0.3)")
    task = {"Resource": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"}
    return {each["status"] for each in runs(server, task, 7, 10)} == {"SUCCEEDED"}
