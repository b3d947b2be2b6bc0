// One bash for commands that follow each other, as a person has: variables and background jobs last.
import { spawn } from 'node:child_process';

/**
 * Answers `{ run, close }`. `run(commands, patienceMs)` answers what they wrote to standard output; it rejects when one fails, with
 * which the session is over, or when they take too long. `close` ends the shell and whatever it left in the background.
 */
export function openShell({ cwd, env }) {
  // A group of its own, so that all of it can be ended and nothing else.
  const shell = spawn('bash', ['-euo', 'pipefail'], { cwd, env, detached: true, stdio: 'pipe' });
  const said = { out: '', err: '' };
  let hear = () => {};
  shell.stdout.on('data', (chunk) => {
    said.out += chunk;
    hear();
  });
  shell.stderr.on('data', (chunk) => {
    said.err += chunk;
  });
  shell.stdin.on('error', () => {});
  const ended = new Promise((resolve) => shell.once('exit', resolve));

  return {
    async run(commands, patienceMs = 60_000) {
      said.out = '';
      said.err = '';
      const mark = `__done_${Math.random().toString(36).slice(2)}__`;
      const isDone = new Promise((resolve) => {
        hear = () => said.out.includes(mark) && resolve('done');
      });
      let timer;
      const isLate = new Promise((resolve) => {
        timer = setTimeout(resolve, patienceMs, 'late');
      });
      shell.stdin.write(`${commands}\necho ${mark}\n`);
      const how = await Promise.race([isDone, ended.then(() => 'failed'), isLate]);
      clearTimeout(timer);
      const out = said.out.replace(new RegExp(`${mark}\\n?`), '');
      if (how === 'done') return out;
      const what = how === 'late' ? `took longer than ${Math.round(patienceMs / 1000)} s` : 'failed';
      throw new Error(`one of the commands ${what}\n${`${out}${said.err}`.trim()}`);
    },
    async close() {
      try {
        process.kill(-shell.pid, 'SIGTERM');
      } catch {
        // nothing was left
      }
      await ended;
    },
  };
}
