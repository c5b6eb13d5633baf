"""Upload files and wait for their verdicts.

    python -m portal.client submit FILE... [--portal URL] [--email NAME] [--browser] [--json]

The password of a headless sign-in is read from FUNDGATE_PASSWORD or asked for; it never stands on the
command line. Exit code 0: no errors found; 1: errors found; 2: no verdict.
"""

import argparse
import getpass
import json
import os
import sys
from pathlib import Path
from typing import Any

import requests

from portal.client import signin
from portal.client.api import Api, ApiError


def main(arguments: list[str]) -> int:
    """Run the client; every failure is one sentence on standard error."""
    parser = argparse.ArgumentParser(
        prog="python -m portal.client", description="Upload files, wait for verdicts."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    submit = commands.add_parser("submit", help="upload files and wait for their verdicts")
    submit.add_argument("files", nargs="+", type=Path, metavar="FILE")
    submit.add_argument("--portal", default="http://127.0.0.1:8000", help="address of the portal")
    submit.add_argument("--email", help="account; the password comes from FUNDGATE_PASSWORD or is asked for")
    submit.add_argument("--browser", action="store_true", help="sign in in the browser instead")
    submit.add_argument("--json", action="store_true", help="print the submissions as JSON")
    options = parser.parse_args(arguments)
    if not options.browser and not options.email:
        parser.error("say --email NAME, or --browser to sign in in the browser")
    for file in options.files:
        if not file.is_file():
            parser.error(f"there is no file {file}")
    try:
        return _submit(options)
    except (signin.SignInFailed, ApiError) as error:
        print(f"fundgate: {error}", file=sys.stderr)
    except requests.RequestException:
        print(f"fundgate: {options.portal} does not answer. Is the portal running?", file=sys.stderr)
    return 2


def _submit(options: argparse.Namespace) -> int:
    config = signin.SignInConfig.of(options.portal)
    if options.browser:
        token = signin.in_browser(config)
    else:
        token = signin.headless(config, options.email, _password(options.email))
    api = Api(options.portal, token)
    done = []
    for file in options.files:
        with file.open("rb") as content:
            submission = api.submit(file.name, content)
        submission = api.wait(submission["id"])
        done.append(submission)
        if not options.json:
            print(_line(file, submission))
    if options.json:
        print(json.dumps(done if len(done) > 1 else done[0], indent=2))
    if any(submission["verdict"] in ("", "unreadable") for submission in done):
        return 2
    return 1 if any(submission["counts"]["error"] for submission in done) else 0


def _password(email: str) -> str:
    if given := os.environ.get("FUNDGATE_PASSWORD"):
        return given
    if not sys.stdin.isatty():
        raise signin.SignInFailed("No terminal to ask for the password on; put it in FUNDGATE_PASSWORD.")
    return getpass.getpass(f"Password of {email}: ")


def _line(file: Path, submission: dict[str, Any]) -> str:
    counts = submission["counts"] or {"error": 0, "warning": 0, "info": 0}
    outcome = submission["verdict"] or submission["state"]
    code = f" ({submission['code']})" if submission.get("code") else ""
    return (
        f"{file.name}: {outcome}{code}, {counts['error']} errors, {counts['warning']} warnings, "
        f"{counts['info']} notes"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
