"""What the API says about an institution's decisions: column mappings and the rulebook."""

from typing import Any

from rest_framework import serializers

from ingestion.web.models import ColumnMapping, MappingVersion
from portal.api.serializers import ProblemSerializer


class PlaceSerializer(serializers.Serializer[dict[str, str]]):
    """One of several problems, and where it is."""

    place = serializers.CharField()
    message = serializers.CharField()


class ProblemsSerializer(ProblemSerializer):
    """application/problem+json of a document that cannot be used, with all that is wrong with it."""

    problems = PlaceSerializer(many=True, required=False)


class MappingSummarySerializer(serializers.ModelSerializer[ColumnMapping]):
    """One mapping in a list; `version` and `sha256` are those of its object."""

    version = serializers.CharField(source="object_version")

    class Meta:
        model = ColumnMapping
        fields = [
            "fingerprint",
            "in_use",
            "template",
            "template_version",
            "columns",
            "version",
            "sha256",
            "saved_at",
        ]
        read_only_fields = fields


class MappingSerializer(MappingSummarySerializer):
    """One mapping with its document; null when it was set aside."""

    document = serializers.JSONField(allow_null=True)

    class Meta(MappingSummarySerializer.Meta):
        fields = [*MappingSummarySerializer.Meta.fields, "document"]
        read_only_fields = fields


class MappingListSerializer(serializers.Serializer[dict[str, Any]]):
    """Every mapping of the institution, those in use first."""

    results = MappingSummarySerializer(many=True)


class MappingVersionSerializer(serializers.ModelSerializer[MappingVersion]):
    """A saved version; `version` and `sha256` are those of its object."""

    version = serializers.CharField(source="object_version")
    saved_by = serializers.StringRelatedField[Any]()

    class Meta:
        model = MappingVersion
        fields = [
            "number",
            "in_use",
            "template",
            "template_version",
            "columns",
            "version",
            "sha256",
            "reason",
            "saved_by",
            "saved_at",
        ]
        read_only_fields = fields


class MappingVersionListSerializer(serializers.Serializer[dict[str, Any]]):
    """Every saved version of a mapping, newest first."""

    results = MappingVersionSerializer(many=True)


class MappingVersionDocumentSerializer(MappingVersionSerializer):
    """One version with its document; null when it set the mapping aside."""

    document = serializers.JSONField(allow_null=True)

    class Meta(MappingVersionSerializer.Meta):
        fields = [*MappingVersionSerializer.Meta.fields, "document"]
        read_only_fields = fields


class RulebookSerializer(serializers.Serializer[dict[str, Any]]):
    """The rulebook in force.

    `version` names its object, "" when there is none; `number` is null when it was not saved here.
    """

    number = serializers.IntegerField(allow_null=True)
    version = serializers.CharField(allow_blank=True)
    sha256 = serializers.CharField(allow_blank=True)
    document = serializers.JSONField()


class DecisionChangeSerializer(serializers.Serializer[dict[str, Any]]):
    """A new rulebook or mapping: the version it was made from ("": none), why, and the whole document.

    The first mapping for a header row needs no reason.
    """

    version = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(max_length=300, allow_blank=True)
    document = serializers.JSONField(allow_null=True)
