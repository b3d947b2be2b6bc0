import { createHash } from 'node:crypto';
import { parse } from 'csv-parse';
import { exitCodes, Failure } from '../failure.ts';
import type { Source } from './sources.ts';

/** A row of a file, and on which line of it the row ends. */
export interface FileRow {
  line: number;
  cells: readonly string[];
}

/** What is known of a file once it was read through. */
export interface Scan {
  columns: readonly string[];
  rows: number;
  /** SHA-256 of its bytes, hexadecimal. */
  digest: string;
  delimiter: string;
}

const delimiters = [',', ';', '\t'];

/** Reads a file through once: what its columns are, how many rows it has, and its digest. */
export async function scan(
  source: Source,
  check?: (row: FileRow, columns: readonly string[]) => void,
): Promise<Scan> {
  const digest = createHash('sha256');
  const delimiter = await findDelimiter(source);
  let columns: readonly string[] | undefined;
  let rows = 0;
  for await (const row of readAll(source, delimiter, (bytes) => digest.update(bytes))) {
    if (columns === undefined) columns = row.cells;
    else {
      rows += 1;
      requireWidth(source, row, columns);
      check?.(row, columns);
    }
  }
  if (columns === undefined) throw new Failure(`${source.name} is empty.`, exitCodes.usage, 'empty_file');
  return { columns, rows, digest: digest.digest('hex'), delimiter };
}

/** A cell too many has moved all after it: nothing of such a file can be trusted. Cells that are missing at the end are empty. */
function requireWidth({ name }: Source, { line, cells }: FileRow, columns: readonly string[]): void {
  if (cells.slice(columns.length).every((cell) => cell === '')) return;
  throw new Failure(
    `${name}, line ${line}: ${cells.length} cells under ${columns.length} columns. Is a text with a comma not in quotes?`,
    exitCodes.usage,
    'no_csv',
  );
}

/** The rows after the header. */
export async function* readRows(source: Source, { delimiter }: Scan): AsyncGenerator<FileRow> {
  let isHeader = true;
  for await (const row of readAll(source, delimiter)) {
    if (!isHeader) yield row;
    isHeader = false;
  }
}

/** The one that the header has most of. */
async function findDelimiter(source: Source): Promise<string> {
  const stream = await source.open();
  let head = '';
  for await (const chunk of stream) {
    head += String(chunk);
    if (head.includes('\n') || head.length > 65_536) break;
  }
  stream.destroy();
  const [line = ''] = head.split('\n');
  const count = (delimiter: string) => line.split(delimiter).length;
  return delimiters.reduce((best, one) => (count(one) > count(best) ? one : best));
}

async function* readAll(
  source: Source,
  delimiter: string,
  onBytes?: (bytes: Buffer) => void,
): AsyncGenerator<FileRow> {
  const stream = await source.open();
  const parser = parse({
    ...{
      bom: true,
      delimiter,
      record_delimiter: ['\r\n', '\n'],
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    },
    ...{ max_record_size: 4_000_000, relax_quotes: true },
  });
  stream.on('data', (bytes: Buffer) => onBytes?.(bytes));
  stream.once('error', (error) => parser.destroy(error));
  stream.pipe(parser);
  try {
    for await (const { record, info } of parser) yield { line: info.lines, cells: record };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Failure(`${source.name} cannot be read as CSV: ${reason}`, exitCodes.usage, 'no_csv');
  } finally {
    stream.destroy();
  }
}
