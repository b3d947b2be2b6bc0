import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { exitCodes, Failure } from '../failure.ts';
import type { End } from './command.ts';

// The program that does the work lies beside the server: it reads both stores themselves, which no key of a workspace opens.
const program = fileURLToPath(new URL('../../../apps/server/dist/operate.js', import.meta.url));

/** `headwater backup`: everything in one file, beside the running server. */
export function backupCommand(end: End): Command {
  return new Command('backup')
    .description('Write everything into one file, beside the running server; run where the server runs')
    .argument('<file>', 'where to; it must not be there yet')
    .option('--verify', 'restore it elsewhere for trial, and reckon all books again there')
    .option(
      '--without-secret',
      'leave the secret out: then it is to be kept apart, or nothing can be restored',
    )
    .option('--force', 'write over a file that is there')
    .action(async (file: string, options: Record<string, true | undefined>) => {
      end(await operate('backup', file, options));
    });
}

/** `headwater restore`: a backup brought back, into stores that are empty. */
export function restoreCommand(end: End): Command {
  return new Command('restore')
    .description('Bring a backup back, into an empty data directory or empty databases')
    .argument('<file>', 'what headwater backup wrote')
    .option('--dry-run', 'restore it elsewhere for trial, reckon all books again there, and throw it away')
    .action(async (file: string, options: Record<string, true | undefined>) => {
      end(await operate('restore', file, options));
    });
}

/** Runs it with this terminal and these settings; how it ended. */
async function operate(
  act: string,
  file: string,
  options: Record<string, true | undefined>,
): Promise<number> {
  if (!existsSync(program)) {
    throw new Failure(
      `headwater ${act} works where the server is installed: run it in that folder or container, after npm start or npm run build.`,
      exitCodes.refused,
      'no_server_here',
    );
  }
  const flags = Object.keys(options).map(
    (name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
  );
  const child = spawn(process.execPath, [program, act, file, ...flags], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? exitCodes.refused));
  });
}
