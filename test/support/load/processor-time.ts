/** Milliseconds of processor time that this process has used: what else the machine does meanwhile is not in it. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
