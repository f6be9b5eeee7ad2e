import { describe, expect, it, vi } from 'vitest';
import {
  CircuitOpenError,
  createCircuitBreaker,
} from '../../../../src/issuer/acm-pca/circuit-breaker.ts';

type Verdict = 'fails' | 'lives' | 'unknown';

function world() {
  const time = { now: 1_700_000_000_000 };
  const onChange = vi.fn();
  const judge = (error: unknown) => (error as Error).message as Verdict;
  const breaker = createCircuitBreaker({ clock: () => time.now, judge, onChange });
  const call = vi.fn((_verdict: Verdict | 'answers') => Promise.resolve('answer'));
  /** @returns 'answer', the verdict of the error, or 'not asked' */
  const ask = async (verdict: Verdict | 'answers') => {
    try {
      return await breaker(async () => {
        if (verdict !== 'answers') throw new Error(verdict);
        return call(verdict);
      });
    } catch (error) {
      return error instanceof CircuitOpenError ? 'not asked' : (error as Error).message;
    }
  };
  const fail = async (times: number) => {
    for (let i = 0; i < times; i += 1) expect(await ask('fails')).toBe('fails');
  };
  return { time, onChange, breaker, ask, fail };
}

describe('createCircuitBreaker', () => {
  it('opens after five faults in a row, and reports that once', async () => {
    const { ask, fail, onChange } = world();
    await fail(4);
    expect(onChange).not.toHaveBeenCalled();
    await fail(1);
    expect(await ask('answers')).toBe('not asked');
    expect(await ask('answers')).toBe('not asked');
    expect(onChange).toHaveBeenCalledTimes(1);
    expect(onChange).toHaveBeenCalledWith('open', expect.any(Error));
  });

  it('does not prolong a pause when the clock is set back', async () => {
    const { time, ask, fail } = world();
    await fail(5);
    time.now -= 3_600_000;
    expect(await ask('answers')).toBe('answer');
  });

  it.each(['answers', 'lives'] as const)('%s: the faults before do not count', async (verdict) => {
    const { ask, fail, onChange } = world();
    await fail(4);
    await ask(verdict);
    await fail(4);
    expect(onChange).not.toHaveBeenCalled();
  });

  it('lets one trial through after a second, and closes when it is answered', async () => {
    const { time, ask, fail, onChange, breaker } = world();
    await fail(5);
    time.now += 999;
    expect(await ask('answers')).toBe('not asked');
    time.now += 1;
    let answer: (text: string) => void = () => undefined;
    const answered = breaker(() => new Promise<string>((resolve) => (answer = resolve)));
    expect(await ask('answers')).toBe('not asked');
    answer('answer');
    expect(await answered).toBe('answer');
    expect(onChange).toHaveBeenLastCalledWith('closed');
    expect(await ask('answers')).toBe('answer');
    await fail(4);
    expect(await ask('answers')).toBe('answer');
  });

  it('closes after a refusal, which is an answer too', async () => {
    const { time, ask, fail, onChange } = world();
    await fail(5);
    time.now += 1_000;
    expect(await ask('lives')).toBe('lives');
    expect(onChange).toHaveBeenLastCalledWith('closed');
  });

  it('doubles the pause up to half a minute while trials fail', async () => {
    const { time, ask, fail, onChange } = world();
    await fail(5);
    for (const pause of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      time.now += pause - 1;
      expect(await ask('answers')).toBe('not asked');
      time.now += 1;
      expect(await ask('fails')).toBe('fails');
    }
    expect(onChange).toHaveBeenCalledTimes(1);
  });

  it('stays open for the next trial after one that says nothing about the service', async () => {
    const { time, ask, fail, onChange } = world();
    await fail(5);
    time.now += 1_000;
    expect(await ask('unknown')).toBe('unknown');
    expect(onChange).toHaveBeenCalledTimes(1);
    expect(await ask('answers')).toBe('answer');
    expect(onChange).toHaveBeenLastCalledWith('closed');
  });

  it('does not prolong the pause for calls that began before it opened', async () => {
    const { time, ask, fail, breaker } = world();
    let reject: (error: Error) => void = () => undefined;
    const begun = breaker(() => new Promise<string>((_, no) => (reject = no)));
    await fail(5);
    reject(new Error('fails'));
    await expect(begun).rejects.toThrow('fails');
    time.now += 1_000;
    expect(await ask('answers')).toBe('answer');
  });
});
