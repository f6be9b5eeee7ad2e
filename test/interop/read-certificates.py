"""Reads PEM certificates from standard input with pyca/cryptography and prints what they say as JSON, one object each."""

import json
import sys

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

USAGES = [
    ("digitalSignature", "digital_signature"),
    ("nonRepudiation", "content_commitment"),
    ("keyEncipherment", "key_encipherment"),
    ("dataEncipherment", "data_encipherment"),
    ("keyAgreement", "key_agreement"),
    ("keyCertSign", "key_cert_sign"),
    ("cRLSign", "crl_sign"),
]


def describe(certificate):
    extensions = certificate.extensions
    constraints = extensions.get_extension_for_oid(ExtensionOID.BASIC_CONSTRAINTS)
    usage = extensions.get_extension_for_oid(ExtensionOID.KEY_USAGE)
    return {
        "version": certificate.version.name,
        "serial": format(certificate.serial_number, "x"),
        "subject": certificate.subject.rfc4514_string(),
        "issuer": certificate.issuer.rfc4514_string(),
        "constraints": [constraints.critical, constraints.value.ca, constraints.value.path_length],
        "keyUsage": [name for name, member in USAGES if getattr(usage.value, member)],
        "extensions": [[each.oid.dotted_string, each.critical] for each in extensions],
    }


END = "-----END CERTIFICATE-----\n"
texts = [text + END for text in sys.stdin.read().split(END) if text.strip()]
json.dump([describe(x509.load_pem_x509_certificate(text.encode())) for text in texts], sys.stdout)
