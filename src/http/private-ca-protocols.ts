import type { Codec, WireReply } from '../aws-wire/codec.ts';
import { JSON_CODEC } from '../aws-wire/json-codec.ts';
import { renderJson11, renderJson11Error } from '../aws-wire/render-json-1-1.ts';
import { CBOR_CODEC } from '../aws-wire/rpc-v2-cbor/cbor-codec.ts';
import {
  RPC_V2_CBOR as CBOR_NAME,
  renderRpcV2Cbor,
  renderRpcV2CborError,
} from '../aws-wire/rpc-v2-cbor/render-rpc-v2-cbor.ts';
import { headerOf, type SignedRequest } from '../aws-wire/sigv4/signed-request.ts';
import type { WireProtocol } from './api-call.ts';

type Head = Pick<SignedRequest, 'headers' | 'target'>;

/** A protocol of Private CA. The actions are the same in each. */
export interface PrivateCaProtocol extends WireProtocol {
  readonly codec: Codec;
  /** The action that a request names, which need not exist; undefined when it names none. */
  actionOf(request: Head): string | undefined;
  /** @param output undefined for an action without one */
  renderOutput(output: unknown): WireReply;
}

const TARGET = /^ACMPrivateCA\.(\w{1,64})$/;
const PATH = /\/service\/ACMPrivateCA\/operation\/(\w{1,64})$/;

/** AWS JSON 1.1: a header names the action. */
const JSON_1_1: PrivateCaProtocol = {
  codec: JSON_CODEC,
  actionOf: (request) => TARGET.exec(targetOf(request) ?? '')?.[1],
  renderOutput: renderJson11,
  renderError: renderJson11Error,
  faultCode: 'InternalFailure',
};

/**
 * Smithy RPC v2 CBOR: the path names the action. A request that has the header of JSON 1.1 too
 * would be for two actions, so it is for none ("Smithy RPC v2 CBOR protocol", "Requests").
 */
const RPC_V2_CBOR: PrivateCaProtocol = {
  codec: CBOR_CODEC,
  actionOf: (request) =>
    targetOf(request) === undefined ? PATH.exec(request.target)?.[1] : undefined,
  renderOutput: renderRpcV2Cbor,
  renderError: renderRpcV2CborError,
  faultCode: 'InternalFailure',
};

/** The protocols by their names in API models. */
export const PRIVATE_CA_PROTOCOLS = {
  json: JSON_1_1,
  'smithy-rpc-v2-cbor': RPC_V2_CBOR,
} as const satisfies Readonly<Record<string, PrivateCaProtocol>>;

/** The protocol of a request for Private CA. */
export function privateCaProtocolOf(request: Pick<SignedRequest, 'headers'>): PrivateCaProtocol {
  return PRIVATE_CA_PROTOCOLS[isInCbor(request) ? 'smithy-rpc-v2-cbor' : 'json'];
}

/** Whether a request seems to be in one of the protocols of Private CA. */
export function isForPrivateCa(request: Pick<SignedRequest, 'headers'>): boolean {
  return isInCbor(request) || targetOf(request) !== undefined;
}

function isInCbor({ headers }: Pick<SignedRequest, 'headers'>): boolean {
  return headerOf(headers, 'smithy-protocol') === CBOR_NAME;
}

function targetOf({ headers }: Pick<SignedRequest, 'headers'>): string | undefined {
  return headerOf(headers, 'x-amz-target');
}
