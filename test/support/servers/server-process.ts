import { readdirSync, readFileSync } from 'node:fs';

/** The CPU time that all threads of a process have used, in milliseconds. Linux only. */
export function cpuMilliseconds(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  const nanoseconds = readdirSync(tasks).map((task) => {
    const [running = '0'] = readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ');
    return Number(running);
  });
  return nanoseconds.reduce((sum, value) => sum + value, 0) / 1_000_000;
}

/** The resident set of a process in MiB. Linux only. */
export function residentMebibytes(pid: number): number {
  const [, kibibytes] =
    /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) / 1_024;
}
