"""Upload files and wait for their verdicts; check signed receipts; take everything out.

    python -m portal.client submit FILE... [--portal URL] [--email NAME] [--browser] [--expect TPT]
        [--reason TEXT] [--check-only] [--json]
    python -m portal.client verify-receipt RECEIPT [--key PEM] [--file FILE]
    python -m portal.client take-out FOLDER [--portal URL] [--email NAME] [--browser]

The password of a headless sign-in is read from FUNDGATE_PASSWORD or asked for; it never stands on the
command line. Exit code 0: no errors found; 1: errors found; 2: no verdict.
A receipt is checked without the portal. Exit code 0: genuine; 1: it is not; 2: it could not be checked.
A take-out that broke off goes on in the same folder. Exit code 0: all is there and as its hashes say; 1: some
of it is not; 2: not all came.
"""

import argparse
import getpass
import json
import os
import sys
from pathlib import Path
from typing import Any

import requests

from portal.client import receipts, signin, takeouts
from portal.client.api import Api, ApiError


def main(arguments: list[str]) -> int:
    """Run the client; every failure is one sentence on standard error."""
    parser = argparse.ArgumentParser(
        prog="python -m portal.client", description="Upload files, wait for verdicts."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    submit = commands.add_parser("submit", help="upload files and wait for their verdicts")
    submit.add_argument("files", nargs="+", type=Path, metavar="FILE")
    _add_sign_in(submit)
    submit.add_argument(
        "--expect",
        default="",
        metavar="TEMPLATE",
        help="what every file must be: TPT, EMT, EPT, EET or HOLDINGS",
    )
    submit.add_argument("--reason", default="", help="why the files replace earlier deliveries")
    submit.add_argument("--check-only", action="store_true", help="do not hand them in; deleted after 7 days")
    submit.add_argument("--json", action="store_true", help="print the submissions as JSON")
    verify = commands.add_parser("verify-receipt", help="check a signed receipt, without the portal")
    verify.add_argument("receipt", type=Path, metavar="RECEIPT", help="the JSON that the portal gave out")
    verify.add_argument(
        "--key", type=Path, metavar="PEM", help=f"the public key; {receipts.KEY_NAME} beside the receipt"
    )
    verify.add_argument("--file", type=Path, help="the delivered file: is the receipt about this one?")
    takeout = commands.add_parser("take-out", help="fetch all that the institution has; for administrators")
    takeout.add_argument("folder", type=Path, metavar="FOLDER", help="run again with it to go on")
    _add_sign_in(takeout)
    options = parser.parse_args(arguments)
    if options.command == "verify-receipt":
        return _verify(options)
    if not options.browser and not options.email:
        parser.error("say --email NAME, or --browser to sign in in the browser")
    if not options.portal.startswith(("http://", "https://")):
        parser.error(f"--portal takes an address such as http://127.0.0.1:8000, not {options.portal!r}")
    for file in getattr(options, "files", ()):
        if not file.exists():
            parser.error(f"there is no file {file}")
        if not file.is_file():
            parser.error(f"{file} is no file; name the files in it")
    try:
        return _take_out(options) if options.command == "take-out" else _submit(options)
    except signin.SignInFailed as error:
        _say(error)
    except requests.RequestException:
        _say(f"{options.portal} does not answer. Is the portal running, and there? --portal names another.")
    except KeyboardInterrupt:
        _say("stopped. What was uploaded is checked all the same; a take-out goes on when it is run again.")
        return 130
    return 2


def _verify(options: argparse.Namespace) -> int:
    """Check one receipt and say what it says."""
    try:
        content = receipts.verified(options.receipt, options.key, options.file)
    except receipts.NotGenuine as error:
        _say(error)
        return 1
    except OSError as error:
        _say(f"{error.filename} cannot be read: {error.strerror}.")
        return 2
    print("\n".join(receipts.told(content)))
    return 0


def _take_out(options: argparse.Namespace) -> int:
    """Fetch and prove part after part."""
    try:
        api = Api(options.portal, _token(options))
        wrong = takeouts.fetched(api, options.folder, lambda line: print(line, flush=True))
    except ApiError as error:
        _say(error)
        return 2
    except requests.RequestException:
        raise
    except OSError as error:
        _say(f"{error.filename} cannot be written: {error.strerror}.")
        return 2
    return 1 if wrong else 0


def _submit(options: argparse.Namespace) -> int:
    """Upload and wait, file after file; one that is refused does not keep the others back."""
    api = Api(options.portal, _token(options))
    done = []
    for file in options.files:
        try:
            with file.open("rb") as content:
                submission = api.submit(
                    file.name, content, options.expect, reason=options.reason, check_only=options.check_only
                )
            submission = api.wait(submission["id"])
        except ApiError as error:
            _say(f"{file.name}: {error}")
            continue
        except PermissionError:
            _say(f"{file.name}: you may not read this file.")
            continue
        done.append(submission)
        if not options.json:
            print(_line(file, submission), flush=True)
    if options.json and (done or len(options.files) > 1):
        print(json.dumps(done if len(options.files) > 1 else done[0], indent=2))
    if len(done) < len(options.files):
        return 2
    if any(submission["verdict"] in ("", "unreadable") for submission in done):
        return 2
    return 1 if any(submission["counts"]["error"] for submission in done) else 0


def _add_sign_in(command: argparse.ArgumentParser) -> None:
    """Which portal, and who signs in there."""
    command.add_argument("--portal", default="http://127.0.0.1:8000", help="address of the portal")
    command.add_argument("--email", help="account; the password comes from FUNDGATE_PASSWORD or is asked for")
    command.add_argument("--browser", action="store_true", help="sign in in the browser instead")


def _token(options: argparse.Namespace) -> str:
    config = signin.SignInConfig.of(options.portal)
    try:
        if options.browser:
            return signin.in_browser(config)
        return signin.headless(config, options.email, _password(options.email))
    except requests.RequestException:
        raise signin.SignInFailed("The sign-in service does not answer. Try again in a minute.") from None


def _password(email: str) -> str:
    if given := os.environ.get("FUNDGATE_PASSWORD"):
        return given
    if not sys.stdin.isatty():
        raise signin.SignInFailed("No terminal to ask for the password on; put it in FUNDGATE_PASSWORD.")
    return getpass.getpass(f"Password of {email}: ")


def _line(file: Path, submission: dict[str, Any]) -> str:
    code = f" ({submission['code']})" if submission.get("code") else ""
    said = f"{file.name}: {submission['verdict'] or submission['state']}{code}"
    counts = submission["counts"]
    if not counts or submission["verdict"] in ("", "unreadable"):
        return said
    words = {"error": "error", "warning": "warning", "info": "note"}
    told = [f"{counts[name]} {word}{'' if counts[name] == 1 else 's'}" for name, word in words.items()]
    return ", ".join([said, *told])


def _say(sentence: object) -> None:
    print(f"fundgate: {sentence}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
