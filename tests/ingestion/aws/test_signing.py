import base64
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ingestion.aws import signing

KEY = ec.generate_private_key(ec.SECP256R1())
DER = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
BODY = b'{"id":"one"}'


class Kms:
    """Signs as KMS does: a digest, with a P-256 key."""

    def sign(self, **request: Any) -> dict[str, bytes]:
        assert (request["MessageType"], request["SigningAlgorithm"]) == ("DIGEST", "ECDSA_SHA_256")
        return {"Signature": KEY.sign(request["Message"], ec.ECDSA(utils.Prehashed(hashes.SHA256())))}


def test_a_signature_verifies_for_its_timestamp_and_body_only() -> None:
    signature = signing.sign(Kms(), "key", "1800000000", BODY)
    assert signing.verify(DER, "1800000000", BODY, signature)
    assert not signing.verify(DER, "1800000001", BODY, signature)
    assert not signing.verify(DER, "1800000000", BODY + b" ", signature)


def test_every_flipped_bit_of_the_signature_is_refused() -> None:
    signature = base64.b64decode(signing.sign(Kms(), "key", "1800000000", BODY))
    for bit in range(len(signature) * 8):
        flipped = bytearray(signature)
        flipped[bit // 8] ^= 1 << (bit % 8)
        assert not signing.verify(DER, "1800000000", BODY, base64.b64encode(flipped).decode())


def test_what_is_no_signature_is_refused() -> None:
    good = signing.sign(Kms(), "key", "1800000000", BODY)
    for bad in ("", "!", "AAAA", good + "\n", "é"):
        assert not signing.verify(DER, "1800000000", BODY, bad)


def test_a_key_of_another_kind_verifies_nothing() -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    der = other.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert not signing.verify(der, "1800000000", BODY, signing.sign(Kms(), "key", "1800000000", BODY))
