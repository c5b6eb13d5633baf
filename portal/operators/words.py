"""How the state of a recovery is shown."""

from portal.dashboard.wording import Label
from portal.operators.states import State

LABELS = {
    State.ASKED: Label("hold", "clock", State.ASKED.label),
    State.ANNOUNCED: Label("warn", "warning", State.ANNOUNCED.label),
    State.DUE: Label("hold", "clock", State.DUE.label),
    State.DONE: Label("good", "passed", State.DONE.label),
    State.OBJECTED: Label("bad", "error", State.OBJECTED.label),
    State.WITHDRAWN: Label("odd", "withdrawn", State.WITHDRAWN.label),
    State.LAPSED: Label("odd", "withdrawn", State.LAPSED.label),
}
