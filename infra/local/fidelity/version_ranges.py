"""Gap: where a version is named, a Range is ignored: S3 answers with the whole object, not with a part."""

from typing import Any

from ministack.services import s3


def install() -> None:
    """Cut what the emulator answers to a GetObject with a versionId and a Range."""
    original = s3._get_object

    def get(bucket: str, key: str, headers: dict[str, str], query: Any = None) -> Any:
        status, told, body = original(bucket, key, headers, query)
        asked = headers.get("range", "")
        if status != 200 or not asked or not s3._qp(query or {}, "versionId", ""):
            return status, told, body
        if (span := s3._parse_range(asked, len(body))) is None:
            return status, told, body
        part = body[span[0] : span[1] + 1]
        # The checksum is that of the whole object; S3 leaves it out of a part.
        kept = {name: text for name, text in told.items() if not name.lower().startswith("x-amz-checksum")}
        kept |= {
            "Content-Length": str(len(part)),
            "Content-Range": f"bytes {span[0]}-{span[1]}/{len(body)}",
        }
        return 206, kept, part

    s3._get_object = get
