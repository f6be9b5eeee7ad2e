import { readFileSync } from 'node:fs';

/** The living processes that a process has started. Linux only. */
export function childProcesses(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.split(' ').filter(Boolean).map(Number);
}

/** SIGSTOP; returns when the process has stopped. Linux only. */
export function stopProcess(pid: number): void {
  process.kill(pid, 'SIGSTOP');
  while (!/^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')));
}

/** Whether a process with this number exists and is no zombie. Linux only. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
