import { Command } from 'commander';
import { backupCommand, restoreCommand } from './commands/backup.ts';
import type { End } from './commands/command.ts';
import { completionCommand } from './commands/completion.ts';
import { demoDataCommand } from './commands/demo-data.ts';
import { doctorCommand } from './commands/doctor.ts';
import { erasePersonCommand } from './commands/erase-person.ts';
import { explainCommand } from './commands/explain.ts';
import { exportCommand } from './commands/export.ts';
import { importFileCommand } from './commands/import-file.ts';
import { initCommand } from './commands/init.ts';
import { linksCommand } from './commands/links.ts';
import { loginCommand, logoutCommand, whoamiCommand } from './commands/login.ts';
import { partnersCommand } from './commands/partners.ts';
import { programsCommand } from './commands/programs.ts';
import { demoCommand, serveCommand } from './commands/serve.ts';
import { setUpStripeCommand } from './commands/setup-stripe.ts';
import { statusCommand } from './commands/status.ts';
import { stripeEventsCommand } from './commands/stripe-events.ts';
import { stripeReconcileCommand } from './commands/stripe-reconcile.ts';
import { stripeReplayCommand } from './commands/stripe-replay.ts';
import { stripeStatusCommand } from './commands/stripe-status.ts';
import { testCommands } from './commands/test-event.ts';
import { verifyCommand } from './commands/verify.ts';
import { version } from './version.ts';

const help = `
Settings:
  HEADWATER_URL      where the server is (default http://localhost:3000)
  HEADWATER_KEY      a management key, affk_…; else .headwater/management-key is read
  HEADWATER_TOKEN    a program's tracking token, aff_…: what status and test are about
  HEADWATER_PROGRAM  the program's number, where there are several (or --program)
  In a folder that headwater init was run in, .headwater.json and .env say them.

Exit codes:
  0 done   1 refused   2 wrong usage   3 no server   4 not allowed   5 something is wrong: money that is missing, rows refused, a check that fails`;

/** Every command there is. Help, completion and the reference in docs/cli.md are made of this tree. */
export function commandTree(end: End): Command {
  const root = new Command('headwater')
    .description('Traces every payment back to its source.')
    .version(version, '-V, --version', 'show the version')
    .addHelpText('after', help);
  const chapter = (title: string, ...commands: Command[]) => {
    root.commandsGroup(title);
    for (const command of commands) root.addCommand(command);
  };
  chapter(
    'Begin:',
    initCommand(),
    loginCommand(),
    logoutCommand(),
    whoamiCommand(),
    group('setup', 'Connect Headwater to what it needs', setUpStripeCommand(end)),
  );
  chapter('Programs:', programsCommand(), partnersCommand(), linksCommand(), explainCommand());
  chapter(
    'Does it work?',
    statusCommand(),
    group('test', 'Send test events, which nothing counts; needs HEADWATER_TOKEN', ...testCommands(end)),
    group(
      'stripe',
      'Look after what Stripe delivers',
      stripeStatusCommand(end),
      stripeEventsCommand(end),
      stripeReplayCommand(end),
      stripeReconcileCommand(end),
    ),
    verifyCommand(end),
    doctorCommand(end),
  );
  chapter('Data:', importFileCommand(end), exportCommand(), erasePersonCommand(end), demoDataCommand());
  chapter('The server:', serveCommand(end), demoCommand(end), backupCommand(end), restoreCommand(end));
  chapter('Help:', completionCommand());
  root.helpCommand('help [command]', 'Say more of a command');
  finish(root);
  return root;
}

function group(name: string, description: string, ...commands: Command[]): Command {
  const own = new Command(name).description(description);
  for (const command of commands) own.addCommand(command);
  return own;
}

/**
 * What is the same of every command: each answers in JSON when it is told to, whoever calls one wrongly is told where help is,
 * and nothing ends the process but ourselves.
 */
function finish(command: Command, path = command.name()): void {
  command.showHelpAfterError(`(${path} --help says more)`).exitOverride();
  const hasJson = command.options.some(({ long }) => long === '--json');
  if (command.commands.length === 0 && !hasJson) command.option('--json', 'answer in JSON, for scripts');
  for (const one of command.commands) finish(one, `${path} ${one.name()}`);
}
