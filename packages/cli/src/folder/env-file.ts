import { parseEnv } from 'node:util';
import { readIfThere } from './read-file.ts';

const own = /^HEADWATER_[A-Z_]+$/;

/** Our own names in a `.env` file; what else stands there is nobody's business here. */
export function readEnvFile(file: string): Record<string, string> {
  const said = parseEnv(readIfThere(file) ?? '');
  const ours = Object.entries(said).filter(([name, value]) => own.test(name) && value?.trim());
  return Object.fromEntries(ours.map(([name, value]) => [name, String(value).trim()]));
}

/**
 * A `.env` with these names set: lines that stand there stay as they are, byte for byte, but for those of `replaced`. A name
 * that is there and not to be replaced is left alone.
 */
export function withNames(
  text: string,
  wanted: Readonly<Record<string, string>>,
  replaced: readonly string[] = [],
): string {
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const missing = new Map(Object.entries(wanted));
  const lines = text.split(/(?<=\n)/).map((line) => {
    const name = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/.exec(line)?.[1];
    const value = name === undefined ? undefined : missing.get(name);
    if (name === undefined || value === undefined) return line;
    missing.delete(name);
    return replaced.includes(name) ? `${name}=${value}${lineEnd}` : line;
  });
  const before = lines.join('');
  if (missing.size === 0) return before;
  const gap = before === '' || before.endsWith('\n') ? '' : lineEnd;
  return before + gap + [...missing].map(([name, value]) => `${name}=${value}${lineEnd}`).join('');
}
