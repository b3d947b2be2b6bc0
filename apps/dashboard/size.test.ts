import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

interface Chunk {
  file: string;
  isEntry?: boolean;
  imports?: string[];
  dynamicImports?: string[];
}

const dist = (path: string) => fileURLToPath(new URL(`dist/${path}`, import.meta.url));
const manifest = JSON.parse(readFileSync(dist('.vite/manifest.json'), 'utf8')) as Record<string, Chunk>;

/** A chunk and all that it cannot start without. */
function withImports(name: string, known = new Set<string>()): Set<string> {
  if (known.has(name)) return known;
  known.add(name);
  for (const next of manifest[name]?.imports ?? []) withImports(next, known);
  return known;
}

const bytesOf = (names: Iterable<string>) =>
  [...names].reduce(
    (sum, name) => sum + gzipSync(readFileSync(dist(manifest[name]?.file as string))).length,
    0,
  );

describe('the size of the dashboard', () => {
  it('is at most 250 KB of script, compressed, before the overview is there; charts come when they are shown', () => {
    const entry = Object.keys(manifest).find((name) => manifest[name]?.isEntry) as string;
    const overview = Object.keys(manifest).find((name) => name.endsWith('overview/overview.tsx')) as string;
    const initial = withImports(overview, withImports(entry));
    expect(initial.size).toBeGreaterThan(2);
    expect([...initial].some((name) => name.includes('draw'))).toBe(false);
    expect(bytesOf(initial)).toBeLessThan(250 * 1024);
  });
});
