import { afterEach, describe, expect, it, vi } from 'vitest';
import { failWith } from '../../../../src/cli/terminal/fail-with.ts';

afterEach(() => {
  process.exitCode = undefined;
  vi.restoreAllMocks();
});

describe('failWith', () => {
  it.each([
    [
      { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: 'a.example' },
      'a.example is not known',
    ],
    // The name server does not answer, so the name may be right.
    [
      { code: 'EAI_AGAIN', syscall: 'getaddrinfo', hostname: 'a.example' },
      'a.example cannot be looked up',
    ],
    [
      { code: 'EADDRNOTAVAIL', syscall: 'listen', address: '192.0.2.1', port: 80 },
      '192.0.2.1 port 80 is not an address of this machine',
    ],
  ])('reports %j as a wrong host, with exit code 2', (members, words) => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    failWith(Object.assign(new Error('of the system'), members));
    expect(write).toHaveBeenCalledOnce();
    expect(write.mock.lastCall?.[0]).toMatch(/^scep-connector: [^\n]* --host [^\n]*\n$/);
    expect(write.mock.lastCall?.[0]).toContain(words);
    expect(process.exitCode).toBe(2);
  });
});
