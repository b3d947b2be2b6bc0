import { type Command, CommanderError } from 'commander';
import { exitCodes, Failure } from './failure.ts';
import { openOutput } from './output.ts';
import { commandTree } from './tree.ts';

/** The `headwater` command. Answers with the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  const out = openOutput(process.stdout, process.stderr);
  const isJson = argv.includes('--json');
  const ending = { code: exitCodes.ok as number };
  const root = commandTree((code) => {
    ending.code = code;
  });
  if (isJson) quiet(root);
  // Whoever reads has seen enough, as `head` does.
  process.stdout.once('error', ({ code }: NodeJS.ErrnoException) => {
    process.exit(code === 'EPIPE' ? exitCodes.ok : exitCodes.refused);
  });
  try {
    await root.parseAsync([...argv], { from: 'user' });
    return ending.code;
  } catch (error) {
    const failure = failureOf(error);
    if (failure === undefined) return exitCodes.ok;
    if (isJson) out.json({ error: failure.message, code: failure.code });
    else if (error instanceof Failure) out.aside(`${out.asideColor.red('✗')} ${failure.message}`);
    return failure.exitCode;
  }
}

/** Undefined for help and the version, which are told by an error, too. What is wrong with a call was said already. */
function failureOf(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  if (!(error instanceof CommanderError)) throw error;
  if (error.exitCode === 0) return undefined;
  return new Failure(error.message.replace(/^error: /, ''), exitCodes.usage, 'usage');
}

/** A script reads what is wrong with its call from the answer. */
function quiet(command: Command): void {
  command.configureOutput({ writeErr() {} });
  for (const one of command.commands) quiet(one);
}
