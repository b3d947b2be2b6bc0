import * as clack from '@clack/prompts';
import { exitCodes, Failure } from '../failure.ts';
import type { ProgramLine } from '../list-programs.ts';
import {
  type Commission,
  type CommissionKind,
  commissionInWords,
  defaultCommission,
  type NewProgram,
} from '../make-program.ts';

/** Where questions are asked: on a terminal, beside what the command answers. */
export interface Terminal {
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
}

/** What is known before anybody is asked. */
export interface Known {
  name: string | undefined;
  domain: string | undefined;
  commission: Commission | undefined;
}

const another = 'new';

/** A program that is there already, or undefined: a new one. Nobody is asked where there is none. */
export async function askWhichProgram(
  terminal: Terminal,
  programs: readonly ProgramLine[],
): Promise<number | undefined> {
  if (programs.length === 0) return undefined;
  const chosen = await answered(
    clack.select<string>({
      ...terminal,
      message: 'Which program is this folder about?',
      options: [
        { value: another, label: 'A new one' },
        ...programs.map(({ id, name, domain }) => ({
          value: String(id),
          label: name,
          hint: `${domain}, program ${id}`,
        })),
      ],
    }),
  );
  return chosen === another ? undefined : Number(chosen);
}

/** The token of a program that is there: pasted, or undefined: make a new one. */
export async function askForToken(terminal: Terminal): Promise<string | undefined> {
  const token = await answered(
    clack.password({
      ...terminal,
      message: 'Its tracking token, aff_… (nothing: make a new one, and the one before dies at once)',
      validate: (said = '') => (said === '' || said.startsWith('aff_') ? undefined : 'It begins with aff_.'),
    }),
  );
  return token?.trim() || undefined;
}

export async function askForProgram(
  terminal: Terminal,
  known: Known,
  guess: { name: string; domain: string | undefined },
): Promise<NewProgram> {
  const name = known.name ?? (await text(terminal, 'What is the program called?', guess.name));
  const domain =
    known.domain ??
    (await text(terminal, 'The domain of the website that sells', guess.domain, 'acme.example'));
  return { name, domain, commission: known.commission ?? (await askForCommission(terminal)) };
}

async function askForCommission(terminal: Terminal): Promise<Commission> {
  const kind = await answered(
    clack.select<CommissionKind>({
      ...terminal,
      message: 'What do partners earn? (You may change it later.)',
      options: [
        { value: 'recurring_percent', label: 'A share of every payment', hint: '20 % for 12 months' },
        { value: 'percent', label: 'A share of the first payment' },
        { value: 'recurring_fixed', label: 'An amount for every payment' },
        { value: 'fixed', label: 'An amount for the first payment' },
      ],
    }),
  );
  const isShare = kind.endsWith('percent');
  const rate = await number(
    terminal,
    isShare ? 'How many percent?' : 'How many dollars?',
    isShare ? '20' : '10',
    {
      most: isShare ? 100 : 1_000_000,
      decimals: 2,
    },
  );
  if (!kind.startsWith('recurring')) return { kind, rate, months: defaultCommission.months };
  const months = await number(terminal, 'For how many months? 0: for ever', '12', {
    most: 120,
    decimals: 0,
    least: 0,
  });
  return { kind, rate, months };
}

export function askForWebsite(terminal: Terminal, domain: string): Promise<boolean> {
  return yes(terminal, `Count the page views of ${domain} as well?`);
}

export function askToSignIn(terminal: Terminal, url: string): Promise<boolean> {
  return yes(terminal, `You are not signed in at ${url}. Sign in now, in the browser?`);
}

export function askWhetherRight(
  terminal: Terminal,
  { name, domain, commission }: NewProgram,
): Promise<boolean> {
  return yes(terminal, `Make ${name} (${domain}): partners earn ${commissionInWords(commission)}?`);
}

const yes = (terminal: Terminal, message: string) => answered(clack.confirm({ ...terminal, message }));

async function text(
  terminal: Terminal,
  message: string,
  initialValue: string | undefined,
  placeholder?: string,
): Promise<string> {
  const said = await answered(
    clack.text({
      ...terminal,
      message,
      ...(initialValue === undefined ? {} : { initialValue }),
      ...(placeholder === undefined ? {} : { placeholder }),
      validate: (value) => (value?.trim() ? undefined : 'It needs one.'),
    }),
  );
  return said.trim();
}

async function number(
  terminal: Terminal,
  message: string,
  initialValue: string,
  { most, decimals, least = 0.01 }: { most: number; decimals: number; least?: number },
): Promise<number> {
  const shape = new RegExp(`^\\d{1,9}${decimals === 0 ? '' : `(\\.\\d{1,${decimals}})?`}$`);
  const isRight = (value = '') => shape.test(value) && Number(value) >= least && Number(value) <= most;
  const said = await answered(
    clack.text({
      ...terminal,
      message,
      initialValue,
      validate: (value) => (isRight(value) ? undefined : `A number to ${most}.`),
    }),
  );
  return Number(said);
}

/** Whoever leaves with Ctrl-C has made nothing. */
async function answered<Answer>(asked: Promise<Answer | typeof clack.CANCEL_SYMBOL>): Promise<Answer> {
  const answer = await asked;
  if (clack.isCancel(answer)) throw new Failure('Nothing was made.', exitCodes.refused, 'cancelled');
  return answer as Answer;
}
