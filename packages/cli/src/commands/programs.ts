import { Command, Option } from 'commander';
import { getAuthority } from '../authority.ts';
import { listPrograms } from '../list-programs.ts';
import {
  type CommissionKind,
  commissionInWords,
  commissionKinds,
  defaultCommission,
  makeProgram,
  readMonths,
  readRate,
  requirePossible,
} from '../make-program.ts';
import { moment, openOutput } from '../output.ts';
import { here } from '../settings.ts';
import { type PageOptions, showPage, withPages } from './pages.ts';

interface CreateOptions {
  name: string;
  domain: string;
  commission: CommissionKind;
  rate: number;
  months: number;
  json?: boolean;
}

/** `headwater programs`: the workspace's, by a key or by the login of this terminal. */
export function programsCommand(): Command {
  return new Command('programs')
    .description('List programs, or make one')
    .addCommand(listCommand(), { isDefault: true })
    .addCommand(createCommand());
}

function listCommand(): Command {
  return withPages(new Command('list').description('List the programs, newest first')).action(
    async (options: PageOptions & { json?: boolean }) => {
      const out = openOutput(process.stdout, process.stderr);
      const page = await listPrograms(getAuthority(here()), options);
      if (options.json) return out.json(page);
      const head = ['ID', 'NAME', 'DOMAIN', 'STATUS', 'CREATED (UTC)'];
      const none = 'No program yet: headwater init makes one.';
      showPage(
        out,
        page,
        head,
        (one) => [String(one.id), one.name, one.domain, one.status, moment(one.created_at)],
        none,
      );
    },
  );
}

function createCommand(): Command {
  const usual = defaultCommission;
  return new Command('create')
    .description('Make a program; its token is shown once (headwater init keeps it in .env)')
    .requiredOption('--name <name>', 'of the program')
    .requiredOption('--domain <domain>', 'of the website that sells, such as acme.com')
    .addOption(
      new Option('--commission <kind>', 'what partners earn').choices(commissionKinds).default(usual.kind),
    )
    .option('--rate <number>', 'percent, or dollars where the commission is fixed', readRate, usual.rate)
    .option('--months <number>', 'for so long after the first payment; 0: for ever', readMonths, usual.months)
    .action(async ({ name, domain, commission: kind, rate, months, json }: CreateOptions) => {
      const out = openOutput(process.stdout, process.stderr);
      const commission = { kind, rate, months };
      requirePossible(commission);
      const made = await makeProgram(getAuthority(here()), { name, domain, commission });
      if (json) return out.json(made);
      out.line(
        `${out.color.green('✓')} Program ${made.id}, ${made.name} (${made.domain}): ${commissionInWords(commission)}`,
      );
      out.line(`  Its token, which is shown this once: ${out.color.bold(made.token)}`);
    });
}
