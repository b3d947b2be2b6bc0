import type { PartnerRecord } from '@headwater/contract';
import { Command } from 'commander';
import { openContext, programPath } from '../context.ts';
import { moment, type Output } from '../output.ts';
import { type ProgramOptions, programCommand } from './command.ts';
import { type PageOptions, showPage, withPages } from './pages.ts';

interface CreateOptions extends ProgramOptions {
  name: string;
  email?: string;
  code?: string;
  group?: string;
  destination?: string;
}

/** `headwater partners`: who promotes the program, and letting somebody in. */
export function partnersCommand(): Command {
  return new Command('partners')
    .description('List the partners of a program, or let one in')
    .addCommand(listCommand(), { isDefault: true })
    .addCommand(createCommand());
}

function listCommand(): Command {
  return withPages(programCommand('list', 'List the partners of a program, newest first')).action(
    async (options: ProgramOptions & PageOptions) => {
      const context = openContext(options);
      const { limit, cursor } = options;
      const page = await context.api.get<{ data: PartnerRecord[]; next_cursor: string | null }>(
        `${await programPath(context, options.program)}/partners`,
        { limit, cursor },
      );
      if (context.isJson) return context.out.json(page);
      const head = ['ID', 'NAME', 'STATUS', 'EMAIL', 'JOINED (UTC)', 'LINK'];
      const none = 'No partners yet: headwater partners create --name Anna';
      showPage(context.out, page, head, toRow, none);
    },
  );
}

function toRow({ id, name, status, email_masked: email, joined_at: at, links }: PartnerRecord): string[] {
  const [first, ...others] = links;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return [String(id), name, status, email ?? '—', moment(at), `${first?.url ?? '—'}${more}`];
}

function createCommand(): Command {
  return programCommand('create', 'Let a partner in, with a first link')
    .requiredOption('--name <name>', 'of the partner')
    .option('--email <address>', 'kept as a hash and a mask')
    .option('--code <code>', 'of the link, as in ?aff=anna (default: made from the name)')
    .option('--group <id>', 'whose terms they get (default: the program’s Default group)')
    .option('--destination <url>', 'where the link leads (default: the program’s domain)')
    .action(async (options: CreateOptions) => {
      const context = openContext(options);
      const { name, email, code, group, destination } = options;
      const { data } = await context.api.post<{ data: PartnerRecord }>(
        `${await programPath(context, options.program)}/partners`,
        { name, email, code, group_id: group, destination_url: destination },
      );
      if (context.isJson) context.out.json(data);
      else show(context.out, data);
    });
}

function show({ line, color }: Output, { id, name, links }: PartnerRecord): void {
  line(`${color.green('✓')} ${name} is partner ${id}`);
  for (const { url } of links) line(`  Their link: ${color.bold(url)}`);
}
