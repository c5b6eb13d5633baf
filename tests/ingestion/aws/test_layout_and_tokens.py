import uuid

import pytest

from ingestion.aws import layout, tokens

SUBMISSION = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.mark.parametrize("code", ["abc", "alpine-am", "a" * 20, "a1-"])
def test_a_well_formed_code_is_accepted(code: str) -> None:
    assert layout.institution_code(code) == code


@pytest.mark.parametrize("code", ["", "ab", "a" * 21, "Alpine", "1abc", "a_b", "abc\n", "a/b", "äbc", "abc "])
def test_any_other_code_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="institution code"):
        layout.institution_code(code)


def test_buckets_and_keys_are_named_as_agreed() -> None:
    assert (
        layout.bucket_name("000000000000", "alpine-am", "landing")
        == "fundgate-000000000000-alpine-am-landing"
    )
    assert layout.landing_key(uuid.UUID(SUBMISSION)) == f"{SUBMISSION}/original"
    assert (
        layout.stage_key(SUBMISSION, 2, "parse", "delivery.parquet")
        == f"{SUBMISSION}/2/parse/delivery.parquet"
    )
    assert layout.marker_key(SUBMISSION, 2, "parse") == f"{SUBMISSION}/2/stages/parse.json"
    assert (
        layout.result_key(SUBMISSION, 2, "tables/positions.parquet")
        == f"{SUBMISSION}/2/tables/positions.parquet"
    )


def test_what_is_only_checked_lies_apart_in_every_bucket() -> None:
    assert layout.landing_key(SUBMISSION, check_only=True) == f"check/{SUBMISSION}/original"
    for make, parts in (
        (layout.stage_key, ("parse", "a.json")),
        (layout.marker_key, ("parse",)),
        (layout.result_key, ("a.json",)),
    ):
        assert make(SUBMISSION, 2, *parts, check_only=True) == "check/" + make(SUBMISSION, 2, *parts)


@pytest.mark.parametrize(
    "submission", ["", "..", SUBMISSION.upper(), f"{SUBMISSION}/x", SUBMISSION.replace("-", "")]
)
def test_a_key_is_made_for_a_canonical_submission_id_only(submission: str) -> None:
    with pytest.raises(ValueError):
        layout.landing_key(submission)


@pytest.mark.parametrize("file", ["", "../original", "a/../b", "/a", "A.json", "a b", "a/b/c", ".hidden"])
def test_a_key_is_made_for_file_names_of_ours_only(file: str) -> None:
    with pytest.raises(ValueError, match="file name"):
        layout.result_key(SUBMISSION, 1, file)


DAY = f"by-fund/{'0a' * 32}/2025-12-31"


def test_what_an_institution_decided_and_what_it_delivered_of_a_fund_have_keys_of_their_own() -> None:
    assert layout.control_key("mappings", "ab" * 32) == f"control/mappings/{'ab' * 32}.json"
    assert layout.control_key("rulebooks", "current") == "control/rulebooks/current.json"
    key = layout.by_fund_key(DAY, SUBMISSION, "TPT")
    assert key == f"{DAY}/{SUBMISSION}.tpt.json"
    assert layout.ByFund.of(key) == layout.ByFund("2025-12-31", SUBMISSION, "TPT")
    assert key.startswith(layout.fund_prefix(f"by-fund/{'0a' * 32}/"))


@pytest.mark.parametrize(
    ("kind", "name"),
    [("stages", "x"), ("mappings", ""), ("mappings", "../x"), ("mappings", "a/b"), ("mappings", "A"),
     ("rulebooks", "current.json"), ("rulebooks", "-x"), ("rulebooks", "x\n"), ("rulebooks", "a" * 81)],
)  # fmt: skip
def test_no_other_control_key_is_made(kind: layout.Control, name: str) -> None:
    with pytest.raises(ValueError, match="control object"):
        layout.control_key(kind, name)


@pytest.mark.parametrize(
    ("day", "template"),
    [("by-fund/x/2025-12-31", "TPT"), (f"{DAY}/", "TPT"), (DAY, "tpt"), (DAY, "T/T"), (DAY, ""),
     (DAY.replace("-12-", "-"), "TPT"), (f"{DAY}\n", "TPT"), (f"../{DAY}", "TPT")],
)  # fmt: skip
def test_no_other_key_of_a_fund_is_made(day: str, template: str) -> None:
    with pytest.raises(ValueError, match="fund on a day"):
        layout.by_fund_key(day, SUBMISSION, template)


@pytest.mark.parametrize("key", ["", DAY, f"{DAY}/{SUBMISSION}.json", f"x/{DAY}/{SUBMISSION}.tpt.json"])
def test_other_keys_are_no_funds(key: str) -> None:
    assert layout.ByFund.of(key) is None
    with pytest.raises(ValueError, match="one fund"):
        layout.fund_prefix(key)


@pytest.mark.parametrize("attempt", [0, -1, True, "1"])
def test_attempts_count_from_one(attempt: int) -> None:
    with pytest.raises(ValueError, match="attempts"):
        layout.marker_key(SUBMISSION, attempt, "parse")


def test_a_parameter_name_leads_back_to_its_attempt_and_cannot_be_guessed() -> None:
    names = {tokens.parameter_name(SUBMISSION, 12) for _ in range(100)}
    assert len(names) == 100
    assert {tokens.submission_of(name) for name in names} == {(SUBMISSION, 12)}
    assert all(len(name.rsplit("-", 1)[1]) * 4 >= 128 for name in names)


@pytest.mark.parametrize(
    "name",
    [
        "/fundgate/other/x",
        f"/fundgate/tokens/{SUBMISSION}-1",
        f"/fundgate/tokens/{SUBMISSION}-0-{'0' * 32}",
        f"/fundgate/tokens/{SUBMISSION}-1-{'0' * 31}",
        f"/fundgate/tokens/{SUBMISSION}-1-{'0' * 32}\n",
    ],
)
def test_any_other_name_is_no_token_parameter(name: str) -> None:
    with pytest.raises(ValueError, match="token parameter"):
        tokens.submission_of(name)
