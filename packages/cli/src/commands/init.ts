import { Command, Option } from 'commander';
import { exitCodes, Failure } from '../failure.ts';
import { projectFile, readProject } from '../folder/project.ts';
import { askForWebsite, askWhichProgram } from '../init/ask.ts';
import { keepProgram } from '../init/keep-program.ts';
import { readNewProgram } from '../init/new-program.ts';
import { type InitOptions, type InitRun, openInit, requireKey } from '../init/run.ts';
import { showInit } from '../init/show.ts';
import { takeProgram } from '../init/take-program.ts';
import { listPrograms } from '../list-programs.ts';
import { commissionKinds, makeProgram, readMonths, readRate } from '../make-program.ts';
import { openOutput } from '../output.ts';
import { here } from '../settings.ts';

/** `headwater init`: a program, and this folder knows of it. Run again it says what is there, and makes nothing. */
export function initCommand(): Command {
  return new Command('init')
    .description('Make a program, and let this folder know of it: .headwater.json, and its token in .env')
    .option('--name <name>', 'of the program (default: as package.json or the folder is called)')
    .option('--domain <domain>', 'of the website that sells, such as acme.com')
    .addOption(new Option('--commission <kind>', 'what partners earn').choices(commissionKinds))
    .option('--rate <number>', 'percent, or dollars where the commission is fixed (default 20)', readRate)
    .option('--months <number>', 'for so long after the first payment; 0: for ever (default 12)', readMonths)
    .option('--website', 'make a website for its page views, too; needs a management key')
    .option('--no-website', 'make none, and do not ask')
    .option('--program <id>', 'take this program, which is there already')
    .option('--new-token', 'of a program that is there: replace its token; the one before dies at once')
    .option('--no-interactive', 'ask nothing: take the options and what is usual')
    .action(async (options: InitOptions) => {
      const out = openOutput(process.stdout, process.stderr);
      const run = openInit(here(), process.cwd(), options);
      const there = readProject(run.folder)?.project ?? {};
      if (options.website && there.websiteId === undefined)
        requireKey(await run.authority(), 'A website is made');
      const id = await programOf(run, there.programId);
      const program =
        id === undefined
          ? await makeProgram(await run.authority(), await readNewProgram(run))
          : await takeProgram(run, id);
      const created = id === undefined;
      const wantsWebsite =
        options.website ??
        (created && there.websiteId === undefined && (await askedForWebsite(run, program.domain)));
      const done = await keepProgram(run, program, { created, wantsWebsite, websiteId: there.websiteId });
      if (options.json) out.json(done);
      else showInit(out, done);
    });
}

/** The program that is there already: the folder's, or the one that is named or chosen. Undefined: a new one. */
async function programOf(
  { options, terminal, authority }: InitRun,
  own: number | undefined,
): Promise<number | undefined> {
  const named = options.program;
  if (named !== undefined && !/^\d{1,10}$/.test(named))
    throw new Failure('--program takes a number.', exitCodes.usage, 'usage');
  if (own !== undefined && named !== undefined && Number(named) !== own) {
    throw new Failure(
      `This folder is about program ${own}: take ${projectFile} away to let it be about another.`,
      exitCodes.refused,
      'program_there',
    );
  }
  if (own !== undefined || named !== undefined) return own ?? Number(named);
  if (terminal === undefined || options.name !== undefined || options.domain !== undefined) return undefined;
  return askWhichProgram(terminal, (await listPrograms(await authority())).data);
}

async function askedForWebsite({ terminal, authority }: InitRun, domain: string): Promise<boolean> {
  if (terminal === undefined || (await authority()).kind === 'login') return false;
  return askForWebsite(terminal, domain);
}
