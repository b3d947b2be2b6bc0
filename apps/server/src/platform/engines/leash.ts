import { spawn } from 'node:child_process';
import { childEnvironment } from './child-environment.ts';

// $0 is the process to end. The shell waits in `read` until we close the pipe, which the kernel does for us however we
// die; then: SIGINT (to PostgreSQL a fast shutdown: clients are cut off, everything is written), after three seconds
// SIGQUIT (an immediate one: the next start recovers from the log), at last SIGKILL.
const SCRIPT = `
read -r _
kill -INT "$0" 2>/dev/null || exit 0
for signal in QUIT KILL; do
  for _ in 1 2 3 4 5 6; do kill -0 "$0" 2>/dev/null || exit 0; sleep 0.5; done
  kill -$signal "$0" 2>/dev/null
done
`;

/**
 * Ties the life of `pid` to ours: when this process is gone, for whatever reason, even kill -9, `pid` is shut down.
 * The watcher is a shell in a session of its own, so that Ctrl-C in the terminal does not reach it.
 *
 * @returns the act of letting go, after which `pid` is nobody's business here
 */
export function leash(pid: number, owner: { uid?: number; gid?: number }): () => void {
  const watcher = spawn('/bin/sh', ['-c', SCRIPT, String(pid)], {
    ...owner,
    cwd: '/',
    env: childEnvironment(),
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  // Without a shell the process is merely not tied to us; the next start finds and stops it.
  watcher.on('error', () => undefined);
  watcher.stdin.on('error', () => undefined);
  watcher.unref();
  return () => {
    watcher.kill('SIGKILL');
    watcher.stdin.destroy();
  };
}
