"""What changed since an earlier delivery, as counts for programs."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ingestion.web import selectors
from ingestion.web.selectors.changes import Changes, changes, earlier_deliveries
from portal.accounts.permissions import role_required
from portal.accounts.roles import Role
from portal.api.callers import acting
from portal.api.views import ONE
from portal.common.errors import NotFound


class ChangeQuerySerializer(serializers.Serializer[dict[str, Any]]):
    """With which delivery to compare."""

    since = serializers.IntegerField(
        min_value=1, required=False, help_text="The number of an earlier one; the latest without it."
    )


class ChangeCountsSerializer(serializers.Serializer[dict[str, Any]]):
    """Findings that are new, fixed, still there."""

    new = serializers.IntegerField()
    fixed = serializers.IntegerField()
    still = serializers.IntegerField()


class RuleChangeSerializer(ChangeCountsSerializer):
    """The same of one rule."""

    rule = serializers.CharField()
    severity = serializers.CharField()


class ChangesSerializer(ChangeCountsSerializer):
    """What changed; `other_rules`: the two were not checked by the same rules."""

    since = serializers.UUIDField(allow_null=True)
    since_number = serializers.IntegerField(allow_null=True)
    by_position = serializers.BooleanField()
    other_rules = serializers.BooleanField()
    partial = serializers.BooleanField()  # type: ignore[assignment]
    rules = RuleChangeSerializer(many=True)


NOTHING: dict[str, Any] = {
    **dict.fromkeys(("since", "since_number")),
    **dict.fromkeys(("by_position", "other_rules", "partial"), False),
    **dict.fromkeys(("new", "fixed", "still"), 0),
    "rules": [],
}
"""The answer where there is no earlier delivery."""


class ChangesView(APIView):
    """The findings of one submission against those of an earlier one."""

    permission_classes = [role_required(Role.VIEWER)]

    @extend_schema(
        operation_id="submissions_changes",
        parameters=[ChangeQuerySerializer],
        responses={200: ChangesSerializer, **ONE},
    )
    def get(self, request: Request, submission_id: UUID) -> Response:
        """Counts by rule, read with the caller's own rights; `since` is null where nothing is earlier."""
        asked = ChangeQuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        number, actor = asked.validated_data.get("since"), acting(request)
        submission = selectors.get_submission(actor, submission_id)
        earlier = earlier_deliveries(actor, submission)
        before = next((one for one in earlier if number in (None, one.number)), None)
        if before is None and number is not None:
            raise NotFound("There is no such earlier delivery of these funds.")
        told = _told(changes(actor, submission, before)) if before else NOTHING
        return Response(ChangesSerializer(told).data)


def _told(compared: Changes) -> dict[str, Any]:
    rules = [
        {"rule": one.document["rule"], "severity": one.document["severity"]}
        | {"new": one.new, "fixed": one.fixed, "still": one.still}
        for one in compared.rules
    ]
    return {
        "since": compared.before.id,
        "since_number": compared.before.number,
        "by_position": compared.by_position,
        "other_rules": compared.other_rules,
        "partial": compared.partial,
        "rules": rules,
        **compared.totals,
    }
