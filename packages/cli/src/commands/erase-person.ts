import { setTimeout } from 'node:timers/promises';
import { confirm } from '@clack/prompts';
import type { ErasureItem } from '@headwater/contract';
import { Command } from 'commander';
import { type Context, openContext } from '../context.ts';
import { exitCodes, Failure } from '../failure.ts';
import { showWaiting } from '../progress.ts';
import type { End } from './command.ts';

const pollMs = 500;
const patienceMs = 120_000;

/** Options that say who is meant. */
export interface SubjectOptions {
  email?: string;
  customerKey?: string;
  program?: string;
  json?: boolean;
}

export function subjectOf({ email, customerKey, program }: SubjectOptions): Record<string, string> {
  return {
    ...(email === undefined ? {} : { email }),
    ...(customerKey === undefined ? {} : { customer_key: customerKey }),
    ...(program === undefined ? {} : { program_id: program }),
  };
}

function personCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--email <address>', 'in every program of the workspace')
    .option('--customer-key <key>', 'of a customer of --program')
    .option('--program <id>', 'with --customer-key');
}

/** `headwater erase`: forget a person in both stores, and wait until it is done. */
export function erasePersonCommand(_end: End): Command {
  return personCommand('erase', 'Erase a person: what they did stays counted, nothing names them any more')
    .option('--yes', 'do not ask; it cannot be undone')
    .action(async (options: SubjectOptions & { yes?: boolean }) => {
      const context = openContext(options);
      if (options.yes !== true && !(await isMeant(options))) {
        throw new Failure(
          'This cannot be undone. Look at headwater export person first, then say --yes.',
          exitCodes.usage,
          'not_confirmed',
        );
      }
      const { data } = await context.api.post<{ data: ErasureItem }>('/api/v1/erasures', subjectOf(options));
      const erasure = await showWaiting(process.stderr, 'Erasing', waitFor(context, data));
      if (context.isJson) context.out.json(erasure);
      else show(context, erasure);
    });
}

/** Whoever sits at a terminal is asked. */
async function isMeant({ email, customerKey, json }: SubjectOptions): Promise<boolean> {
  if (json || !process.stdin.isTTY || !process.stderr.isTTY) return false;
  const { input, output } = { input: process.stdin, output: process.stderr };
  const who = email ?? customerKey;
  return (await confirm({ input, output, message: `Erase ${who} for ever?`, initialValue: false })) === true;
}

async function waitFor({ api }: Context, asked: ErasureItem): Promise<ErasureItem> {
  let erasure = asked;
  for (let waited = 0; erasure.status !== 'done' && waited < patienceMs; waited += pollMs) {
    await setTimeout(pollMs);
    ({ data: erasure } = await api.get<{ data: ErasureItem }>(`/api/v1/erasures/${asked.id}`));
  }
  return erasure;
}

function show({ out }: Context, { id, status, found }: ErasureItem): void {
  if (status !== 'done' || found === null) {
    out.line(`Erasure ${id} is under way; the server goes on with it.`);
    return;
  }
  const { customers, browsers, payments, stripe_events: events } = found;
  if (customers + browsers + payments + events === 0) out.line('Nobody is known by this: nothing to erase.');
  else {
    out.line(
      `${out.color.green('✓')} Erased: ${customers} customers, ${browsers} browsers, ${events} Stripe events; ${payments} payments stay in the books and name nobody.`,
    );
  }
}
