"""Asks for the status of a PEM certificate with pyca/cryptography, as the certificate says, and prints what it learns as JSON.

Usage: check-revocation.py CERTIFICATE ISSUER
"""

import base64
import json
import sys
import urllib.parse
import urllib.request

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtensionOID


def read(path):
    with open(path, "rb") as file:
        return x509.load_pem_x509_certificate(file.read())


def fetch(url, body=None):
    with urllib.request.urlopen(urllib.request.Request(url, data=body)) as reply:
        return reply.read()


def revocation_list(certificate, issuer):
    points = certificate.extensions.get_extension_for_oid(ExtensionOID.CRL_DISTRIBUTION_POINTS).value
    url = points[0].full_name[0].value
    crl = x509.load_der_x509_crl(fetch(url))
    if not crl.is_signature_valid(issuer.public_key()):
        raise ValueError("the CRL is not the issuer's")
    entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    names = None
    for extension in crl.extensions:
        if extension.oid == ExtensionOID.ISSUING_DISTRIBUTION_POINT:
            names = [extension.critical, extension.value.full_name[0].value == url]
    return {
        "issuingDistributionPoint": names,
        "reason": entry and entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value,
    }


def answers(certificate, issuer, algorithm, nonce):
    access = certificate.extensions.get_extension_for_oid(ExtensionOID.AUTHORITY_INFORMATION_ACCESS).value
    urls = [one.access_location.value for one in access if one.access_method == AuthorityInformationAccessOID.OCSP]
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, algorithm)
    if nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    request = builder.build().public_bytes(Encoding.DER)
    encoded = urllib.parse.quote(base64.b64encode(request).decode(), safe="")
    for der in [fetch(urls[0], request), fetch(f"{urls[0]}/{encoded}")]:
        yield ocsp.load_der_ocsp_response(der)


def describe(answer, issuer, nonce):
    issuer.public_key().verify(
        answer.signature, answer.tbs_response_bytes, ec.ECDSA(answer.signature_hash_algorithm)
    )
    if nonce is not None and answer.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce != nonce:
        raise ValueError("the nonce is another")
    reason = answer.revocation_reason
    return [answer.certificate_status.name, reason and reason.value]


certificate, issuer = read(sys.argv[1]), read(sys.argv[2])
print(
    json.dumps(
        {
            "crl": revocation_list(certificate, issuer),
            "ocsp": [
                describe(answer, issuer, nonce)
                for algorithm in [hashes.SHA1(), hashes.SHA256()]
                for nonce in [None, bytes(range(32))]
                for answer in answers(certificate, issuer, algorithm, nonce)
            ],
        }
    )
)
