import { type Api, openApi } from './api.ts';
import { exitCodes, Failure } from './failure.ts';
import { type Output, openOutput } from './output.ts';
import { readSettings } from './settings.ts';

/** What a command works with. */
export interface Context {
  api: Api;
  out: Output;
  isJson: boolean;
}

export function openContext(options: { json?: boolean }): Context {
  return {
    api: openApi(readSettings()),
    out: openOutput(process.stdout, process.stderr),
    isJson: options.json === true,
  };
}

interface ProgramLine {
  id: number;
  name: string;
}

/** The program that is meant: named, or the only one there is. Its path in the API. */
export async function programPath({ api }: Context, named: string | undefined): Promise<string> {
  const asked = named ?? (process.env.HEADWATER_PROGRAM?.trim() || undefined);
  if (asked !== undefined) {
    if (!/^\d{1,10}$/.test(asked)) throw new Failure('--program takes a number.', exitCodes.usage, 'usage');
    return `/api/v1/programs/${asked}`;
  }
  const { data } = await api.get<{ data: ProgramLine[] }>('/api/v1/programs', { limit: '50' });
  const [only] = data;
  if (only === undefined) {
    throw new Failure(
      'There is no program yet: create one first (see README).',
      exitCodes.refused,
      'no_program',
    );
  }
  if (data.length > 1) {
    const names = data.map(({ id, name }) => `  --program ${id}   ${name}`).join('\n');
    throw new Failure(
      `There are several programs; say which one:\n${names}`,
      exitCodes.usage,
      'which_program',
    );
  }
  return `/api/v1/programs/${only.id}`;
}

interface WebsiteLine {
  website_id: string;
  domain: string;
}

/** The website that is meant: named, or the only one there is. */
export async function websiteId({ api }: Context, named: string | undefined): Promise<string> {
  if (named !== undefined) return named;
  const { data } = await api.get<{ data: WebsiteLine[] }>('/api/v1/websites', { limit: '50' });
  const [only] = data;
  if (only === undefined) {
    throw new Failure(
      'There is no website yet: create one first (see README).',
      exitCodes.refused,
      'no_website',
    );
  }
  if (data.length > 1) {
    const names = data.map((one) => `  --website ${one.website_id}   ${one.domain}`).join('\n');
    throw new Failure(
      `There are several websites; say which one:\n${names}`,
      exitCodes.usage,
      'which_website',
    );
  }
  return only.website_id;
}
