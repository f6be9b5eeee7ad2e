import { AWS_ERRORS, type AwsError, type AwsErrorCode } from './aws-error.ts';
import type { WireReply } from './codec.ts';

const headers = { 'Content-Type': 'text/xml' };
const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/**
 * The names of STS for these errors; the others are named as in the JSON protocols, without
 * "Exception" (AWS STS API Reference, "Common Errors").
 */
const CODES: Readonly<Partial<Record<AwsErrorCode, string>>> = {
  InvalidSignatureException: 'SignatureDoesNotMatch',
  UnknownOperationException: 'InvalidAction',
  UnrecognizedClientException: 'InvalidClientTokenId',
};

/** The output of an action in the AWS Query protocol, which STS uses. */
export function renderQuery(
  action: string,
  members: Readonly<Record<string, string>>,
): WireReply<string> {
  const result = element(`${action}Result`, elements(members));
  return { status: 200, headers, body: document(`${action}Response`, result) };
}

/** An error in the AWS Query protocol. */
export function renderQueryError({ code, message }: AwsError): WireReply<string> {
  const status = AWS_ERRORS[code];
  const error = elements({
    Type: status >= 500 ? 'Receiver' : 'Sender',
    Code: CODES[code] ?? code.replace(/Exception$/, ''),
    Message: message,
  });
  return { status, headers, body: document('ErrorResponse', element('Error', error)) };
}

function document(name: string, content: string): string {
  return `<${name} xmlns="${NAMESPACE}">${content}</${name}>`;
}

function elements(texts: Readonly<Record<string, string>>): string {
  return Object.entries(texts)
    .map(([name, text]) => element(name, escaped(text)))
    .join('');
}

function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

/**
 * Handles only these three: our messages and the names of users contain no character that XML
 * forbids.
 */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
