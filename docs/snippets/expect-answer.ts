import { expect } from 'vitest';

/** Ids are of the reader's own server: of a number under such a name only that it is one counts. */
const idName = /^(id|.*_id|eventId)$/;

/** Holds what was answered against what the document says: everything that it shows must be so; more may be there. */
export function expectAnswer(actual: unknown, shown: unknown, where: string, name = ''): void {
  if (Array.isArray(shown)) {
    expect(Array.isArray(actual), `${where}: ${name} is a list`).toBe(true);
    for (const [index, one] of shown.entries())
      expectAnswer((actual as unknown[])[index], one, where, `${name}[${index}]`);
  } else if (shown !== null && typeof shown === 'object') {
    expect(actual, `${where}: ${name}`).toBeTypeOf('object');
    for (const [key, value] of Object.entries(shown))
      expectAnswer((actual as Record<string, unknown>)[key], value, where, key);
  } else if (typeof shown === 'number' && idName.test(name))
    expect(actual, `${where}: ${name}`).toBeTypeOf('number');
  else if (typeof shown === 'string') expect(actual, `${where}: ${name}`).toMatch(patternOf(shown));
  else expect(actual, `${where}: ${name}`).toEqual(shown);
}

/** Text in which `…` is whatever stands there. */
export function patternOf(text: string): RegExp {
  const parts = text.trim().split('…');
  return new RegExp(
    `^${parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[\\s\\S]*')}$`,
  );
}

/** The last line of an output that is JSON. */
export function lastJson(output: string, where: string): unknown {
  const line = output.trim().split('\n').at(-1) ?? '';
  try {
    return JSON.parse(line);
  } catch {
    throw new Error(`${where}: what was answered is no JSON: ${line}`);
  }
}
