/** Until the just-in-time compiler has seen the code: a controller runs for weeks. */
export const warmUpMs = 3_000;

/** Counts what happens in a second of this process's CPU time, user and system, all threads. */
export function cpuCounter(): (count: number) => number {
  const before = process.cpuUsage();
  return (count) => {
    const { user, system } = process.cpuUsage(before);
    return Math.round((count * 1e6) / (user + system));
  };
}
