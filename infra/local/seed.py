"""Migrate, onboard the demo institutions and their people, make two operators: the project's own commands.

Run by the launcher with the deploying hand's credentials; `python -m infra.local.seed [--institutions]`.
"""

import os
import sys

import django
from django.core.management import CommandError, call_command

from infra.local import demo

_PASSWORD_VARIABLE = "FUNDGATE_DEMO_PASSWORD"


def main(arguments: list[str]) -> int:
    """0, or 1 with one sentence on standard error."""
    django.setup()
    try:
        call_command("migrate", verbosity=0)
        if "--institutions" in arguments:
            os.environ[_PASSWORD_VARIABLE] = demo.PASSWORD
            for institution in demo.INSTITUTIONS:
                _onboard(institution)
            for email in demo.OPERATORS:
                call_command("operator", email, "--password-from-env", _PASSWORD_VARIABLE)
    except CommandError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _onboard(institution: demo.DemoInstitution) -> None:
    admin, *others = demo.ROLES
    password = ("--password-from-env", _PASSWORD_VARIABLE)
    call_command(
        "onboard_institution", institution.code, "--name", institution.name, "--kind", institution.kind,
        "--admin-email", institution.email(admin), "--admin-name", f"Admin of {institution.name}", *password,
    )  # fmt: skip
    for role in others:
        call_command(
            "add_member", institution.code, "--email", institution.email(role), "--role", role,
            "--name", f"{role.capitalize()} of {institution.name}", *password,
        )  # fmt: skip
    _list(institution)


def _list(institution: demo.DemoInstitution) -> None:
    """Others find it in the directory, so that a grant can be tried at once."""
    from portal.accounts.selectors import institution_by_code
    from sharing.models import Profile

    Profile.objects.get_or_create(
        institution=institution_by_code(institution.code), defaults={"listed": True, "lei": institution.lei}
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
