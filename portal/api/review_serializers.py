"""What the API says about acceptances and releases."""

from typing import Any

from rest_framework import serializers

from ingestion.review.models import Acceptance
from ingestion.review.services.accepting import MAX_REASON
from ingestion.review.states import Reach, State
from portal.api.paging import PageQuerySerializer, PageSerializer
from portal.api.serializers import StandingSerializer


class AcceptanceSerializer(serializers.ModelSerializer[Acceptance]):
    """An acceptance, or a request for a release; people stand there by name.

    `on_record`: of errors, whether the signed document lies in the institution's own storage.
    """

    submission = serializers.UUIDField(source="submission_id")
    requested_by = serializers.CharField()
    decided_by = serializers.CharField(allow_null=True)
    lapsed_with = serializers.UUIDField(source="lapsed_with_id", allow_null=True)
    on_record = serializers.BooleanField()

    class Meta:
        model = Acceptance
        fields = [
            "id",
            "submission",
            "severity",
            "rule",
            "fund",
            "row",
            "count",
            "reach",
            "until",
            "reason",
            "state",
            "requested_by",
            "requested_at",
            "decided_by",
            "decided_at",
            "decision",
            "lapse",
            "lapsed_at",
            "lapsed_with",
            "on_record",
        ]
        read_only_fields = fields


class AcceptanceListSerializer(serializers.Serializer[dict[str, Any]]):
    """What concerns one submission, newest first, and where it stands."""

    standing = StandingSerializer()
    results = AcceptanceSerializer(many=True)


class AcceptancePageSerializer(PageSerializer):
    """A page of acceptances, newest first."""

    results = AcceptanceSerializer(many=True)


class AcceptanceQuerySerializer(PageQuerySerializer):
    """Which acceptances."""

    state = serializers.ChoiceField(choices=State.choices, required=False)


class AskedSerializer(serializers.Serializer[dict[str, Any]]):
    """What is asked to be accepted; `seen` is how many findings the rule has, as the verdict says."""

    rule = serializers.CharField(max_length=64)
    seen = serializers.IntegerField(min_value=1)
    reach = serializers.ChoiceField(choices=Reach.choices)
    until = serializers.DateField()
    reason = serializers.CharField(max_length=MAX_REASON)
    fund = serializers.CharField(max_length=255, default="", allow_blank=True)
    row = serializers.IntegerField(min_value=0, max_value=2_000_000_000, default=0)


class DecisionSerializer(serializers.Serializer[dict[str, Any]]):
    """Whether a release is agreed to; a refusal needs a reason."""

    agree = serializers.BooleanField()
    reason = serializers.CharField(max_length=MAX_REASON, default="", allow_blank=True)
