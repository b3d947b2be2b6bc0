import type { CliProgram, ProgramRecord } from '@headwater/contract';
import type { Authority } from './authority.ts';

/** A program in a list, as much as both a key and a person's login are told. */
export interface ProgramLine {
  id: number;
  name: string;
  domain: string;
  status: string;
  created_at: string;
}

export interface Programs {
  data: ProgramLine[];
  next_cursor: string | null;
}

/** Newest first. A login is told of all at once. */
export async function listPrograms(
  { kind, api }: Authority,
  page: { limit?: string | undefined; cursor?: string | undefined } = {},
): Promise<Programs> {
  const { data, next_cursor: next } =
    kind === 'key'
      ? await api.get<{ data: ProgramRecord[]; next_cursor: string | null }>('/api/v1/programs', page)
      : { ...(await api.get<{ data: CliProgram[] }>('/api/v1/cli/programs')), next_cursor: null };
  const lines = data.map(({ id, name, domain, status, created_at }) => ({
    id,
    name,
    domain,
    status,
    created_at,
  }));
  return { data: lines, next_cursor: next };
}
