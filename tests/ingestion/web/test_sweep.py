"""Once a minute: each part of the sweep has its turn, whatever becomes of the others."""

import pytest

from ingestion.web import services
from ingestion.web.signals import swept, went_through
from ingestion.web.tasks import sweep
from portal.accounts.programs import tallies
from portal.audit import heads
from portal.notices import services as notices

PARTS = ("dispatch_outbox", "reconcile", "abandon_half_received", "delete_checks", "swept", "catch_up",
         "record_refusals", "sign_heads", "copy_heads")  # fmt: skip


@pytest.mark.parametrize("broken", ["", *PARTS])
def test_a_part_that_breaks_off_leaves_the_others_their_minute(
    broken: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []
    beats: list[str] = []

    def part(name: str) -> None:
        done.append(name)
        if name == broken:
            raise ValueError("a secret")

    def listener(**_: object) -> None:
        part("swept")

    def another(**_: object) -> None:
        beats.append("told")

    def beat(**_: object) -> None:
        beats.append("whole")

    for name in PARTS[:4]:
        monkeypatch.setattr(services, name, lambda name=name: part(name))
    monkeypatch.setattr(notices, "catch_up", lambda: part("catch_up"))
    monkeypatch.setattr(tallies, "record_refusals", lambda: part("record_refusals"))
    for name in PARTS[-2:]:
        monkeypatch.setattr(heads, name, lambda name=name: part(name))
    for signal, receivers in ((swept, (listener, another)), (went_through, (beat,))):
        monkeypatch.setattr(signal, "receivers", [])
        monkeypatch.setattr(signal, "sender_receivers_cache", {}, raising=False)
        for receiver in receivers:
            signal.connect(receiver)
    sweep()
    assert done == list(PARTS)
    assert beats == (["told"] if broken else ["told", "whole"])
    assert [entry.levelname for entry in caplog.records] == (["ERROR"] if broken else [])
    assert "a secret" not in caplog.text
    assert ("ValueError" in caplog.text) == bool(broken)
    assert broken != "swept" or "listener" in caplog.text, "it is named"
