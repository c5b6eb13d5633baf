"""Accepting and releasing over the API: parse, call one service or selector, render."""

from dataclasses import asdict
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ingestion.pipeline.card import fund_of
from ingestion.review import selectors, services
from ingestion.review.states import Reach
from ingestion.web.selectors import get_submission
from portal.accounts.permissions import role_required
from portal.accounts.programs.scopes import Scope
from portal.accounts.roles import Role
from portal.api import review_serializers as serializers
from portal.api.callers import acting, reader
from portal.api.paging import page_of, paged
from portal.api.views import ONE, PROBLEM, READING

CHANGING = ONE | {409: PROBLEM}


class ReviewView(APIView):
    """Members read, reviewers accept and decide."""

    def get_permissions(self) -> list[BasePermission]:
        return [role_required(Role.REVIEWER if self.request.method == "POST" else Role.VIEWER)()]


class SubmissionAcceptancesView(ReviewView):
    """What is accepted of one submission."""

    scope = Scope.SUBMISSIONS

    @extend_schema(
        operation_id="submissions_acceptances",
        responses={200: serializers.AcceptanceListSerializer, **ONE},
    )
    def get(self, request: Request, submission_id: UUID) -> Response:
        """Every acceptance that concerns it, also those that lapsed with it, and where it stands."""
        caller = reader(request)
        submission = get_submission(caller, submission_id)
        found = selectors.concerning(caller, submission)
        rows = serializers.AcceptanceSerializer(found, many=True).data
        return Response({"standing": asdict(selectors.standing_of(submission)), "results": rows})

    @extend_schema(
        operation_id="submissions_accept",
        request=serializers.AskedSerializer,
        responses={201: serializers.AcceptanceSerializer, **CHANGING},
    )
    def post(self, request: Request, submission_id: UUID) -> Response:
        """Accepts warnings at once; for errors this asks a second person to release them."""
        actor = acting(request)
        submission = get_submission(actor, submission_id)
        sent = serializers.AskedSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        given = dict(sent.validated_data)
        given |= {"reach": Reach(given["reach"]), "fund": fund_of(given["fund"])}
        made = services.accept(actor=actor, submission=submission, asked=services.Asked(**given))
        return Response(serializers.AcceptanceSerializer(made).data, status=201)


class AcceptancesView(ReviewView):
    """The institution's acceptances."""

    scope = Scope.SUBMISSIONS

    @extend_schema(
        operation_id="acceptances_list",
        parameters=[serializers.AcceptanceQuerySerializer],
        responses={200: serializers.AcceptancePageSerializer, **READING},
    )
    def get(self, request: Request) -> Response:
        """Newest first; `state=requested` are the releases that wait for approval."""
        query = serializers.AcceptanceQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        found = selectors.acceptances_for(reader(request))
        if "state" in asked:
            found = found.filter(state=asked["state"])
        page = page_of(found, asked)
        rows = serializers.AcceptanceSerializer(list(page.object_list), many=True).data
        return Response(paged(page, rows))


class DecisionView(ReviewView):
    """The decision of a second person."""

    @extend_schema(
        operation_id="acceptances_decide",
        request=serializers.DecisionSerializer,
        responses={200: serializers.AcceptanceSerializer, **CHANGING},
    )
    def post(self, request: Request, acceptance_id: UUID) -> Response:
        """Releases or refuses; 403 for whoever asked, 409 when it was decided already."""
        actor = acting(request)
        found = selectors.get_acceptance(actor, acceptance_id)
        sent = serializers.DecisionSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        decided = services.decide(actor=actor, acceptance=found, **sent.validated_data)
        return Response(serializers.AcceptanceSerializer(decided).data)


class EndView(ReviewView):
    """The end of an acceptance."""

    @extend_schema(
        operation_id="acceptances_end",
        request=None,
        responses={200: serializers.AcceptanceSerializer, **CHANGING},
    )
    def post(self, request: Request, acceptance_id: UUID) -> Response:
        """Ends it now for every file, or takes a request back; 409 when it has ended already."""
        actor = acting(request)
        found = selectors.get_acceptance(actor, acceptance_id)
        return Response(serializers.AcceptanceSerializer(services.end(actor=actor, acceptance=found)).data)
