"""Sound files of every kind, and ways to damage them."""

import io
import json
import random
import zipfile

from tests.tools.generate_samples import tpt

_TABLE = tpt(rows=4, seed=11)
_JOKERS = [b"", b"\0", b'"', b"\r", b"\n\n", b"{", b"[", b"]", b"}", b"<", b"PK\3\4", b"\xff\xff\xff\xff"]


def sound_files() -> dict[str, bytes]:
    """One small file of each kind and form."""
    records = [dict(zip(_TABLE.headers, _TABLE.cells(row), strict=True)) for row in _TABLE.rows]
    files = {
        "csv": _TABLE.csv(),
        "tab": _TABLE.csv(delimiter="\t", encoding="cp1252"),
        "utf-16": _TABLE.csv(encoding="utf-16"),
        "json": json.dumps({"data": records}).encode(),
        "lines": "\n".join(map(json.dumps, records)).encode(),
        "xlsx": _TABLE.xlsx(),
        "xls": _TABLE.xls(),
    }
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        sink = io.BytesIO()
        with zipfile.ZipFile(sink, "w", method) as package:
            for name in ("csv", "xlsx", "json"):
                package.writestr(f"folder/a.{name}", files[name])
        files[f"zip {method}"] = sink.getvalue()
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(files["xlsx"])) as old, zipfile.ZipFile(sink, "w") as new:
        for part in old.namelist():  # not compressed: damage reaches the XML
            new.writestr(part, old.read(part))
    return files | {"plain xlsx": sink.getvalue()}


def damaged(data: bytes, rng: random.Random, others: list[bytes]) -> bytes:
    """The file with a few bytes flipped, cut, doubled, or taken from another file."""
    content = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        place = rng.randrange(len(content) + 1)
        size = rng.choice([1, 1, 2, 4, 16, 200])
        match rng.randrange(6):
            case 0:
                content[place : place + size] = rng.randbytes(size)
            case 1:
                del content[place : place + size]
            case 2:
                content[place:place] = content[max(0, place - size) : place] * rng.randint(1, 50)
            case 3:
                other = rng.choice(others)
                start = rng.randrange(len(other))
                content[place : place + size] = other[start : start + size]
            case 4:
                content[place : place + rng.randint(0, 2)] = rng.choice(_JOKERS)
            case 5 if rng.random() < 0.2:
                del content[place:]
    return bytes(content)
