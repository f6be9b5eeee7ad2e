import { cbor } from '@smithy/core/cbor';
import { expect, it } from 'vitest';
import { AwsError, type AwsErrorCode } from '../../../../src/aws-wire/aws-error.ts';
import {
  renderRpcV2Cbor,
  renderRpcV2CborError,
} from '../../../../src/aws-wire/rpc-v2-cbor/render-rpc-v2-cbor.ts';

it('renders an output without its undefined members, with times under tag 1', () => {
  const { status, headers, body } = renderRpcV2Cbor({
    List: [{ At: new Date(1_500), Whole: new Date(2_000), Gone: undefined }],
  });
  expect(status).toBe(200);
  expect(headers).toEqual({
    'Content-Type': 'application/cbor',
    'smithy-protocol': 'rpc-v2-cbor',
  });
  expect(Buffer.from(body).toString('hex')).toBe(
    'a1644c69737481a2624174c1fb3ff80000000000006557686f6c65c102',
  );
});

it('renders no output without a body and a Content-Type', () => {
  expect(renderRpcV2Cbor(undefined)).toEqual({
    ...{ status: 200, body: '', headers: { 'smithy-protocol': 'rpc-v2-cbor' } },
  });
});

it.each<[AwsErrorCode, number]>([
  ['InvalidSignatureException', 400],
  ['UnknownOperationException', 400],
  ['AccessDeniedException', 400],
  ['InternalFailure', 500],
  ['ServiceUnavailable', 503],
])('renders %s with status %i and an absolute name', (code, status) => {
  const reply = renderRpcV2CborError(new AwsError(code, 'words'));
  expect(reply.status).toBe(status);
  expect(cbor.deserialize(Buffer.from(reply.body))).toEqual({
    ...{ __type: `com.amazonaws.acmpca#${code}`, message: 'words' },
  });
});
