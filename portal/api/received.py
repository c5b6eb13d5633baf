"""What other institutions shared, over the API: the list, one delivery, its files."""

from collections.abc import Sequence
from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.accounts.actor import Actor
from portal.accounts.permissions import role_required
from portal.accounts.programs.scopes import Scope
from portal.accounts.reader import Reader
from portal.accounts.roles import Role
from portal.api.callers import acting, reader
from portal.api.own_checks import OwnCheckSerializer
from portal.api.paging import PageQuerySerializer, PageSerializer, page_of, paged
from portal.api.views import ONE, PROBLEM, READING
from sharing import services
from sharing.changes import PositionChanges, RuleChange
from sharing.inbox import versions_of
from sharing.models import Copy
from sharing.own_checks import standings_of
from sharing.received import Received
from sharing.selectors import get_received, received_for

PROVEN = ONE | {409: PROBLEM}


class ReceivedSummarySerializer(serializers.Serializer[Copy]):
    """One received delivery. `id` names the copy; `submission` is the same for all copies of a delivery."""

    id = serializers.IntegerField(source="pk")
    owner = serializers.CharField(source="grant.owner.code")
    grant = serializers.UUIDField(source="grant_id")
    submission = serializers.UUIDField(source="submission_id")
    template = serializers.CharField(source="submission.template")
    template_version = serializers.CharField(source="submission.template_version")
    verdict = serializers.CharField(source="submission.verdict")
    valuation_date = serializers.SerializerMethodField()
    funds = serializers.SerializerMethodField()
    replaced_by = serializers.SerializerMethodField()
    received_at = serializers.DateTimeField(source="done_at")
    own_check = serializers.SerializerMethodField()

    def get_valuation_date(self, copy: Copy) -> str | None:
        """As the delivery writes it."""
        found: str | None = (copy.submission.index_card or {}).get("valuation_date")
        return found

    def get_funds(self, copy: Copy) -> list[str]:
        """Identifiers of the funds."""
        return [str(each["id"]) for each in (copy.submission.index_card or {}).get("portfolios") or []]

    @extend_schema_field(OwnCheckSerializer)
    def get_own_check(self, copy: Copy) -> dict[str, Any]:
        """How it stands by the own rules."""
        return dict(OwnCheckSerializer(self.context["standings"][copy.pk]).data)

    def get_replaced_by(self, copy: Copy) -> int | None:
        """The received delivery that takes its place."""
        after: Copy | None = self.context["versions"][copy.pk].after
        return after.pk if after else None


class ReceivedPageSerializer(PageSerializer):
    """A page of received deliveries, newest first."""

    results = ReceivedSummarySerializer(many=True)


class ReceivedQuerySerializer(PageQuerySerializer):
    """Of which owner, by its code."""

    owner = serializers.CharField(max_length=20, required=False)


class ReceivedRuleChangeSerializer(serializers.Serializer[RuleChange]):
    """How often a rule was not kept in the version before and in this one."""

    rule = serializers.CharField()
    severity = serializers.CharField()
    before = serializers.IntegerField()
    now = serializers.IntegerField()


class PositionChangesSerializer(serializers.Serializer[PositionChanges]):
    """Positions of both versions; `changed`: another market value, null where none stands in both."""

    before = serializers.IntegerField()
    now = serializers.IntegerField()
    new = serializers.IntegerField()
    gone = serializers.IntegerField()
    changed = serializers.IntegerField(allow_null=True)


class ReceivedChangesSerializer(serializers.Serializer[services.Changes]):
    """Since the version before, `since`; null is what one of the two does not have."""

    since = serializers.IntegerField(source="before.pk")
    rules = ReceivedRuleChangeSerializer(many=True, allow_null=True)
    own_rules = ReceivedRuleChangeSerializer(many=True, allow_null=True)
    positions = PositionChangesSerializer(allow_null=True)
    too_long = serializers.BooleanField()


class ReceivedSerializer(ReceivedSummarySerializer):
    """With what the signed manifest says, the verdict document if it was shared, and what changed.

    `changes` is null for a first version, and where nothing of both can be compared.
    """

    manifest = serializers.DictField()
    verdict_document = serializers.DictField(allow_null=True)
    changes = ReceivedChangesSerializer(allow_null=True)
    files = serializers.ListField(child=serializers.CharField())


class ReceivedListView(APIView):
    """What may be read now."""

    scope = Scope.DELIVERIES

    @extend_schema(
        operation_id="received_list",
        parameters=[ReceivedQuerySerializer],
        responses={200: ReceivedPageSerializer, **READING},
    )
    def get(self, request: Request) -> Response:
        """Newest first; a delivery whose grant ended is not among them."""
        asked = ReceivedQuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        query, caller = asked.validated_data, reader(request)
        found = received_for(caller)
        if owner := query.get("owner"):
            found = found.filter(grant__owner__code=owner)
        page = page_of(found, query)
        more = _context(caller, list(page.object_list))
        rows = [ReceivedSummarySerializer(copy, context=more).data for copy in page.object_list]
        return Response(paged(page, rows))


class ReceivedView(APIView):
    """One received delivery."""

    permission_classes = [role_required(Role.VIEWER)]

    @extend_schema(operation_id="received_retrieve", responses={200: ReceivedSerializer, **PROVEN})
    def get(self, request: Request, copy_id: int) -> Response:
        """Read with the caller's own rights; 409 when it is not proven to be what was shared."""
        actor = acting(request)
        copy = get_received(actor, copy_id)
        received = services.open_received(actor=actor, copy=copy)
        document = services.verdict_document(actor=actor, received=received)
        more = _context(actor, [copy])
        told = {
            "manifest": received.manifest,
            "verdict_document": document,
            "changes": _changes(actor, received, document, more),
            "files": list(services.downloads_of(received)),
        }
        return Response(ReceivedSummarySerializer(copy, context=more).data | told)


class ReceivedFileView(APIView):
    """One of its files."""

    permission_classes = [role_required(Role.VIEWER)]

    @extend_schema(
        operation_id="received_file",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, **PROVEN},
    )
    def get(self, request: Request, copy_id: int, name: str) -> StreamingHttpResponse:
        """Proven by the manifest before the first byte leaves."""
        actor = acting(request)
        content = services.download(actor=actor, copy=get_received(actor, copy_id), name=name)
        return StreamingHttpResponse(content, content_type="application/octet-stream")


def _context(caller: Reader, copies: Sequence[Copy]) -> dict[str, Any]:
    return {"versions": versions_of(caller, copies), "standings": standings_of(caller, copies)}


def _changes(
    actor: Actor, received: Received, document: dict[str, Any] | None, context: dict[str, Any]
) -> dict[str, Any] | None:
    copy = received.copy
    before, check = context["versions"][copy.pk].before, context["standings"][copy.pk].check
    if before is None:
        return None
    own = services.own_verdict(actor=actor, check=check) if check and not check.code else None
    found = services.changes_since(actor=actor, received=received, before=before, document=document, own=own)
    return dict(ReceivedChangesSerializer(found).data) if found else None
