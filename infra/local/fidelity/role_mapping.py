"""Which role an identity pool gives to a token: by group ("Token"), by rules, or the default."""

from collections.abc import Callable
from typing import Any

from ministack.services import cognito

_MATCHES: dict[str, Callable[[str, str], bool]] = {
    "Equals": lambda value, expected: value == expected,
    "NotEqual": lambda value, expected: value != expected,
    "StartsWith": lambda value, expected: value.startswith(expected),
    "Contains": lambda value, expected: expected in value,
}


def role_for(pool: dict[str, Any], claims: dict[str, dict[str, Any]], custom: str | None) -> str | None:
    """The role's ARN for `claims` by provider; None means denied. `custom` is the caller's CustomRoleArn."""
    mappings = pool.get("_role_mappings") or {}
    for provider, token in claims.items():
        mapping = _mapping(mappings, f"{provider}:{token.get('aud')}")
        if mapping is None:
            continue
        roles, preferred = _roles(mapping, provider, token)
        if custom:
            return custom if custom in roles else None
        if preferred:
            return preferred
        if mapping.get("AmbiguousRoleResolution") == "Deny":
            return None
        break
    if custom:
        return None  # it must be one of the roles in the token
    default: str | None = (pool.get("_roles") or {}).get("authenticated")
    return default


def _mapping(mappings: dict[str, dict[str, Any]], provider: str) -> dict[str, Any] | None:
    """The API keys a mapping by its provider; CloudFormation names it inside, under any key."""
    for key, mapping in mappings.items():
        if mapping.get("IdentityProvider", key) == provider:
            return mapping
    return None


def _roles(mapping: dict[str, Any], provider: str, token: dict[str, Any]) -> tuple[list[str], str | None]:
    """All roles the token names and the preferred one, None if there is none or it is ambiguous."""
    if mapping.get("Type") == "Rules":
        rules = (mapping.get("RulesConfiguration") or {}).get("Rules", [])
        matched = [rule["RoleARN"] for rule in rules if _matches(rule, token)]
        return matched, matched[0] if matched else None
    pool = cognito._user_pools.get(provider.rpartition("/")[2]) or {}
    groups = [pool.get("_groups", {}).get(name) for name in token.get("cognito:groups") or []]
    bound = [group for group in groups if group and group.get("RoleArn")]
    roles = [group["RoleArn"] for group in bound]
    # The lowest precedence wins; groups without one come last; different roles at the top are ambiguous.
    ranks = [group["Precedence"] if group.get("Precedence") is not None else float("inf") for group in bound]
    top = {role for role, rank in zip(roles, ranks, strict=True) if rank == min(ranks)}
    return roles, top.pop() if len(top) == 1 else None


def _matches(rule: dict[str, Any], token: dict[str, Any]) -> bool:
    value = token.get(rule["Claim"])
    return value is not None and _MATCHES[rule["MatchType"]](str(value), rule["Value"])
