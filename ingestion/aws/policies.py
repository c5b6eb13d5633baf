"""What a policy of a key or a bucket says: its statements in one form, and whether they let somebody through.

Whatever is not understood counts for more access, never for less: a condition with an unknown operator or key
is met in an Allow and is not in a Deny.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Context = Mapping[str, str]
"""Condition keys of a request: `kms:ViaService`, `aws:SecureTransport`; the principal is added."""
PRINCIPAL = "aws:PrincipalArn"
_MAY_LACK = {
    "kms:viaservice",
    "s3:x-amz-server-side-encryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "s3:x-amz-server-side-encryption-customer-algorithm",
}
"""Keys that a request bears only if it is named with them; what it bears of all others is not known here."""


class NotAPolicy(ValueError):
    """The text is no policy, or is written in a way this program does not read (NotPrincipal, NotAction)."""


@dataclass(frozen=True)
class Condition:
    """One test of a request: of several values one has to fit, or none where the operator is negated."""

    operator: str
    key: str
    values: tuple[str, ...]

    def tests(self, key: str) -> bool:
        """Whether it is about this key; AWS does not tell the case of keys apart."""
        return self.key.lower() == key.lower()


@dataclass(frozen=True)
class Statement:
    """One statement; principals are ARNs, "*" is everybody."""

    sid: str
    allows: bool
    principals: tuple[str, ...]
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[Condition, ...]

    def about(self, action: str, resource: str) -> bool:
        """Whether it speaks of an action, and where it forbids, of this resource as a whole."""
        named = any(_like(pattern.lower(), action.lower()) for pattern in self.actions)
        return named and (self.allows or any(_like(pattern, resource) for pattern in self.resources))

    def meets(self, principal: str, context: Context) -> bool:
        """Whether it applies to this principal in such a request."""
        seen = {key.lower(): value for key, value in {**context, PRINCIPAL: principal}.items()}
        return any(_is(each, principal) for each in self.principals) and all(
            _met(condition, seen, unknown=self.allows) for condition in self.conditions
        )


def statements_of(text: str) -> list[Statement]:
    """The statements of a policy document; NotAPolicy."""
    try:
        found = json.loads(text)["Statement"]
        return [_statement(each) for each in (found if isinstance(found, list) else [found])]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotAPolicy("not a policy that can be read") from error


@dataclass(frozen=True)
class Request:
    """Who asks for what; `resource` is a key or, as `arn:.../*`, all objects of a bucket."""

    principal: str
    action: str
    resource: str = "*"
    context: Context = field(default_factory=dict)


def denies(statements: Iterable[Statement], asked: Request) -> bool:
    """Whether the policy forbids it, whatever the principal's own policies allow."""
    return any(not each.allows and _applies(each, asked) for each in statements)


def allows(statements: Iterable[Statement], asked: Request) -> bool:
    """Whether the policy lets it happen, alone or together with what the principal's own policies allow."""
    known = list(statements)
    return any(each.allows and _applies(each, asked) for each in known) and not denies(known, asked)


def named_in(statements: Iterable[Statement]) -> set[str]:
    """Every principal that is spoken of by its ARN, whether it is let in, kept out or left out.

    A pattern stands as one of those that it fits.
    """
    return {
        arn.replace("*", "any").replace("?", "a")
        for each in statements
        for arn in (
            *each.principals,
            *(value for one in each.conditions if one.tests(PRINCIPAL) for value in one.values),
        )
        if arn.startswith("arn:")
    }


def _applies(statement: Statement, asked: Request) -> bool:
    about = statement.about(asked.action, asked.resource)
    return about and statement.meets(asked.principal, asked.context)


def _statement(found: Mapping[str, Any]) -> Statement:
    if {"NotPrincipal", "NotAction", "NotResource"} & set(found) or found["Effect"] not in ("Allow", "Deny"):
        raise NotAPolicy("written in a way that is not read here")
    principal = found["Principal"]
    kinds = [principal] if isinstance(principal, str) else principal.values()
    named = [one for each in kinds for one in _list(each)]
    conditions = [
        Condition(operator, key, _list(values))
        for operator, tests in found.get("Condition", {}).items()
        for key, values in tests.items()
    ]
    return Statement(
        sid=str(found.get("Sid", "")),
        allows=found["Effect"] == "Allow",
        principals=tuple(named),
        actions=_list(found["Action"]),
        resources=_list(found.get("Resource", "*")),
        conditions=tuple(conditions),
    )


def _list(value: Any) -> tuple[str, ...]:
    """One text or several; a truth value is written as policies write it."""
    several = value if isinstance(value, list) else [value]
    return tuple(json.dumps(each) if isinstance(each, bool) else str(each) for each in several)


def _is(named: str, principal: str) -> bool:
    """Whether a principal of a statement is this one; an account's root stands for everybody in it."""
    if named in ("*", principal):
        return True
    account = named.removesuffix(":root")
    return account != named and principal.startswith(f"{account}:")


def _like(pattern: str, text: str) -> bool:
    parts = (re.escape(part).replace(r"\?", ".") for part in pattern.split("*"))
    return re.fullmatch(".*".join(parts), text) is not None


def _equal(wanted: str, text: str) -> bool:
    return wanted == text


_TESTS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": _equal, "ArnEquals": _like, "Bool": _equal, "StringLike": _like, "ArnLike": _like,
}  # fmt: skip
_NEGATED = {"StringNotEquals": "StringEquals", "ArnNotEquals": "ArnEquals", "StringNotLike": "StringLike",
            "ArnNotLike": "ArnLike"}  # fmt: skip


def _met(condition: Condition, seen: Context, *, unknown: bool) -> bool:
    """As AWS does it: a key that the request lacks fails a test, and passes a negated one.

    `seen` by keys in small letters: AWS does not tell their case apart.
    """
    operator, key = condition.operator, condition.key.lower()
    if key not in seen and key not in _MAY_LACK:
        return unknown
    value = seen.get(key)
    if operator == "Null":
        return condition.values == ("true" if value is None else "false",)
    test = _TESTS.get(_NEGATED.get(operator, operator))
    if test is None:
        return unknown
    fits = value is not None and any(test(wanted, value) for wanted in condition.values)
    return not fits if operator in _NEGATED else fits
