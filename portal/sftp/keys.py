"""A public key as people paste it: read, judged, written in one form, with its fingerprint."""

import base64
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_ssh_public_key
from django.utils.translation import gettext as _

from portal.sftp.errors import KeyRefused

MOST_CHARACTERS = 4_000
LEAST_BITS, MOST_BITS = 3_072, 8_192
KINDS = {
    "ssh-ed25519": "Ed25519",
    "ecdsa-sha2-nistp256": "ECDSA P-256",
    "ecdsa-sha2-nistp384": "ECDSA P-384",
    "ecdsa-sha2-nistp521": "ECDSA P-521",
    "ssh-rsa": "RSA",
}


@dataclass(frozen=True)
class PublicKey:
    """`line` is type and base64 as in authorized_keys, `fingerprint` as ssh-keygen -l shows it."""

    line: str
    kind: str
    fingerprint: str


def read_key(text: str) -> PublicKey:
    """The key in a pasted line; KeyRefused says what is wrong with it. A comment behind it is dropped."""
    text = text.strip()
    if "PRIVATE KEY" in text:
        raise KeyRefused(
            _("This is a private key. It must never leave its owner: throw this pair away, make a new one.")
        )
    kind, _space, rest = text.partition(" ")
    if len(text) > MOST_CHARACTERS or "\n" in text or kind not in KINDS or not rest.isprintable():
        raise KeyRefused(
            _("Paste the one line of a file that ends in .pub. Ed25519, ECDSA and RSA are accepted.")
        )
    try:
        key = load_ssh_public_key(f"{kind} {rest.split()[0]}".encode() if rest.split() else b"")
    except (ValueError, UnsupportedAlgorithm):
        raise KeyRefused(
            _("The line begins like a public key, but it cannot be read. Copy it anew.")
        ) from None
    if not isinstance(key, (Ed25519PublicKey, EllipticCurvePublicKey, RSAPublicKey)):
        raise KeyRefused(_("This kind of key is not accepted. Take Ed25519, ECDSA or RSA."))
    if isinstance(key, RSAPublicKey) and not LEAST_BITS <= key.key_size <= MOST_BITS:
        said = _("The RSA key has %(bits)s bits; it must have %(least)s to %(most)s. Ed25519 is shorter.")
        raise KeyRefused(said % {"bits": key.key_size, "least": LEAST_BITS, "most": MOST_BITS})
    if isinstance(key, RSAPublicKey) and key.public_numbers().e < 65_537:
        raise KeyRefused(_("The RSA key has a small exponent. Make a new pair."))
    line = key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    words = f"RSA {key.key_size}" if isinstance(key, RSAPublicKey) else KINDS[kind]
    return PublicKey(line, words, fingerprint(line))


def fingerprint(line: str) -> str:
    """SHA256: and the base64 of the hash over the key's blob, without padding."""
    blob = base64.b64decode(line.split(" ")[1])
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
