import { expect } from 'vitest';
import { refusalsByStatus } from '../src/http/reference/refusals.ts';
import type { Route } from '../src/platform/index.ts';

interface Answered {
  status: number;
  body: unknown;
}

/**
 * Holds answers against the table of routes: a status that the reference does not tell of, or a code that it does not
 * name there, fails whichever test met it.
 */
export function holdToReference(
  routes: readonly Route[],
): (method: string, url: string, answered: Answered) => void {
  const rows = routes
    .map((route) => ({
      route,
      pattern: new RegExp(`^${route.path.replaceAll(/:\w+/g, '[^/]+')}$`),
      params: route.path.split(':').length - 1,
      refusals: refusalsByStatus(route),
    }))
    // /programs/me/… before /programs/:id/…
    .sort((one, other) => one.params - other.params);
  return (method, url, { status, body }) => {
    const path = url.replace(/[?#].*$/s, '').replaceAll(/\/{2,}/g, '/');
    const row = rows.find(({ route, pattern }) => route.method === method && pattern.test(path));
    if (row === undefined || status in row.route.answers) return;
    const codes = row.refusals.get(status);
    const where = `${method} ${row.route.path}: ${status} ${JSON.stringify(body)?.slice(0, 200)}`;
    expect(codes, `the reference does not tell of ${where}`).toBeDefined();
    const { code, error } = (body ?? {}) as { code?: string; error?: unknown };
    // An address that the framework does not take reaches no route, and is refused in nobody's shape.
    const isAddress = status === 404 && code === undefined && error === 'Not found';
    if (row.route.errors === 'coded' && !isAddress)
      expect(codes, `the reference does not tell of ${where}`).toContain(code);
  };
}
