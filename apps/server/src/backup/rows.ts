import { promisify } from 'node:util';
import zlib from 'node:zlib';

const gzip = promisify(zlib.gzip);
const gunzip = promisify(zlib.gunzip);

/** Lines of tab-separated text, packed. Both stores escape line ends inside values, so that each one ends a row. */
export interface Part {
  packed: Buffer;
  rows: number;
}

// What is in memory of a table at once, and how much one insert of a restore brings.
const partBytes = 8 * 1024 * 1024;
const lineEnd = 0x0a;

/** Cuts a stream of rows into packed parts of whole rows. A row that is larger than a part is a part by itself. */
export async function* packRows(chunks: AsyncIterable<Buffer>): AsyncGenerator<Part> {
  let waiting: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    waiting.push(chunk);
    size += chunk.length;
    if (size < partBytes) continue;
    const all = Buffer.concat(waiting, size);
    const cut = all.lastIndexOf(lineEnd) + 1;
    if (cut > 0) yield await pack(all.subarray(0, cut));
    waiting = [all.subarray(cut)];
    size -= cut;
  }
  if (size > 0) yield await pack(Buffer.concat(waiting, size));
}

async function pack(rows: Buffer): Promise<Part> {
  // The quickest level: of rows of events, the usual one saves four percent more, in nearly twice the time.
  return { packed: await gzip(rows, { level: 1 }), rows: countRows(rows) };
}

export async function unpackRows(packed: Buffer): Promise<{ text: Buffer; rows: number }> {
  const text = await gunzip(packed);
  return { text, rows: countRows(text) };
}

function countRows(text: Buffer): number {
  let rows = 0;
  for (let at = text.indexOf(lineEnd); at >= 0; at = text.indexOf(lineEnd, at + 1)) rows += 1;
  return rows;
}
