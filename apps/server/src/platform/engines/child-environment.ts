/**
 * Environment of the engines' processes: what programs and libraries are found by, and nothing else. Our own variables
 * hold secrets (keys, database URLs), and every PG* variable would change what PostgreSQL does. This is not reading
 * configuration, so it is not in config.ts.
 */
export function childEnvironment(extra: Record<string, string> = {}): Record<string, string> {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'LD_LIBRARY_PATH', 'SystemRoot'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC', ...extra };
}
