#!/bin/sh
# Makes a certification authority and a TLS server certificate for development, next to this script.
#   certs/make-dev-certs.sh [--force] [DNS name or IP address]...
# The certificate is for localhost, 127.0.0.1 and ::1, and for the given names and addresses. Keys
# are RSA-2048, which the oldest SCEP clients understand. Existing files are overwritten only with
# --force.
set -eu
umask 077
cd "$(dirname "$0")"

force=no
names='DNS:localhost,IP:127.0.0.1,IP:::1'
for argument in "$@"; do
  case $argument in
    --force) force=yes ;;
    -*) echo "unknown option $argument; see the head of this script" >&2; exit 2 ;;
    *[!A-Za-z0-9.:*-]*) echo "neither a DNS name nor an IP address: $argument" >&2; exit 2 ;;
    *:* | *.*.*.*[0-9])
      case $argument in
        *:*) names="$names,IP:$argument" ;;
        *[!0-9.]*) names="$names,DNS:$argument" ;;
        *) names="$names,IP:$argument" ;;
      esac ;;
    *) names="$names,DNS:$argument" ;;
  esac
done

for file in dev-ca.key dev-ca.pem server.key server.pem; do
  if [ -e "$file" ] && [ $force = no ]; then
    echo "certs/$file is there; --force makes all four files anew" >&2
    exit 1
  fi
done

scratch=$(mktemp -d)
trap '[ $? = 0 ] || cat "$scratch/log" >&2; rm -rf "$scratch"' EXIT
: >"$scratch/log"
quietly() { "$@" >>"$scratch/log" 2>&1; }

cat >"$scratch/openssl.cnf" <<CONFIG
[req]
prompt = no
distinguished_name = name
[name]
O = scep-connector development
CN = \${ENV::COMMON_NAME}
[ca]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature,keyEncipherment
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = $names
CONFIG

# Everything is made in another directory first, so that a failure leaves the old files intact.
here=$PWD
cd "$scratch"
export COMMON_NAME='Development TLS CA'
quietly openssl genrsa -out dev-ca.key 2048
quietly openssl req -x509 -new -config openssl.cnf -extensions ca -key dev-ca.key -sha256 -days 3650 -out dev-ca.pem
export COMMON_NAME='localhost'
quietly openssl genrsa -out server.key 2048
quietly openssl req -new -config openssl.cnf -key server.key -out server.csr
# Apple's clients accept at most 825 days.
quietly openssl x509 -req -in server.csr -CA dev-ca.pem -CAkey dev-ca.key -CAcreateserial \
  -sha256 -days 825 -extfile openssl.cnf -extensions server -out server.pem
quietly openssl verify -CAfile dev-ca.pem server.pem
chmod 644 dev-ca.pem server.pem
mv -f dev-ca.key dev-ca.pem server.key server.pem "$here/"

echo "certs/server.pem and certs/server.key: TLS for $names"
echo 'certs/dev-ca.pem: what clients must trust'
