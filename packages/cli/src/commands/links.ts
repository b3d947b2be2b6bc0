import type { LinkRecord } from '@headwater/contract';
import { Command } from 'commander';
import { openContext, programPath } from '../context.ts';
import { moment } from '../output.ts';
import { type ProgramOptions, programCommand } from './command.ts';
import { type PageOptions, showPage, withPages } from './pages.ts';

interface CreateOptions extends ProgramOptions {
  partner: string;
  code?: string;
  destination?: string;
}

/** `headwater links`: what partners share, and how often it was followed. */
export function linksCommand(): Command {
  return new Command('links')
    .description('List the links of a program, or give a partner another one')
    .addCommand(listCommand(), { isDefault: true })
    .addCommand(createCommand());
}

function listCommand(): Command {
  return withPages(programCommand('list', 'List the links of a program, newest first')).action(
    async (options: ProgramOptions & PageOptions) => {
      const context = openContext(options);
      const { limit, cursor } = options;
      const page = await context.api.get<{ data: LinkRecord[]; next_cursor: string | null }>(
        `${await programPath(context, options.program)}/links`,
        { limit, cursor },
      );
      if (context.isJson) return context.out.json(page);
      const head = ['ID', 'CODE', 'PARTNER', 'STATUS', 'CLICKS', 'LAST CLICK (UTC)', 'LINK'];
      showPage(
        context.out,
        page,
        head,
        toRow,
        'No links yet: every partner gets one, headwater partners create',
      );
    },
  );
}

function toRow(link: LinkRecord): string[] {
  const { id, code, partner_id: partner, status, clicks, last_clicked_at: last, url } = link;
  return [String(id), code, String(partner), status, String(clicks), moment(last), url];
}

function createCommand(): Command {
  return programCommand('create', 'Give a partner another link')
    .requiredOption('--partner <id>', 'the partner’s number (headwater partners)')
    .option('--code <code>', 'as in ?aff=anna (default: made from the name)')
    .option('--destination <url>', 'where it leads (default: the program’s domain)')
    .action(async (options: CreateOptions) => {
      const context = openContext(options);
      const { partner, code, destination } = options;
      const { data } = await context.api.post<{ data: LinkRecord }>(
        `${await programPath(context, options.program)}/links`,
        { partner_id: partner, code, destination_url: destination },
      );
      if (context.isJson) return context.out.json(data);
      const { color, line } = context.out;
      line(`${color.green('✓')} Link ${data.id} of partner ${data.partner_id}: ${color.bold(data.url)}`);
    });
}
