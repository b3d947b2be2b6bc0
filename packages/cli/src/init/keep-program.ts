import type { WebsiteRecord } from '@headwater/contract';
import { envFile } from '../folder/project.ts';
import { ignoreEnv, isEnvTracked, type WrittenFile, writeEnv, writeProject } from '../folder/write-folder.ts';
import type { MadeProgram } from '../make-program.ts';
import { type InitRun, requireKey } from './run.ts';

/** What `headwater init` answers with. */
export interface Initialized {
  /** Whether the program was made now, or was there. */
  created: boolean;
  url: string;
  program: { id: number; name: string; domain: string };
  website_id: string | null;
  files: WrittenFile[];
  warnings: string[];
}

interface Wanted {
  created: boolean;
  websiteId: string | undefined;
  wantsWebsite: boolean;
}

/** Writes down what was made as soon as it is: tokens are shown once. */
export async function keepProgram(run: InitRun, program: MadeProgram, wanted: Wanted): Promise<Initialized> {
  const { folder, url } = run;
  const { id, name, domain, token } = program;
  let { websiteId } = wanted;
  const files = new Map<string, WrittenFile>();
  const note = (file: WrittenFile) => {
    // Written twice in one run it was still written once.
    if (files.get(file.path)?.did !== 'written' && file.did !== 'kept') files.set(file.path, file);
    else if (!files.has(file.path)) files.set(file.path, file);
  };
  const keep = () =>
    note(writeProject(folder, { url, programId: id, ...(websiteId === undefined ? {} : { websiteId }) }));
  keep();
  note(writeEnv(folder, { HEADWATER_URL: url, HEADWATER_TOKEN: token }, ['HEADWATER_TOKEN']));
  note(ignoreEnv(folder));
  if (wanted.wantsWebsite && websiteId === undefined) {
    const site = await makeWebsite(run, program);
    websiteId = site.website_id;
    keep();
    const secret = { HEADWATER_WEBSITE_TOKEN: site.api_token ?? '' };
    note(writeEnv(folder, secret, ['HEADWATER_WEBSITE_TOKEN']));
  }
  return {
    ...{ created: wanted.created, url, program: { id, name, domain }, website_id: websiteId ?? null },
    files: [...files.values()],
    warnings: isEnvTracked(folder)
      ? [`${envFile} is in git: git rm --cached ${envFile}, and replace the token where it was pushed.`]
      : [],
  };
}

async function makeWebsite({ authority }: InitRun, { id, domain }: MadeProgram): Promise<WebsiteRecord> {
  const found = await authority();
  requireKey(found, 'A website is made');
  const body = { domain, program_id: id };
  const { data } = await found.api.post<{ data: WebsiteRecord }>('/api/v1/websites', body);
  return data;
}
