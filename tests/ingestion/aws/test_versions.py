"""Versions are listed key by key, across pages, between two keys and past what is jumped over."""

# ruff: noqa: N803 - the names are those of the S3 API

from datetime import UTC, datetime
from typing import Any

from ingestion.aws.versions import behind, versions

KEYS = ["a/1", "a/2", "by-fund/1", "by-fund/2", "by-fund/3", "c/1", "c/1", "d/1"]


class Bucket:
    """Lists two versions a page, in the order of S3."""

    def __init__(self, keys: list[str] = KEYS) -> None:
        self.stored = [(key, f"v{place}") for place, key in enumerate(keys)]
        self.asked = 0

    def list_object_versions(
        self,
        *,
        Bucket: str,
        KeyMarker: str = "",
        VersionIdMarker: str = "",
    ) -> dict[str, Any]:
        self.asked += 1
        left = [each for each in self.stored if each[0] > KeyMarker]
        if VersionIdMarker:
            left = self.stored[self.stored.index((KeyMarker, VersionIdMarker)) + 1 :]
        page, more = left[:2], left[2:]
        found: dict[str, Any] = {
            "Versions": [
                {"Key": key, "VersionId": version, "Size": 3, "LastModified": datetime.now(UTC)}
                for key, version in page
            ]
        }
        if more:
            found |= {"IsTruncated": True, "NextKeyMarker": page[-1][0], "NextVersionIdMarker": page[-1][1]}
        return found


def keys(**asked: Any) -> list[str]:
    return [version.key for version in versions(Bucket(), "b", **asked)]


def test_all_versions_of_all_keys_come_in_order() -> None:
    assert keys() == KEYS
    assert [version.version_id for version in versions(Bucket(), "b")][-3:] == ["v5", "v6", "v7"]


def test_a_span_is_behind_one_key_and_up_to_another() -> None:
    assert keys(after="a/1", until="by-fund/2") == ["a/2", "by-fund/1", "by-fund/2"]
    assert keys(after="c/1") == ["d/1"]


def test_a_prefix_is_jumped_over_without_being_listed() -> None:
    assert keys(but=("by-fund/",)) == ["a/1", "a/2", "c/1", "c/1", "d/1"]
    many = Bucket(["a/1", *[f"by-fund/{number:05d}" for number in range(1000)], "c/1"])
    assert [version.key for version in versions(many, "b", but=("by-fund/",))] == ["a/1", "c/1"]
    assert many.asked == 2


def test_behind_a_prefix_comes_whatever_follows_it() -> None:
    assert "by-fund/~" < behind("by-fund/") < "by-funds"
