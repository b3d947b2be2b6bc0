import { exitCodes, Failure } from '../failure.ts';
import { readEnvFile } from '../folder/env-file.ts';
import { envFile } from '../folder/project.ts';
import { type Commission, defaultCommission, type NewProgram, requirePossible } from '../make-program.ts';
import { askForProgram, askWhetherRight } from './ask.ts';
import { guessProgram } from './guess.ts';
import type { InitOptions, InitRun } from './run.ts';

/** What the new program is to be: by the options, then by whom is asked, else by what is usual. */
export async function readNewProgram({ folder, options, terminal }: InitRun): Promise<NewProgram> {
  refuseOtherToken(folder);
  const guess = guessProgram(folder);
  const commission = commissionOf(options);
  if (commission !== undefined) requirePossible(commission);
  const { name, domain = guess.domain } = options;
  if (terminal !== undefined) {
    const wanted = await askForProgram(terminal, { name, domain: options.domain, commission }, guess);
    if (await askWhetherRight(terminal, wanted)) return wanted;
    throw new Failure('Nothing was made.', exitCodes.refused, 'cancelled');
  }
  if (domain === undefined)
    throw new Failure('Say --domain: of the website that sells.', exitCodes.usage, 'usage');
  return { name: name ?? guess.name, domain, commission: commission ?? defaultCommission };
}

/** A token in `.env` belongs to some program: it is neither written over nor left beside another one's number. */
function refuseOtherToken(folder: string): void {
  if (readEnvFile(`${folder}/${envFile}`).HEADWATER_TOKEN === undefined) return;
  throw new Failure(
    `${envFile} has a HEADWATER_TOKEN already: say whose it is with --program <id>, or take the line out to make another program.`,
    exitCodes.refused,
    'token_there',
  );
}

function commissionOf({ commission, rate, months }: InitOptions): Commission | undefined {
  if (commission === undefined && rate === undefined && months === undefined) return undefined;
  const kind = commission ?? defaultCommission.kind;
  if (!kind.endsWith('percent') && rate === undefined)
    throw new Failure('Say --rate: how many dollars.', exitCodes.usage, 'usage');
  return { kind, rate: rate ?? defaultCommission.rate, months: months ?? defaultCommission.months };
}
