"""A key policy in sentences, made from the statements themselves: a name that lies would change nothing."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from ingestion.aws.policies import PRINCIPAL, Condition, Statement
from portal.dashboard.wording import Text

USES: dict[str, Text] = {
    "kms:Decrypt": lazy("decrypt"),
    "kms:GenerateDataKey": lazy("encrypt"),
    "kms:Encrypt": lazy("encrypt"),
    "kms:ReEncrypt*": lazy("encrypt anew under another key"),
    "kms:CreateGrant": lazy("hand the use of the key on"),
    "kms:DescribeKey": lazy("see its state"),
    "kms:GetKeyPolicy": lazy("read these rules"),
}
ADMINISTRATION: dict[str, Text] = {
    "kms:Put*": lazy("change these rules"),
    "kms:ScheduleKeyDeletion": lazy("have the key deleted after a waiting time"),
    "kms:CancelKeyDeletion": lazy("call that off"),
    "kms:Enable*": lazy("enable it"),
    "kms:Disable*": lazy("disable it"),
}
_SEEING = ("kms:Describe*", "kms:Get*", "kms:List*", "kms:Update*", "kms:TagResource", "kms:UntagResource",
           "kms:CreateAlias", "kms:DeleteAlias")  # fmt: skip
"""What administration names besides, in one word of the sentence."""
EVERY = "role/fundgate-inst-*"
THROUGH_S3 = "kms:ViaService"


def sentence_of(statement: Statement, *, own_role: str) -> str | None:
    """What a statement says; None when it is one that this page has no words for."""
    who = _who(statement, own_role)
    what = _what(statement.actions)
    through = [each for each in statement.conditions if each.key == THROUGH_S3]
    known = all(each.key in (PRINCIPAL, THROUGH_S3) for each in statement.conditions)
    if who is None or what is None or not known or any(not _is_s3(each) for each in through):
        return None
    words = {"who": who, "what": ", ".join(what)}
    if not statement.allows:
        return None if through else _("Nobody but %(who)s may %(what)s.") % words
    if through:
        return _("%(who)s may %(what)s, but only through S3.") % words
    return _("%(who)s may %(what)s.") % words


def _who(statement: Statement, own_role: str) -> str | None:
    """Whom it speaks of; for one that forbids, whom it leaves out."""
    narrowing = [each for each in statement.conditions if each.key == PRINCIPAL]
    if statement.principals == ("*",) and not statement.allows and len(narrowing) == 1:
        operator = narrowing[0].operator
        return _names(narrowing[0].values, own_role) if operator in ("ArnNotEquals", "ArnNotLike") else None
    if len(narrowing) == 1 and statement.allows and narrowing[0].operator in ("ArnLike", "ArnEquals"):
        root = all(each.endswith(":root") for each in statement.principals)
        return _names(narrowing[0].values, own_role) if root else None
    if narrowing or not statement.allows or not statement.principals:
        return None
    return _names(statement.principals, own_role)


def _names(arns: tuple[str, ...], own_role: str) -> str:
    return ", ".join(_name(each, own_role) for each in arns)


def _name(arn: str, own_role: str) -> str:
    """A principal as people know it; another one by its ARN."""
    if arn == own_role:
        return _("your institution’s role")
    if arn.endswith(EVERY):
        return _("the role of every institution on Fundgate")
    if arn.endswith(":role/fundgate-deploy"):
        return _("the role that people deploy with")
    return arn


def _what(actions: tuple[str, ...]) -> list[str] | None:
    """What it speaks of, each said once; None for an action without words."""
    if not all(each in USES or each in ADMINISTRATION or each in _SEEING for each in actions):
        return None
    words = [str(USES.get(each) or ADMINISTRATION.get(each) or "") for each in actions]
    if any(each in _SEEING for each in actions):
        words.append(_("see and label it"))
    return list(dict.fromkeys(filter(None, words)))


def _is_s3(condition: Condition) -> bool:
    return condition.operator == "StringEquals" and all(
        each.startswith("s3.") and each.endswith(".amazonaws.com") for each in condition.values
    )
