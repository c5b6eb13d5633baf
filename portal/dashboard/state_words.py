"""How the states of the state machine are called."""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from ingestion.web.selectors.steps import TITLES
from ingestion.web.state_machine import StateOfMachine

_WORDS: dict[str, str | Promise] = {
    "IsRecognised": lazy("Is it a table that can be read?"),
    "IsParsed": lazy("Could every row be read?"),
    "Share": lazy("See to whom it is granted"),
    "MustPass": lazy("Must it pass a recipient’s rulebook?"),
    "AcceptEach": lazy("Check it by the recipients’ rulebooks"),
    "ShareEach": lazy("Hand it on to each of them"),
    "HasFindings": lazy("Is there a finding to mark?"),
    "RecordFailure": lazy("Find the code of the error"),
    "FailureUnknown": lazy("Go on without a code"),
    "CleanUp": lazy("Delete the lent sign-in"),
    "HasFailed": lazy("Did a step break off?"),
    "Failed": lazy("Ended without a verdict"),
    "Summary": lazy("Sum up"),
    "Finished": lazy("Ended with a verdict"),
}
_BREAK = re.compile(r"(?<=[a-z])(?=[A-Z])")


def called(state: StateOfMachine) -> str:
    """A state in words; one that nobody named is called by its own name, its words apart."""
    if state.stage:
        return str(TITLES[state.stage])
    if state.name in _WORDS:
        return str(_WORDS[state.name])
    if state.function == "callback":
        return _("Tell the portal")
    if state.kind == "Pass" and state.name.endswith("Failed"):
        return _("Note which step broke off")
    return _BREAK.sub(" ", state.name)
