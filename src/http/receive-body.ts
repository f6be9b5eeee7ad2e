import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The body of a request, which is received from the first moment on. */
export interface Body {
  /** Resolves when all of it is there. @throws BodyError */
  whole(): Promise<Uint8Array>;
  /** Keeps nothing of it, because it changes nothing. `whole` still waits for its end. */
  forget(): void;
  /** How much has come so far. */
  octets(): number;
  /** When the request arrived, by `performance.now()`. */
  readonly since: number;
}

/** A body that is refused. The message is for the client. */
export class BodyError extends Error {
  override readonly name = 'BodyError';
  readonly status: 400 | 413 | 415;

  constructor(status: BodyError['status'], message: string) {
    super(message);
    this.status = status;
  }
}

/** A piece costs as much time as hundreds of octets, so beyond this number the average counts. */
const FREE_PIECES = 256;
const LEAST_PIECE_OCTETS = 64;
/** Read beyond the limit and thrown away: a client that is cut off may not see the answer. */
const MAX_EXCESS_OCTETS = 1_048_576;
const FIRST_BUFFER_OCTETS = 4_096;

const bodies = new WeakMap<IncomingMessage, Body>();

/** The body of a request that came through `inTurn`. */
export function bodyOf(request: IncomingMessage): Body {
  const body = bodies.get(request);
  if (body === undefined) throw new Error('the body of this request is not received');
  return body;
}

/**
 * Begins to receive the body of a request, for `bodyOf`. It is gathered in one buffer: in a list,
 * as streams keep it, each piece takes hundreds of octets, however small it is. A connection that
 * sends far too much, or in too many pieces, ends with the answer. Node's requestTimeout limits
 * the time.
 */
export function receiveBody(
  request: IncomingMessage,
  response: ServerResponse,
  maxOctets: number,
): void {
  const gathered = gather(maxOctets);
  let fault = faultOfHead(request, maxOctets);
  const ended = new Promise<void>((resolve) => {
    const cutOff = () => {
      endAfter(response, request.socket);
      resolve();
    };
    if (Number(request.headers['content-length']) > maxOctets + MAX_EXCESS_OCTETS) cutOff();
    const take = (piece: Uint8Array) => {
      const refused = gathered.add(piece);
      fault ??= refused;
      if (fault !== undefined) gathered.forget();
      if (!gathered.isHopeless()) return;
      // Not merely removed: without a listener the pieces would wait in the stream.
      request.off('data', take).on('data', () => undefined);
      cutOff();
    };
    request.on('data', take);
    request.once('end', resolve).once('close', resolve);
  });
  // Without this the pieces that came with the head would wait in the stream.
  request.read(0);
  bodies.set(request, {
    async whole() {
      await ended;
      fault ??= request.complete ? undefined : ENDED_EARLY;
      if (fault !== undefined) throw fault;
      return gathered.content();
    },
    forget: gathered.forget,
    octets: gathered.octets,
    since: performance.now(),
  });
}

/** At once, because Node would read up to 2 MiB more while a connection ends in order. */
function endAfter(response: ServerResponse, socket: Socket): void {
  if (response.writableFinished) {
    socket.destroy();
    return;
  }
  if (!response.headersSent) response.setHeader('Connection', 'close');
  response.once('finish', () => socket.destroy());
}

/** One buffer that grows with what is put into it. */
function gather(maxOctets: number) {
  let buffer: Uint8Array | undefined = new Uint8Array();
  let [length, pieces] = [0, 0];
  const isInPieces = () => pieces > FREE_PIECES + length / LEAST_PIECE_OCTETS;
  return {
    /** @returns why no more is taken */
    add(piece: Uint8Array): BodyError | undefined {
      const start = length;
      length += piece.length;
      pieces += 1;
      if (isInPieces()) return IN_PIECES;
      if (length > maxOctets) return tooLarge(maxOctets);
      if (buffer === undefined) return undefined;
      if (length > buffer.length) buffer = enlarge(buffer, length, maxOctets);
      buffer.set(piece, start);
      return undefined;
    },
    forget() {
      buffer = undefined;
    },
    content: () => buffer?.subarray(0, length) ?? new Uint8Array(),
    octets: () => length,
    isHopeless: () => isInPieces() || length > maxOctets + MAX_EXCESS_OCTETS,
  };
}

/** Doubles, so that all copies together are as large as the result. */
function enlarge(buffer: Uint8Array, least: number, most: number): Uint8Array {
  const size = Math.max(FIRST_BUFFER_OCTETS, least, 2 * buffer.length);
  const larger = Buffer.allocUnsafeSlow(Math.min(size, most));
  larger.set(buffer);
  return larger;
}

function faultOfHead({ headers }: IncomingMessage, maxOctets: number): BodyError | undefined {
  const { 'content-encoding': encoding = 'identity', 'content-length': octets } = headers;
  if (octets === undefined && headers['transfer-encoding'] === undefined) return undefined;
  if (encoding.toLowerCase() !== 'identity') return COMPRESSED;
  return Number(octets) > maxOctets ? tooLarge(maxOctets) : undefined;
}

const COMPRESSED = new BodyError(415, 'The body must not be compressed.');
const IN_PIECES = new BodyError(400, 'The body comes in too many small pieces.');
const ENDED_EARLY = new BodyError(400, 'The body has ended early.');

function tooLarge(maxOctets: number): BodyError {
  return new BodyError(413, `The body is larger than ${maxOctets / 1024} KiB.`);
}
