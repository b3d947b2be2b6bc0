import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { exitCodes } from '../failure.ts';
import { openOutput } from '../output.ts';
import { getRepository } from '../repository.ts';
import type { End } from './command.ts';

interface Options {
  json?: boolean;
}

/** `headwater serve`, the same as `npm start`: until it is told to stop. */
export function serveCommand(end: End): Command {
  return new Command('serve')
    .description('Run the server, in its repository: the same as npm start')
    .action((options: Options) =>
      become('serve', 'start.mjs', /^Headwater is ready at (\S+)$/, options, end),
    );
}

/** `headwater demo`, the same as `npm run demo`. */
export function demoCommand(end: End): Command {
  return new Command('demo')
    .description('Run a shop to see it with, and a server if none runs; the same as npm run demo')
    .action((options: Options) =>
      become('demo', 'demo.mjs', /^The demo shop is ready at (\S+)$/, options, end),
    );
}

/** Runs a script of the repository until it ends, and ends as it did. In JSON it says where it is, once it is there. */
async function become(
  command: string,
  script: string,
  ready: RegExp,
  { json }: Options,
  end: End,
): Promise<void> {
  const root = getRepository(command);
  const out = openOutput(process.stdout, process.stderr);
  const child = spawn(process.execPath, [`${root}scripts/${script}`], {
    cwd: root,
    stdio: ['inherit', json ? 'pipe' : 'inherit', 'inherit'],
    // As npm does: so that it ends by itself when this process is killed and cannot pass that on.
    env: { ...process.env, npm_lifecycle_event: command },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const url = ready.exec(line)?.[1];
      if (url === undefined) out.aside(line);
      else out.json({ url });
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  if (code !== 0) end(exitCodes.refused);
}
