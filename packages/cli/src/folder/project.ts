import { dirname, join } from 'node:path';
import { exitCodes, Failure } from '../failure.ts';
import { readEnvFile } from './env-file.ts';
import { readIfThere } from './read-file.ts';

/** What a folder says it belongs to. Nothing in here is a secret: the file is there to be committed. */
export interface Project {
  url?: string;
  programId?: number;
  websiteId?: string;
}

/** A folder that `headwater init` was run in. */
export interface ProjectFolder {
  path: string;
  project: Project;
  /** The HEADWATER_… of the `.env` beside it. */
  env: Readonly<Record<string, string>>;
}

export const projectFile = '.headwater.json';
export const envFile = '.env';

/** The folder that a command is run in, or the nearest one above that has a `.headwater.json`. */
export function findProject(cwd: string): ProjectFolder | undefined {
  for (let path = cwd; ; path = dirname(path)) {
    const found = readProject(path);
    if (found !== undefined) return found;
    if (path === dirname(path)) return undefined;
  }
}

/** What this very folder says. */
export function readProject(path: string): ProjectFolder | undefined {
  const text = readIfThere(join(path, projectFile));
  if (text === undefined) return undefined;
  return { path, project: parse(text, join(path, projectFile)), env: readEnvFile(join(path, envFile)) };
}

function parse(text: string, file: string): Project {
  try {
    const said = JSON.parse(text) as Record<string, unknown>;
    return {
      ...(typeof said.url === 'string' ? { url: said.url } : {}),
      ...(Number.isInteger(said.program_id) ? { programId: said.program_id as number } : {}),
      ...(typeof said.website_id === 'string' ? { websiteId: said.website_id } : {}),
    };
  } catch {
    throw new Failure(`${file} is no JSON: mend or remove it.`, exitCodes.usage, 'usage');
  }
}
