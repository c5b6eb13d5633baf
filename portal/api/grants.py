"""Grants over the API: both directions, one, accepting and revoking."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.accounts.permissions import role_required
from portal.accounts.programs.scopes import Scope
from portal.accounts.roles import Role
from portal.api.callers import acting, reader
from portal.api.paging import PageQuerySerializer, PageSerializer, page_of, paged
from portal.api.views import ONE, PROBLEM, READING
from sharing import selectors, services
from sharing.hindrances import hindrances_of
from sharing.models import Grant
from sharing.services.directory import MOST_WORDS
from sharing.states import Hindrance, State
from sharing.waiting import to_fill

CHANGING = ONE | {409: PROBLEM}


class GrantSerializer(serializers.ModelSerializer[Grant]):
    """One grant; `owner` and `recipient` are codes. An empty list of funds or templates means all.

    `rulebook_problem`: why nothing can be tried by the rulebook that deliveries must pass, "" where it can.
    """

    owner = serializers.CharField(source="owner.code")
    recipient = serializers.CharField(source="recipient.code")
    funds = serializers.ListField(child=serializers.CharField())
    templates = serializers.ListField(child=serializers.CharField())
    contents = serializers.ListField(child=serializers.CharField())
    rulebook_problem = serializers.SerializerMethodField()

    class Meta:
        model = Grant
        fields = [
            *("id", "owner", "recipient", "state", "state_since", "funds", "templates", "contents"),
            *("condition", "must_pass", "rulebook_problem", "valuations_from", "ends_on", "purpose"),
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=["", *Hindrance.values]))
    def get_rulebook_problem(self, grant: Grant) -> str:
        known = self.context.get("hindrances")
        return str((hindrances_of([grant]) if known is None else known).get(grant.pk, ""))


class GrantPageSerializer(PageSerializer):
    """A page of grants, newest first."""

    results = GrantSerializer(many=True)


class GrantQuerySerializer(PageQuerySerializer):
    """Which grants."""

    direction = serializers.ChoiceField(choices=["given", "received"], required=False)
    state = serializers.ChoiceField(choices=State.choices, required=False)


class ReasonSerializer(serializers.Serializer[dict[str, Any]]):
    """Why a grant ends; the other institution reads it too."""

    reason = serializers.CharField(max_length=MOST_WORDS)


class FillingSerializer(serializers.Serializer[dict[str, int]]):
    """How many deliveries wait no more, and how many are left: call again while any were done.

    `under_way`: of those left, how many somebody else has copied at this moment.
    """

    done = serializers.IntegerField()
    left = serializers.IntegerField()
    under_way = serializers.IntegerField()


class GrantsView(APIView):
    """What the institution lets others have, and what others let it have."""

    scope = Scope.GRANTS

    @extend_schema(
        operation_id="grants_list",
        parameters=[GrantQuerySerializer],
        responses={200: GrantPageSerializer, **READING},
    )
    def get(self, request: Request) -> Response:
        """Newest first, of both directions without `direction`; drafts are the owner's own."""
        query = GrantQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked, caller = query.validated_data, reader(request)
        given, received = selectors.grants_given(caller), selectors.grants_received(caller)
        found = {"given": given, "received": received}.get(asked.get("direction", ""), given | received)
        if "state" in asked:
            found = found.filter(state=asked["state"])
        page = page_of(found, asked)
        grants = list(page.object_list)
        rows = GrantSerializer(grants, many=True, context={"hindrances": hindrances_of(grants)}).data
        return Response(paged(page, rows))


class GrantView(APIView):
    """One grant."""

    scope = Scope.GRANTS

    @extend_schema(operation_id="grants_retrieve", responses={200: GrantSerializer, **ONE})
    def get(self, request: Request, grant_id: UUID) -> Response:
        """Its terms and its state."""
        return Response(GrantSerializer(selectors.get_grant(reader(request), grant_id)).data)


class FillingView(APIView):
    """What waits to be copied under all grants that the institution gives."""

    permission_classes = [role_required(Role.UPLOADER)]

    @extend_schema(operation_id="grants_fill", request=None, responses={200: FillingSerializer, **READING})
    def post(self, request: Request) -> Response:
        """Copies some of it with the caller's own rights; one grant that fails keeps no other back."""
        actor = acting(request)
        done = services.fill_all(actor=actor)
        left = to_fill(actor)
        return Response({"done": done, "left": left.deliveries, "under_way": left.under_way})


class AcceptanceView(APIView):
    """The recipient's yes."""

    permission_classes = [role_required(Role.ADMIN)]

    @extend_schema(operation_id="grants_accept", request=None, responses={200: GrantSerializer, **CHANGING})
    def post(self, request: Request, grant_id: UUID) -> Response:
        """Accepts an offer; 409 when it is not open to this institution any more."""
        return Response(GrantSerializer(services.accept(actor=acting(request), grant_id=grant_id)).data)


class RevocationView(APIView):
    """The owner's end of it."""

    permission_classes = [role_required(Role.ADMIN)]

    @extend_schema(
        operation_id="grants_revoke",
        request=ReasonSerializer,
        responses={200: GrantSerializer, **CHANGING},
    )
    def post(self, request: Request, grant_id: UUID) -> Response:
        """Ends it for good; every copy is deleted, at once or within a minute."""
        actor = acting(request)
        selectors.get_grant(actor, grant_id)
        said = ReasonSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        services.revoke_now(actor=actor, grant_id=grant_id, reason=said.validated_data["reason"])
        return Response(GrantSerializer(selectors.get_grant(actor, grant_id)).data)
