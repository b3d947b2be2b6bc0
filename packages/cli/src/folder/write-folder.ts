import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withNames } from './env-file.ts';
import { envFile, type Project, projectFile } from './project.ts';
import { readIfThere } from './read-file.ts';

/** What became of a file, for whoever has to know what is new in their folder. */
export interface WrittenFile {
  path: string;
  did: 'written' | 'extended' | 'kept';
}

/** `.headwater.json`, to be committed. */
export function writeProject(folder: string, { url, programId, websiteId }: Project): WrittenFile {
  const file = join(folder, projectFile);
  const said = { url, program_id: programId, website_id: websiteId };
  const text = `${JSON.stringify(said, null, 2)}\n`;
  const before = readIfThere(file);
  if (before === text) return { path: projectFile, did: 'kept' };
  writeFileSync(file, text);
  return { path: projectFile, did: before === undefined ? 'written' : 'extended' };
}

/** `.env` with the tokens; other lines stay. Made so that nobody else on this machine can read it. */
export function writeEnv(
  folder: string,
  wanted: Readonly<Record<string, string>>,
  replaced: readonly string[] = [],
): WrittenFile {
  const file = join(folder, envFile);
  const before = readIfThere(file);
  const text = withNames(before ?? '', wanted, replaced);
  if (text === before) return { path: envFile, did: 'kept' };
  writeFileSync(file, text, { mode: 0o600 });
  return { path: envFile, did: before === undefined ? 'written' : 'extended' };
}

/** `.gitignore` names `.env`, unless git leaves it out already. */
export function ignoreEnv(folder: string): WrittenFile {
  const path = '.gitignore';
  const before = readIfThere(join(folder, path));
  if (isIgnored(folder, before ?? '')) return { path, did: 'kept' };
  const gap = before === undefined || before === '' || before.endsWith('\n') ? '' : '\n';
  writeFileSync(join(folder, path), `${before ?? ''}${gap}${envFile}\n`);
  return { path, did: before === undefined ? 'written' : 'extended' };
}

/** Asked of git, which knows of files further up and of the person's own; else by what the file says. */
function isIgnored(folder: string, gitignore: string): boolean {
  const said = git(folder, 'check-ignore', '-q', '--no-index', envFile);
  if (said === 0 || said === 1) return said === 0;
  const lines = gitignore.split(/\r?\n/).map((line) => line.trim());
  return lines.some((line) => ['.env', '/.env', '.env*', '/.env*', '*.env'].includes(line));
}

/** Already in git, where no `.gitignore` takes it out again. */
export function isEnvTracked(folder: string): boolean {
  return git(folder, 'ls-files', '--error-unmatch', envFile) === 0;
}

/** The exit code of git; null without git, 128 outside of a repository. */
function git(folder: string, ...args: string[]): number | null {
  return spawnSync('git', args, { cwd: folder, stdio: 'ignore' }).status;
}
