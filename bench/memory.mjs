// What the processes of a server hold in memory and have taken of the processors, from /proc.
import { readdirSync, readFileSync } from 'node:fs';

const megabyte = 1024 * 1024;

/**
 * Watches a server and its engines. `now()` and `peak()` answer in MB: `server`, `clickhouse`, `postgres` (the sum of
 * its processes' RSS, in which the shared buffers count once for each process that touched them) and `postgres_pss`
 * (each shared page divided among those that share it: what PostgreSQL takes from the machine).
 */
export function watchMemory(serverPid, everyMs = 500) {
  const peak = { server: 0, postgres: 0, clickhouse: 0 };
  const timer = setInterval(() => {
    const now = residentSets(serverPid);
    for (const name of Object.keys(peak)) peak[name] = Math.max(peak[name], now[name]);
  }, everyMs);
  return {
    now: () => ({ ...residentSets(serverPid), postgres_pss: postgresShare(serverPid) }),
    peak: () => ({ ...peak }),
    stop: () => clearInterval(timer),
  };
}

/** Seconds of processor time that the server and its engines have taken since they started. */
export function processorSeconds(serverPid) {
  const processes = familyOf(serverPid);
  const sum = (own) =>
    Math.round(processes.filter(own).reduce((total, { pid }) => total + ticksOf(pid), 0) / 10) / 10;
  return {
    server: Math.round(ticksOf(serverPid, [11, 12]) / 10) / 10,
    postgres: sum(({ name }) => name === 'postgres'),
    clickhouse: sum(({ command }) => command.includes('clickhouse-process')),
  };
}

/** Its own and those of its children that have ended, in hundredths of a second, as Linux counts. */
function ticksOf(pid, places = [11, 12, 13, 14]) {
  const fields = read(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ');
  return places.reduce((sum, place) => sum + Number(fields[place] ?? 0), 0);
}

function residentSets(serverPid) {
  const processes = familyOf(serverPid);
  const sum = (own) => processes.filter(own).reduce((total, { rss }) => total + rss, 0);
  return {
    server: sum(({ pid }) => pid === serverPid),
    postgres: sum(({ name }) => name === 'postgres'),
    clickhouse: sum(({ command }) => command.includes('clickhouse-process')),
  };
}

function postgresShare(serverPid) {
  const kilobytes = familyOf(serverPid)
    .filter(({ name }) => name === 'postgres')
    .map(({ pid }) => Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0));
  return Math.round(kilobytes.reduce((total, own) => total + own, 0) / 1024);
}

/** The process and all it started, with what each of them started. */
function familyOf(ancestor) {
  const processes = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .map((pid) => ({ pid, status: read(`/proc/${pid}/status`) }))
    .filter(({ status }) => status !== '')
    .map(({ pid, status }) => ({
      pid,
      parent: Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]),
      name: /^Name:\s+(.*)$/m.exec(status)?.[1],
      rss: Math.round((Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024) / megabyte),
    }));
  const family = new Set([ancestor]);
  for (let before = 0; before !== family.size; ) {
    before = family.size;
    for (const { pid, parent } of processes) if (family.has(parent)) family.add(pid);
  }
  return processes
    .filter(({ pid }) => family.has(pid))
    .map((one) => ({ ...one, command: read(`/proc/${one.pid}/cmdline`) }));
}

/** Empty for a process that has just ended. */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
