import type { ImportKind, ImportRowsRequest } from '@headwater/contract';
import type { FileRow } from './read-rows.ts';

// What a request may hold is 256 KB.
const maxBytes = 200_000;
const maxRows = 1000;
// Payments and partners hold locks of their program while a part is taken: nobody else should wait for long.
const maxLockingRows = 200;
/** No field takes as much; the server says so of what is cut here. */
const maxCell = 8192;

/**
 * Rows in parts, with the wanted columns only. The same file makes the same parts every time: that is what lets an import go
 * on where it stopped.
 *
 * @param wanted places of the columns, in the order in which the server wants them
 */
export async function* inParts(
  rows: AsyncIterable<FileRow>,
  wanted: readonly number[],
  kind: ImportKind,
): AsyncGenerator<ImportRowsRequest> {
  const most = kind === 'payments' || kind === 'partners' ? maxLockingRows : maxRows;
  let part = 1;
  let held: ImportRowsRequest['rows'] = [];
  let bytes = 0;
  for await (const { line, cells } of rows) {
    const row = { line, values: wanted.map((place) => (cells[place] ?? '').slice(0, maxCell)) };
    const size = Buffer.byteLength(JSON.stringify(row));
    if (held.length > 0 && (held.length === most || bytes + size > maxBytes)) {
      yield { part, rows: held };
      part += 1;
      held = [];
      bytes = 0;
    }
    held.push(row);
    bytes += size;
  }
  if (held.length > 0) yield { part, rows: held };
}
