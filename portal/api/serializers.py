"""What the API says about submissions."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ingestion.review.selectors import standing_of
from ingestion.review.states import Outcome
from ingestion.web.models import Submission
from ingestion.web.selectors import pipeline_steps
from ingestion.web.states import State, Verdict
from ingestion.web.uploads.terms import MAX_REASON
from portal.api.paging import PageQuerySerializer, PageSerializer


class CountsSerializer(serializers.Serializer[dict[str, int]]):
    """Findings by severity."""

    error = serializers.IntegerField()
    warning = serializers.IntegerField()
    info = serializers.IntegerField()


class StandingSerializer(serializers.Serializer[Any]):
    """Where a checked file stands: `outcome` is "" without a verdict about its rules."""

    outcome = serializers.ChoiceField(choices=Outcome.choices, allow_blank=True)
    open_errors = serializers.IntegerField()
    open_warnings = serializers.IntegerField()


class StepSerializer(serializers.Serializer[Any]):
    """One step of the latest attempt."""

    name = serializers.CharField()
    title = serializers.CharField()
    state = serializers.CharField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    seconds = serializers.FloatField(allow_null=True)
    resumed = serializers.BooleanField()
    code = serializers.CharField(allow_blank=True)


class SubmissionSummarySerializer(serializers.ModelSerializer[Submission]):
    """One submission in a list."""

    counts = CountsSerializer(read_only=True)
    superseded_by = serializers.UUIDField(source="superseded_by.id", read_only=True, allow_null=True)
    corrects = serializers.UUIDField(source="corrects.id", read_only=True, allow_null=True)
    standing = serializers.SerializerMethodField()

    class Meta:
        model = Submission
        fields = [
            "id",
            "number",
            "file_name",
            "bytes",
            "sha256",
            "state",
            "verdict",
            "code",
            "counts",
            "standing",
            "expected_template",
            "template",
            "template_version",
            "attempt",
            "check_only",
            "corrects",
            "reason",
            "withdrawal",
            "superseded_by",
            "deleted_at",
            "created_at",
            "finished_at",
        ]
        read_only_fields = fields

    @extend_schema_field(StandingSerializer)
    def get_standing(self, submission: Submission) -> dict[str, Any]:
        """What is accepted and released taken into account."""
        return asdict(standing_of(submission))


class SubmissionSerializer(SubmissionSummarySerializer):
    """One submission with its steps and index card."""

    steps = serializers.SerializerMethodField()
    index_card = serializers.JSONField(read_only=True, allow_null=True)

    class Meta(SubmissionSummarySerializer.Meta):
        fields = [*SubmissionSummarySerializer.Meta.fields, "index_card", "steps"]
        read_only_fields = fields

    def get_steps(self, submission: Submission) -> list[dict[str, Any]]:
        """Every step of the latest attempt in order."""
        return list(StepSerializer(pipeline_steps(submission), many=True).data)


class ReceiptSerializer(SubmissionSerializer):
    """The answer to an upload; with `duplicate` the submission is the earlier one of the same content."""

    duplicate = serializers.BooleanField(default=False)

    class Meta(SubmissionSerializer.Meta):
        fields = [*SubmissionSerializer.Meta.fields, "duplicate"]
        read_only_fields = fields


class FindingSerializer(serializers.Serializer[dict[str, Any]]):
    """One finding; row counts data rows from 1, 0 is the portfolio or the file."""

    severity = serializers.CharField()
    rule = serializers.CharField()
    row = serializers.IntegerField()
    field = serializers.CharField(allow_null=True)
    field_name = serializers.CharField(allow_null=True)  # type: ignore[assignment]  # the data's word
    portfolio = serializers.CharField(allow_null=True)
    file = serializers.CharField(allow_null=True, default=None)
    value = serializers.CharField(allow_null=True)
    message = serializers.CharField()


class SubmissionQuerySerializer(PageQuerySerializer):
    """Which submissions; `deliverable`: only those that may be handed on."""

    state = serializers.ChoiceField(choices=State.choices, required=False)
    verdict = serializers.ChoiceField(choices=Verdict.choices, required=False)
    deliverable = serializers.BooleanField(required=False, default=False)


class UploadQuerySerializer(serializers.Serializer[dict[str, Any]]):
    """What an upload is for."""

    check_only = serializers.BooleanField(default=False)


class WithdrawalSerializer(serializers.Serializer[dict[str, Any]]):
    """Why a submission is withdrawn; needed once it has a verdict."""

    reason = serializers.CharField(max_length=MAX_REASON, default="", allow_blank=True)


class FindingQuerySerializer(PageQuerySerializer):
    """Which findings, and in which order: the file's own (severity, field, rule, row) or another."""

    rule = serializers.CharField(max_length=64, required=False)
    severity = serializers.ChoiceField(choices=["error", "warning", "info"], required=False)
    field = serializers.CharField(max_length=64, required=False)
    fund = serializers.CharField(max_length=255, required=False)
    cic = serializers.RegexField("^[0-9A-F]$", required=False)
    text = serializers.CharField(max_length=120, required=False)
    order = serializers.ChoiceField(choices=["row", "fund", "value", "-value"], required=False)


class SubmissionPageSerializer(PageSerializer):
    """A page of submissions, newest first."""

    results = SubmissionSummarySerializer(many=True)


class FindingPageSerializer(PageSerializer):
    """A page of findings, by severity, field, rule and row."""

    results = FindingSerializer(many=True)


class SignInSerializer(serializers.Serializer[dict[str, str]]):
    """Where and as whom a program signs a person in; nothing of it is secret."""

    authorize_url = serializers.URLField()
    token_url = serializers.URLField()
    client_id = serializers.CharField()
    redirect_uri = serializers.URLField()
    scope = serializers.CharField()


class ProblemSerializer(serializers.Serializer[dict[str, Any]]):
    """application/problem+json with a stable code."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    request_id = serializers.CharField()
