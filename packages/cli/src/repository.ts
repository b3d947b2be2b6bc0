import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitCodes, Failure } from './failure.ts';

/** The checkout of Headwater's repository that this command is part of. Installed from its own package it is part of none. */
export function getRepository(command: string): string {
  // packages/cli, from the source as from what is built.
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  if (isRepository(root)) return root;
  throw new Failure(
    [
      `headwater ${command} needs the server, which is not part of this package.`,
      `It runs from a checkout of Headwater’s repository: npm ci && ${command === 'serve' ? 'npm start' : `npm run ${command}`}.`,
      'Against a server that runs elsewhere every other command works: set HEADWATER_URL.',
    ].join('\n  '),
    exitCodes.refused,
    'no_server_here',
  );
}

function isRepository(root: string): boolean {
  if (!existsSync(join(root, 'scripts/start.mjs'))) return false;
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).name === 'headwater';
}
