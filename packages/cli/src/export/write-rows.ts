import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { stringify } from 'csv-stringify/sync';
import { exitCodes, Failure } from '../failure.ts';
import type { Row } from './rows.ts';

export type Format = 'csv' | 'ndjson';

/** Writes rows as they come and waits for whoever reads them; answers how many there were. */
export async function writeRows(
  rows: AsyncIterable<Row>,
  { format, columns, to }: { format: Format; columns: readonly string[]; to: Writable },
  onRow: (row: Row, count: number) => void,
): Promise<number> {
  let count = 0;
  const write = async (text: string) => {
    if (!to.write(text)) await once(to, 'drain');
  };
  // Not before the first page is there: what is refused leaves nothing behind.
  let head = format === 'csv' ? stringify([[...columns]]) : '';
  for await (const row of rows) {
    count += 1;
    const text =
      format === 'csv' ? stringify([columns.map((name) => cell(row[name]))]) : `${JSON.stringify(row)}\n`;
    await write(head + text);
    head = '';
    onRow(row, count);
  }
  if (head !== '') await write(head);
  return count;
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A file that is whole or not there: it gets its name when the last row is in. */
export async function intoFile<Answer>(
  path: string,
  write: (to: Writable) => Promise<Answer>,
): Promise<Answer> {
  const part = `${path}.part`;
  const to = createWriteStream(part);
  const ended = finished(to);
  try {
    const answer = await Promise.race([write(to), ended.then(() => undefined as never)]);
    to.end();
    await ended;
    await rename(part, path);
    return answer;
  } catch (error) {
    ended.catch(() => {});
    to.destroy();
    await rm(part, { force: true });
    const { code, message } = error as NodeJS.ErrnoException;
    if (error instanceof Failure || typeof code !== 'string') throw error;
    throw new Failure(`${path} cannot be written: ${message}`, exitCodes.usage, 'no_file');
  }
}
