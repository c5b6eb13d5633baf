"""The run of a submission over the API: what became of each state."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ingestion.web.selectors import get_submission
from ingestion.web.selectors.pipeline import run_seen
from ingestion.web.selectors.steps import attempts
from ingestion.web.states import RunState, State
from portal.accounts.programs.scopes import Scope
from portal.api.callers import reader
from portal.api.views import ONE
from portal.common.errors import NotFound


class StateSerializer(serializers.Serializer[Any]):
    """One state of the state machine; what nobody remembers is null, tries are then 0."""

    name = serializers.CharField(source="state.name")
    status = serializers.ChoiceField(choices=RunState.choices)
    entered_at = serializers.DateTimeField(allow_null=True)
    left_at = serializers.DateTimeField(allow_null=True)
    seconds = serializers.FloatField(allow_null=True)
    tries = serializers.IntegerField()
    code = serializers.CharField(allow_blank=True)
    resumed = serializers.BooleanField()


class RunSerializer(serializers.Serializer[Any]):
    """One attempt. `remembered`: Step Functions told of it; else it is concluded from what steps reported."""

    attempt = serializers.IntegerField(source="attempt.number")
    state = serializers.ChoiceField(choices=State.choices, source="attempt.state")
    code = serializers.CharField(allow_blank=True, source="attempt.code")
    began_at = serializers.DateTimeField(allow_null=True, source="attempt.began_at")
    ended_at = serializers.DateTimeField(allow_null=True, source="attempt.ended_at")
    moving = serializers.BooleanField()
    remembered = serializers.BooleanField()
    path = serializers.ListField(child=serializers.CharField())
    states = serializers.SerializerMethodField()

    def get_states(self, run: Any) -> list[dict[str, Any]]:
        """Every state, in the order of the state machine's file."""
        return list(StateSerializer(run.states.values(), many=True).data)


class RunQuerySerializer(serializers.Serializer[dict[str, Any]]):
    """Which attempt; the latest without it."""

    attempt = serializers.IntegerField(min_value=1, max_value=1_000_000, required=False)


class RunView(APIView):
    """One run of one submission."""

    scope = Scope.SUBMISSIONS

    @extend_schema(
        operation_id="submissions_run", parameters=[RunQuerySerializer], responses={200: RunSerializer, **ONE}
    )
    def get(self, request: Request, submission_id: UUID) -> Response:
        """What became of each state, with times, tries and codes."""
        query = RunQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        submission = get_submission(reader(request), submission_id)
        wanted = query.validated_data.get("attempt", submission.attempt)
        found = next((one for one in attempts(submission) if one.number == wanted), None)
        if found is None:
            raise NotFound("There was no such run.")
        return Response(RunSerializer(run_seen(submission, found)).data)
