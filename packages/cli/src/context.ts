import { type Api, openApi } from './api.ts';
import { exitCodes, Failure } from './failure.ts';
import { type Output, openOutput } from './output.ts';
import { findProgramNumber, here, type Place, readKey, readToken, readUrl } from './settings.ts';

/** What a command works with. */
export interface Context {
  api: Api;
  out: Output;
  isJson: boolean;
  place: Place;
}

/** For what takes a management key. */
export function openContext(options: { json?: boolean }): Context {
  const place = here();
  return {
    api: openApi({ url: readUrl(place), key: readKey(place) }),
    out: openOutput(process.stdout, process.stderr),
    isJson: options.json === true,
    place,
  };
}

/** For what is about the program of a tracking token. */
export function openTokenApi(): Api {
  const place = here();
  return openApi({ url: readUrl(place), key: readToken(place) });
}

interface ProgramLine {
  id: number;
  name: string;
}

/** The program that is meant: named, the folder's, or the only one there is. Its path in the API. */
export async function programPath(context: Context, named: string | undefined): Promise<string> {
  return `/api/v1/programs/${await programNumber(context, named)}`;
}

export async function programNumber({ api, place }: Context, named: string | undefined): Promise<number> {
  const asked = named ?? findProgramNumber(place);
  if (asked !== undefined) {
    if (!/^\d{1,10}$/.test(asked)) throw new Failure('--program takes a number.', exitCodes.usage, 'usage');
    return Number(asked);
  }
  const { data } = await api.get<{ data: ProgramLine[] }>('/api/v1/programs', { limit: '50' });
  const [only] = data;
  if (only === undefined) {
    throw new Failure('There is no program yet: headwater init makes one.', exitCodes.refused, 'no_program');
  }
  if (data.length > 1) {
    const names = data.map(({ id, name }) => `  --program ${id}   ${name}`).join('\n');
    throw new Failure(
      `There are several programs; say which one:\n${names}`,
      exitCodes.usage,
      'which_program',
    );
  }
  return only.id;
}

interface WebsiteLine {
  website_id: string;
  domain: string;
}

/** The website that is meant: named, the folder's, or the only one there is. */
export async function websiteId({ api, place }: Context, named: string | undefined): Promise<string> {
  const asked = named ?? place.folder?.project.websiteId;
  if (asked !== undefined) return asked;
  const { data } = await api.get<{ data: WebsiteLine[] }>('/api/v1/websites', { limit: '50' });
  const [only] = data;
  if (only === undefined) {
    throw new Failure(
      'There is no website yet: headwater init --website makes one.',
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
