import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ACCOUNT = 'postgres';

/** How a program is started so that PostgreSQL agrees to run: it refuses to be root. */
export interface Launch {
  /** Owner of PostgreSQL's files; absent when the server is not root, then they are simply ours. */
  owner?: { uid: number; gid: number };
  /** The command to spawn for a program and its arguments. */
  command(program: string, args: readonly string[]): { file: string; args: string[] };
  /** Options for spawn(). */
  options: { uid?: number; gid?: number };
}

/**
 * Finds a way to run `program` with the right to reach `directory`.
 *
 * An ordinary user runs it directly. Root runs it as the account `postgres`, made if missing. That account cannot pass
 * a directory closed to others, and both the data directory and node_modules are below /root (0700) when somebody
 * tries Headwater as root in their home. Then the program gets, through setpriv(1), the one capability to pass and read
 * such directories. That is less than the root we already are.
 *
 * @throws with what to do, when root has no way
 */
export async function findLaunch(program: string, directory: string): Promise<Launch> {
  if (process.getuid?.() !== 0) return { command: asIs, options: {} };
  const owner = await findOrMakeAccount();
  const plain: Launch = { owner, command: asIs, options: owner };
  if (canReach(plain, program, directory)) return plain;
  // DAC_READ_SEARCH is the smaller right; containers usually hold only DAC_OVERRIDE.
  for (const capability of ['dac_read_search', 'dac_override']) {
    const launch: Launch = { owner, command: withCapability(capability, owner), options: {} };
    if (canReach(launch, program, directory)) return launch;
  }
  throw new Error(
    `PostgreSQL must not run as root, and the account ${ACCOUNT} that it runs as cannot reach ${directory} or ` +
      `${program}: a directory above one of them is closed to other users (below /root, for instance). Move them, ` +
      'set HEADWATER_DATA_DIR to a place such as /var/lib/headwater, open the directory with chmod o+x, install ' +
      'setpriv (util-linux), or run Headwater as an ordinary user.',
  );
}

function asIs(file: string, args: readonly string[]): { file: string; args: string[] } {
  return { file, args: [...args] };
}

function withCapability(capability: string, owner: { uid: number; gid: number }): Launch['command'] {
  return (program, args) => ({
    file: 'setpriv',
    args: [
      `--reuid=${owner.uid}`,
      `--regid=${owner.gid}`,
      '--clear-groups',
      // Without this, access(2), with which PostgreSQL looks for its own programs, ignores capabilities.
      '--securebits=+no_setuid_fixup',
      `--inh-caps=+${capability}`,
      `--ambient-caps=+${capability}`,
      '--',
      program,
      ...args,
    ],
  });
}

/** Tries it, rather than reasoning about modes, groups, access lists and mounts. */
function canReach(launch: Launch, program: string, directory: string): boolean {
  const options = { ...launch.options, cwd: '/', stdio: 'ignore' as const, timeout: 10_000 };
  const version = launch.command(program, ['--version']);
  if (spawnSync(version.file, version.args, options).status !== 0) return false;
  const enter = launch.command('/bin/sh', ['-c', 'cd "$1"', 'sh', directory]);
  return spawnSync(enter.file, enter.args, options).status === 0;
}

async function findOrMakeAccount(): Promise<{ uid: number; gid: number }> {
  const existing = await findAccount();
  if (existing) return existing;
  const attempts: [string, string[]][] = [
    ['useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', ACCOUNT]],
    ['useradd', ['--system', '--gid', ACCOUNT, '--no-create-home', '--shell', '/usr/sbin/nologin', ACCOUNT]],
    ['adduser', ['-S', '-D', '-H', ACCOUNT]],
  ];
  let reason = '';
  for (const [file, args] of attempts) {
    await run(file, args).catch((error: Error) => {
      reason ||= error.message;
    });
    const made = await findAccount();
    if (made) return made;
  }
  throw new Error(
    `PostgreSQL must not run as root, and the account ${ACCOUNT} could not be made for it: ${reason.trim()} ` +
      `Make it yourself (useradd --system ${ACCOUNT}), or run Headwater as an ordinary user.`,
  );
}

async function findAccount(): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', ACCOUNT]), run('id', ['-g', ACCOUNT])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}
