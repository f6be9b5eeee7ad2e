import { AWS_ERRORS, type AwsError } from './aws-error.ts';
import { encodeJson, type WireReply } from './wire-reply.ts';

const headers = { 'Content-Type': 'application/x-amz-json-1.1' };

/** An output in AWS JSON 1.1; undefined for an action without output. */
export function renderJson11(output: unknown): WireReply {
  return { status: 200, headers, body: output === undefined ? '' : encodeJson(output) };
}

/** An error in AWS JSON 1.1, where every status is 400 except for the server's own faults. */
export function renderJson11Error({ code, message, members }: AwsError): WireReply {
  const status = AWS_ERRORS[code] >= 500 ? AWS_ERRORS[code] : 400;
  const text = code === 'AccessDeniedException' ? { Message: message } : { message };
  return { status, headers, body: encodeJson({ __type: code, ...text, ...members }) };
}
