/** How to reach the development server; written to `--ready-file` as JSON. */
export interface DevConnection {
  readonly scepUrl: string;
  readonly challengePassword: string;
  /** SHA-256 over the DER of the CA certificate, 64 lower-case hexadecimal digits. */
  readonly caFingerprintSha256: string;
  /** SHA-1 likewise: Windows profiles ask for it as CAThumbprint. */
  readonly caThumbprintSha1: string;
  readonly caCertificateFile: string;
  readonly region: string;
  readonly accountId: string;
  readonly connectorArn: string;
  readonly certificateAuthorityArn: string;
  readonly enrolUrl: string;
  /** Of the same listener, on this machine. */
  readonly enrolLocalUrl: string;
  readonly apiUrl: string;
  readonly opsUrl: string;
  /** For requests to the API; it may do everything in its account. */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What `scep-connector dev` prints when it is ready: the URLs, and a line to paste per client. */
export function devBanner(connection: DevConnection): string {
  const { scepUrl, challengePassword, caFingerprintSha256, caCertificateFile } = connection;
  return `
scep-connector is ready. Press Ctrl-C to stop.

  SCEP URL         ${scepUrl}
  Challenge        ${challengePassword}
  CA fingerprint   ${caFingerprintSha256} (SHA-256)
  CA thumbprint    ${connection.caThumbprintSha1} (SHA-1, for Windows profiles)
  CA certificate   ${caCertificateFile}
  Connector        ${connection.connectorArn}
  API              ${connection.apiUrl}
  Health           ${connection.opsUrl}/readyz

Enrol with the client that comes with this package:

  npx scep-connector enrol --url ${scepUrl} \\
    --challenge ${challengePassword} --ca-fingerprint ${caFingerprintSha256} \\
    --subject "CN=device-1,O=Example" --dns device-1.example --out device-1

with sscep:

  sscep getca -u ${scepUrl} -c ca.crt -F sha256
  printf '%s\\n' '[req]' 'prompt = no' 'distinguished_name = name' 'attributes = attributes' \\
    '[name]' 'CN = device-1' '[attributes]' 'challengePassword = ${challengePassword}' > device.cnf
  openssl req -new -newkey rsa:2048 -nodes -keyout device.key -out device.csr -config device.cnf
  sscep enroll -u ${scepUrl} -c ca.crt \\
    -k device.key -r device.csr -l device.crt -E aes -S sha256

with strongSwan:

  openssl genrsa -traditional -out device.key 2048
  pki --scepca --url ${scepUrl} --caout ca.pem --raout ra.pem --outform pem --force
  pki --scep --url ${scepUrl} --in device.key --dn "CN=device-1" \\
    --password ${challengePassword} --cacert-enc ra.pem --cacert-sig ca.pem \\
    --cipher aes --digest sha256 --outform pem > device.pem

with micromdm scepclient:

  scepclient -server-url ${scepUrl} -challenge ${challengePassword} \\
    -private-key scepclient.key -certificate scepclient.pem -cn device-1 -organization Example

or look first, with curl:

  curl '${scepUrl}?operation=GetCACaps'
  curl -s '${scepUrl}?operation=GetCACert' | openssl pkcs7 -inform der -print_certs -noout

Administer it with the AWS CLI, or with our own:

  export AWS_ACCESS_KEY_ID=${connection.accessKeyId}
  export AWS_SECRET_ACCESS_KEY=${connection.secretAccessKey}
  export AWS_ENDPOINT_URL=${connection.apiUrl} AWS_DEFAULT_REGION=${connection.region}
  aws pca-connector-scep list-connectors
  npx scep-connector connector list
`;
}
