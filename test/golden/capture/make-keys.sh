#!/bin/sh
# Makes the identities of the golden corpus in test/golden/keys. Run it once: new keys invalidate
# every captured message. They are public test data; nothing outside the tests may ever trust them.
set -eu
cd "$(dirname "$0")/../keys"
[ ! -e root.key ] || { echo 'The keys are there. Remove them first if the whole corpus is to be made anew.'; exit 1; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
: >"$scratch/index.txt"
cat >"$scratch/ca.cnf" <<CONFIG
[ca]
default_ca = golden
[golden]
database = $scratch/index.txt
new_certs_dir = $scratch
rand_serial = yes
default_md = sha256
policy = any
[any]
countryName = optional
organizationName = optional
commonName = supplied
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[device]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature,keyEncipherment
extendedKeyUsage = clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[registration_authority]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature,keyEncipherment
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
CONFIG

rsa_key() { openssl genrsa -traditional -out "$1.key" 2048 2>/dev/null; }

# issue NAME COMMON-NAME EXTENSIONS [OPTION]: a certificate for NAME.key, signed by the root, valid
# for a hundred years
issue() {
  openssl req -new -key "$1.key" -subj "/C=US/O=Golden Corpus/CN=$2" -out "$scratch/request.pem"
  openssl ca -batch -notext -preserveDN -config "$scratch/ca.cnf" -extensions "$3" -in "$scratch/request.pem" \
    -startdate 20240101000000Z -enddate 21231231235959Z -keyfile root.key ${4:--cert root.pem} -out "$1.pem" 2>"$scratch/log" ||
    { cat "$scratch/log"; exit 1; }
}

rsa_key root
issue root 'Golden Test Root' root -selfsign
# The registration authority of the corpus, to which the messages are encrypted.
rsa_key ra
issue ra 'Golden Test RA' registration_authority
# Another registration authority with the same issuer.
rsa_key foreign-ra
issue foreign-ra 'Foreign RA' registration_authority
# Devices: two that enrol for the first time, and one that already has a certificate.
rsa_key device
openssl ecparam -name prime256v1 -genkey -noout -out device-ec.key
rsa_key renewing-device
issue renewing-device 'renewing-device' device
