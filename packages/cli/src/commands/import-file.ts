import type { ImportItem, ImportKind, PlausibleTable } from '@headwater/contract';
import { Argument, Command, Option } from 'commander';
import { type Context, openContext, programPath, websiteId } from '../context.ts';
import { exitCodes, Failure } from '../failure.ts';
import { isOfKind, kinds, tableNamed, tools } from '../imports/kinds.ts';
import { type FileRow, type Scan, scan } from '../imports/read-rows.ts';
import { type Settings, sendFile, startFile, writeRefused } from '../imports/send-file.ts';
import { findSources, type Source } from '../imports/sources.ts';
import { type Output, table } from '../output.ts';
import { showProgress } from '../progress.ts';
import type { End } from './command.ts';

interface Options {
  program?: string;
  website?: string;
  from?: (typeof tools)[number];
  map?: string[];
  dryRun?: boolean;
  commissions?: boolean;
  currency?: string;
  refused?: string;
  json?: boolean;
}

/** `headwater import`: history from a file; again after whatever happened, and every row is there once. */
export function importFileCommand(end: End): Command {
  return new Command('import')
    .description('Bring history in from a file: every row once, however often it is sent')
    .addArgument(new Argument('<kind>', 'what the rows are').choices(kinds))
    .argument('<file>', 'CSV; of umami and plausible also the zip archive as it was exported')
    .option('--program <id>', 'of payments, clicks and partners; not needed where there is one')
    .option('--website <id>', 'of umami and plausible; not needed where there is one')
    .addOption(new Option('--from <tool>', 'whose export it is').choices(tools))
    .option('--map <field=column>', 'which column a field is; once for each', (value, all: string[] = []) => [
      ...all,
      value,
    ])
    .option('--dry-run', 'judge every row, store none')
    .option('--commissions', 'of payments: partners are still owed for them; else they are history')
    .option('--currency <code>', 'of rows that name none; else the program’s')
    .option('--refused <file>', 'where refused rows are written (default <file>.refused.csv)')
    .action(async (kind: ImportKind, file: string, options: Options) => {
      const context = openContext(options);
      const place = await placeOf(context, kind, options);
      const sources = await findSources(file, (name) => isOfKind(kind, name));
      const items: ImportItem[] = [];
      for (const source of sources) {
        const settings: Settings = { ...place, ...settingsOf(kind, options), ...tableOf(kind, source) };
        items.push(
          await importSource(context, source, settings, refusedPath(file, source, sources, options)),
        );
      }
      if (context.isJson) context.out.json(items);
      if (items.some(({ refused }) => refused > 0)) end(exitCodes.found);
    });
}

async function placeOf(context: Context, kind: ImportKind, options: Options): Promise<Settings> {
  if (kind === 'umami' || kind === 'plausible') {
    return { kind, website_id: await websiteId(context, options.website) };
  }
  const path = await programPath(context, options.program);
  return { kind, program_id: Number(path.split('/').at(-1)) };
}

function settingsOf(
  _kind: ImportKind,
  { from, map = [], dryRun, commissions, currency }: Options,
): Omit<Settings, 'kind'> {
  const mapping = Object.fromEntries(
    map.map((told) => {
      const at = told.indexOf('=');
      if (at < 1) throw new Failure('--map takes field=column.', exitCodes.usage, 'usage');
      return [told.slice(0, at).trim(), told.slice(at + 1)];
    }),
  );
  return {
    ...(from === undefined ? {} : { from }),
    ...(map.length === 0 ? {} : { mapping }),
    ...(dryRun ? { dry_run: true } : {}),
    ...(commissions ? { commissions: true } : {}),
    ...(currency === undefined ? {} : { currency }),
  };
}

function tableOf(kind: ImportKind, { name }: Source): { table?: PlausibleTable } {
  if (kind !== 'plausible') return {};
  const named = tableNamed(name);
  if (named === undefined) {
    throw new Failure(`${name} is not called like a file of Plausible’s export.`, exitCodes.usage, 'usage');
  }
  return { table: named };
}

function refusedPath(file: string, source: Source, sources: readonly Source[], { refused }: Options): string {
  if (sources.length === 1) return refused ?? `${file}.refused.csv`;
  return `${refused ?? file}.${source.name.replace(/\.csv$/, '')}.refused.csv`;
}

async function importSource(
  context: Context,
  source: Source,
  settings: Settings,
  refusedFile: string,
): Promise<ImportItem> {
  const { api, out, isJson } = context;
  const known = await scan(source, settings.kind === 'umami' ? checkOrder(source) : undefined);
  const started = await startFile(api, source, known, settings);
  if (!isJson) showStart(out, source, known, started);
  const item = await sendFile(api, source, known, started, showProgress(process.stderr));
  if (item.refused > 0) await writeRefused(api, source, known, item, refusedFile);
  if (!isJson) showEnd(out, item, refusedFile);
  return item;
}

/** A visit begins with its first event: of an export that is not in the order of time that cannot be told. */
function checkOrder(source: Source): (row: FileRow, columns: readonly string[]) => void {
  let last = '';
  return ({ line, cells }, columns) => {
    const at = cells[columns.indexOf('created_at')] ?? '';
    if (at < last) {
      throw new Failure(
        `${source.name} is not in the order of created_at (line ${line}), as Umami exports it: sort it first.`,
        exitCodes.usage,
        'not_in_order',
      );
    }
    last = at;
  };
}

function showStart(
  out: Output,
  source: Source,
  { columns, rows }: Scan,
  { fields, next_part: part, rows_read: read, dry_run: isDry }: ImportItem,
): void {
  const { color } = out;
  out.line(color.bold(`${source.name}: ${rows.toLocaleString('en')} rows${isDry ? ', dry run' : ''}`));
  for (const line of table(fields.map(({ field, column }) => [`  ${field}`, `← ${column}`]))) out.line(line);
  const used = new Set(fields.map(({ column }) => column));
  const unused = columns.filter((column) => !used.has(column));
  if (unused.length > 0) out.line(color.dim(`  not sent: ${unused.join(', ')}`));
  if (part > 1) out.line(`Goes on after ${read.toLocaleString('en')} rows.`);
}

function showEnd(out: Output, item: ImportItem, refusedFile: string): void {
  const { color } = out;
  const number = (value: number) => value.toLocaleString('en');
  const refused = item.refused === 0 ? '0 refused' : color.red(`${number(item.refused)} refused`);
  const verb = item.dry_run ? 'would be taken' : 'taken';
  out.line(
    `${color.green('✓')} ${number(item.taken)} ${verb}, ${number(item.already_there)} already there, ${refused}.`,
  );
  if (item.sums.length > 0) {
    const head = ['', 'PAYMENTS', 'AMOUNT', 'REFUNDED', 'ATTRIBUTED', 'COMMISSION'].map((text) =>
      color.dim(text),
    );
    const rows = item.sums.map((sum) =>
      [
        sum.currency,
        sum.payments,
        sum.amount_cents,
        sum.refunded_cents,
        sum.attributed_cents,
        sum.commission_cents,
      ].map(String),
    );
    for (const line of table([head, ...rows])) out.line(line);
    out.line(color.dim('Amounts are in the smallest unit.'));
  }
  if (item.refused > 0) out.line(`Which rows and why: ${refusedFile}. Mend them there and import that file.`);
  if (item.dry_run) out.line('Nothing was stored.');
}
