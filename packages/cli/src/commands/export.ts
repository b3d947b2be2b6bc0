import type { PersonExport, ProgramRecord } from '@headwater/contract';
import { Argument, Command, Option } from 'commander';
import { type Context, openContext, programNumber } from '../context.ts';
import { eventsOf, type Filters, type Row, rowsOf } from '../export/rows.ts';
import { eventColumns, tables } from '../export/tables.ts';
import { type Format, intoFile, writeRows } from '../export/write-rows.ts';
import { exitCodes, Failure } from '../failure.ts';
import { showProgress } from '../progress.ts';
import { type SubjectOptions, subjectOf } from './erase-person.ts';

const kinds = [...Object.keys(tables), 'events', 'person'];

interface Options extends SubjectOptions {
  from?: string;
  to?: string;
  partner?: string;
  test?: boolean;
  format?: Format;
  out?: string;
}

/** `headwater export`: rows of a program, or all that is known of a person. */
export function exportCommand(): Command {
  return new Command('export')
    .description(
      'Take data out: payments, commissions, clicks, leads; events, which are clicks, leads and payments by time; a person',
    )
    .addArgument(new Argument('[what]', 'what to take out').choices(kinds))
    .option('--program <id>', 'whose rows; not needed where there is one')
    .option('--from <day>', 'on or after: 2026-03-01, or an instant')
    .option('--to <day>', 'on or before')
    .option('--partner <id>', 'of this partner only')
    .option('--test', 'test rows, which are left out else')
    .addOption(
      new Option('--format <format>', 'of the rows (default csv; ndjson with --json)').choices([
        'csv',
        'ndjson',
      ]),
    )
    .option('--out <file>', 'where to write (default standard output); .ndjson says the format, too')
    .option('--email <address>', 'of a person, in every program of the workspace')
    .option('--customer-key <key>', 'of a person, a customer of --program')
    .action(async (what: string | undefined, options: Options) => {
      const context = openContext(options);
      // As it was called before there was more to take out.
      const isPerson = what === 'person' || (what === undefined && (options.email ?? options.customerKey));
      if (isPerson) return exportPerson(context, options);
      if (what === undefined) throw new Failure(`Say what: ${kinds.join(', ')}.`, exitCodes.usage, 'usage');
      await exportRows(context, what, options);
    });
}

async function exportPerson({ api, out }: Context, options: Options): Promise<void> {
  const { data } = await api.post<{ data: PersonExport }>('/api/v1/people/export', subjectOf(options));
  out.json(data);
}

async function exportRows(context: Context, what: string, options: Options): Promise<void> {
  const { api, out, isJson } = context;
  const program = await programNumber(context, options.program);
  const path = `/api/v1/programs/${program}`;
  const { from, to, partner, out: file } = options;
  const filters: Filters = { from, to, partner_id: partner, is_test: options.test ? 'true' : undefined };
  const table = tables[what];
  const rows = table === undefined ? eventsOf(api, path, filters) : rowsOf(api, path, table, filters);
  const columns = table?.columns ?? eventColumns;
  const format = formatOf(options);
  const progress = await openProgress(context, path, table?.at ?? 'at', from);
  const write = (stream: NodeJS.WritableStream) =>
    writeRows(rows, { format, columns, to: stream as NodeJS.WriteStream }, progress.show);
  const count = file === undefined ? await write(process.stdout) : await intoFile(file, write);
  progress.end();
  const told = { what, program_id: program, rows: count, format, file: file ?? null };
  if (file === undefined) return;
  if (isJson) out.json(told);
  else
    out.line(
      `${out.color.green('✓')} ${count.toLocaleString('en')} ${count === 1 ? 'row' : 'rows'} in ${file}`,
    );
}

/** As it is said, else as the file is called; a script that wants JSON gets an object a line. */
function formatOf({ format, out, json }: Options): Format {
  if (json && out === undefined && format === 'csv') {
    throw new Failure('--json and --format csv: say --out for the rows.', exitCodes.usage, 'usage');
  }
  if (format !== undefined) return format;
  return (json && out === undefined) || out?.endsWith('.ndjson') ? 'ndjson' : 'csv';
}

/** How far it is can only be told by time: from the latest row back to the first day. */
async function openProgress({ api }: Context, path: string, at: string, from: string | undefined) {
  const bar = showProgress(process.stderr);
  const isSeen = process.stderr.isTTY;
  const oldest =
    from ?? (isSeen ? (await api.get<{ data: ProgramRecord }>(path)).data.created_at : undefined);
  const last = Date.parse(oldest ?? '');
  let first: number | undefined;
  return {
    show(row: Row, count: number) {
      if (!isSeen) return;
      first ??= Date.parse(String(row[at]));
      if (count % 200 !== 0) return;
      const now = Date.parse(String(row[at]));
      const share = first > last ? (first - now) / (first - last) : 0;
      bar.show(Math.min(0.99, share), `${count.toLocaleString('en')} rows`);
    },
    end() {
      if (isSeen) bar.show(1, 'done');
      bar.end();
    },
  };
}
