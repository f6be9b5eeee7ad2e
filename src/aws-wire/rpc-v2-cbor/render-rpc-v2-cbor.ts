import { AWS_ERRORS, type AwsError } from '../aws-error.ts';
import type { WireReply } from '../codec.ts';
import { CBOR_CODEC } from './cbor-codec.ts';

/** The value of the header `smithy-protocol` in requests and replies. */
export const RPC_V2_CBOR = 'rpc-v2-cbor';

const PROTOCOL_HEADER = { 'smithy-protocol': RPC_V2_CBOR };
const headers = { ...PROTOCOL_HEADER, 'Content-Type': 'application/cbor' };

/** The namespace of the model of Private CA, in which the names of its errors are absolute. */
const NAMESPACE = 'com.amazonaws.acmpca';

/**
 * An output in Smithy RPC v2 CBOR; an action without output (undefined) has no body and no
 * Content-Type.
 */
export function renderRpcV2Cbor(output: unknown): WireReply {
  if (output === undefined) return { status: 200, headers: PROTOCOL_HEADER, body: '' };
  return { status: 200, headers, body: CBOR_CODEC.encode(output) };
}

/** An error in Smithy RPC v2 CBOR, with the same statuses as in JSON 1.1. */
export function renderRpcV2CborError({ code, message, members }: AwsError): WireReply {
  const status = AWS_ERRORS[code] >= 500 ? AWS_ERRORS[code] : 400;
  const body = CBOR_CODEC.encode({ __type: `${NAMESPACE}#${code}`, message, ...members });
  return { status, headers, body };
}
