import { createWriteStream } from 'node:fs';
import type { ImportItem, ImportPartAnswer, StartImportRequest } from '@headwater/contract';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import type { Api } from '../api.ts';
import { patiently } from '../patiently.ts';
import type { Progress } from '../progress.ts';
import { inParts } from './parts.ts';
import { readRows, type Scan } from './read-rows.ts';
import type { Source } from './sources.ts';

export type Settings = Omit<StartImportRequest, 'file_name' | 'file_digest' | 'rows' | 'columns'>;

/** Begins the import of a file, or finds where it stopped. */
export async function startFile(
  api: Api,
  source: Source,
  scan: Scan,
  settings: Settings,
): Promise<ImportItem> {
  const { columns, rows, digest } = scan;
  const request = { ...settings, file_name: source.name, file_digest: digest, rows, columns };
  const { data } = await api.post<{ data: ImportItem }>('/api/v1/imports', request);
  return data;
}

/** Sends the parts that are missing, each until it is answered, and says how it ended. */
export async function sendFile(
  api: Api,
  source: Source,
  scan: Scan,
  started: ImportItem,
  progress: Progress,
): Promise<ImportItem> {
  let item = started;
  const wanted = started.fields.map(({ column }) => scan.columns.indexOf(column));
  const show = () =>
    progress.show(
      item.rows === 0 ? 1 : item.rows_read / item.rows,
      `${item.rows_read.toLocaleString('en')} of ${item.rows.toLocaleString('en')} rows`,
    );
  for await (const part of inParts(readRows(source, scan), wanted, item.kind)) {
    if (part.part < started.next_part) continue;
    const path = `/api/v1/imports/${item.id}/rows`;
    const { data } = await patiently(() => api.post<{ data: ImportPartAnswer }>(path, part));
    item = data.import;
    show();
  }
  progress.end();
  return item;
}

/** Writes the rows that were refused as they stand in the file, with the reason beside: to be mended and imported again. */
export async function writeRefused(
  api: Api,
  source: Source,
  scan: Scan,
  item: ImportItem,
  path: string,
): Promise<void> {
  const list: string[][] = parse(await api.text(`/api/v1/imports/${item.id}/refused`), { from: 2 });
  const reasons = new Map(list.map(([line, reason]) => [Number(line), reason ?? '']));
  const out = createWriteStream(path);
  out.write(stringify([[...scan.columns, 'line', 'refused_because']]));
  for await (const { line, cells } of readRows(source, scan)) {
    const reason = reasons.get(line);
    if (reason === undefined) continue;
    const whole = scan.columns.map((_, place) => cells[place] ?? '');
    out.write(stringify([[...whole, String(line), reason]]));
  }
  await new Promise<void>((resolve, reject) => {
    out.once('error', reject);
    out.end(() => resolve());
  });
}
