import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** What is answered to a command, as Redis writes it, such as `+OK` or `-LOADING ...`; a line break is added. Undefined: nothing. */
export type RedisAnswer = (name: string, values: readonly string[]) => string | undefined;

export interface FakeRedis {
  /** host:port */
  readonly address: string;
  /** How often a command was sent so far; its name in capitals. */
  count(name: string): number;
}

/** A server that speaks the protocol of Redis, lets every client in, and answers what a test wants to whatever else comes. */
export async function startFakeRedis(answer: RedisAnswer): Promise<FakeRedis> {
  const counts = new Map<string, number>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let unread = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      unread += chunk.toString('latin1');
      for (let read = readCommand(unread); read; read = readCommand(unread)) {
        unread = read.rest;
        const [word = '', ...values] = read.words;
        const name = word.toUpperCase();
        counts.set(name, (counts.get(name) ?? 0) + 1);
        const reply = WELCOME[name] ?? answer(name, values);
        if (reply !== undefined) socket.write(`${reply}\r\n`);
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { address: `127.0.0.1:${port}`, count: (name) => counts.get(name) ?? 0 };
}

const INFO = 'role:master\r\nredis_version:7.0.0\r\nloading:0\r\n';
const WELCOME: Readonly<Record<string, string>> = {
  CLIENT: '+OK',
  INFO: `$${INFO.length}\r\n${INFO}`,
};

/** The first command, if all of it has come: an array of bulk strings. */
function readCommand(text: string): { words: readonly string[]; rest: string } | undefined {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (!head) return undefined;
  let at = head[0].length;
  const words: string[] = [];
  for (let left = Number(head[1]); left > 0; left -= 1) {
    const length = /^\$(\d+)\r\n/.exec(text.slice(at, at + 20));
    if (!length) return undefined;
    at += length[0].length;
    const end = at + Number(length[1]);
    if (text.length < end + 2) return undefined;
    words.push(text.slice(at, end));
    at = end + 2;
  }
  return { words, rest: text.slice(at) };
}
