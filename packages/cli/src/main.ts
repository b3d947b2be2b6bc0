import { Command, CommanderError } from 'commander';
import { backupCommand, restoreCommand } from './commands/backup.ts';
import { demoDataCommand } from './commands/demo-data.ts';
import { erasePersonCommand } from './commands/erase-person.ts';
import { exportPersonCommand } from './commands/export-person.ts';
import { importFileCommand } from './commands/import-file.ts';
import { loginCommand, logoutCommand, whoamiCommand } from './commands/login.ts';
import { setUpStripeCommand } from './commands/setup-stripe.ts';
import { statusCommand } from './commands/status.ts';
import { stripeEventsCommand } from './commands/stripe-events.ts';
import { stripeReconcileCommand } from './commands/stripe-reconcile.ts';
import { stripeReplayCommand } from './commands/stripe-replay.ts';
import { stripeStatusCommand } from './commands/stripe-status.ts';
import { testCommands } from './commands/test-event.ts';
import { verifyCommand } from './commands/verify.ts';
import { exitCodes, Failure } from './failure.ts';
import { openOutput } from './output.ts';

const help = `
Settings:
  HEADWATER_URL      where the server is (default http://localhost:3000)
  HEADWATER_KEY      a management key, affk_…; else .headwater/management-key is read
  HEADWATER_TOKEN    a program's tracking token, aff_…: what status and test are about
  HEADWATER_PROGRAM  the program's number, where there are several (or --program)

Exit codes:
  0 done   1 refused   2 wrong usage   3 no server   4 not allowed   5 something is wrong: money that is missing, rows refused`;

/** The `headwater` command. Answers with the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  const out = openOutput(process.stdout, process.stderr);
  const ending = { code: exitCodes.ok as number };
  const end = (code: number) => {
    ending.code = code;
  };
  const program = new Command('headwater')
    .description('Traces every payment back to its source.')
    .addHelpText('after', help)
    .showHelpAfterError('(headwater --help says more)')
    .configureOutput({ writeErr: (text) => process.stderr.write(text) })
    .exitOverride();
  const group = (name: string, description: string) =>
    program.command(name).description(description).exitOverride();
  group('setup', 'Connect Headwater to what it needs').addCommand(setUpStripeCommand(end));
  for (const command of [loginCommand(), logoutCommand(), whoamiCommand(), statusCommand()])
    program.addCommand(command);
  const test = group('test', 'Send test events, which nothing counts; needs HEADWATER_TOKEN');
  for (const command of testCommands(end)) test.addCommand(command);
  program.addCommand(verifyCommand(end));
  program.addCommand(erasePersonCommand(end));
  program.addCommand(exportPersonCommand(end));
  program.addCommand(importFileCommand(end));
  program.addCommand(demoDataCommand());
  for (const make of [backupCommand, restoreCommand]) program.addCommand(make(end));
  const stripe = group('stripe', 'Look after what Stripe delivers');
  for (const make of [
    stripeStatusCommand,
    stripeEventsCommand,
    stripeReplayCommand,
    stripeReconcileCommand,
  ]) {
    stripe.addCommand(make(end));
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return ending.code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (!(error instanceof Failure)) throw error;
    if (argv.includes('--json')) out.json({ error: error.message, code: error.code });
    else out.aside(`${out.color.red('✗')} ${error.message}`);
    return error.exitCode;
  }
}
