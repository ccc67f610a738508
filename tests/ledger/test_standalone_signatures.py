"""The outsiders' own reading of signatures; SM2 without its package."""

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from xinyidai.kernel.signing import Algorithm, generate
from xinyidai.ledger.standalone import signatures


def test_sm2_is_verified_without_its_package():
    pair = generate("credit.example/ledger", Algorithm.SM2)
    key = signatures.parse_key(pair.public.verifier)
    for number in range(5):
        message = b"message %d" % number
        signature = pair.sign(message)
        assert signatures.is_genuine(key, message, signature)
        assert not signatures.is_genuine(key, message + b"!", signature)
        turned = signature[:-1] + bytes([signature[-1] ^ 1])
        assert not signatures.is_genuine(key, message, turned)
    assert not signatures.is_genuine(key, b"", b"")
    assert not signatures.is_genuine(key._replace(raw=b"\1" * 64), b"m", pair.sign(b"m"))


def test_the_signature_of_the_standard_verifies():
    """GB/T 32918.5, annex A.2: its key, its message and its signature."""
    raw = bytes.fromhex(
        "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
        "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
    )
    r = 0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3
    s = 0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA
    signature = encode_dss_signature(r, s)
    assert signatures.verify_sm2(raw, b"message digest", signature)
    assert not signatures.verify_sm2(raw, b"message digests", signature)
