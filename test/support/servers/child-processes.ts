import { readFileSync } from 'node:fs';

/** The processes that a process has started and that still live. Linux only. */
export function childProcesses(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.split(' ').filter(Boolean).map(Number);
}

/** SIGSTOP; returns when the process has stopped. Linux only. */
export function stopProcess(pid: number): void {
  process.kill(pid, 'SIGSTOP');
  while (!/^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')));
}

/** Whether there is a process of that number that is not merely waiting to be collected. Linux only. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
