import type { CliStatus, TokenRecord } from '@headwater/contract';
import { openApi } from '../api.ts';
import { exitCodes, Failure } from '../failure.ts';
import { readEnvFile } from '../folder/env-file.ts';
import { envFile } from '../folder/project.ts';
import type { MadeProgram } from '../make-program.ts';
import { findToken } from '../settings.ts';
import { askForToken } from './ask.ts';
import { type InitRun, requireKey } from './run.ts';

/** A program that is there. Its token was shown once: it is told, or replaced, and must be the program's. */
export async function takeProgram(run: InitRun, id: number): Promise<MadeProgram> {
  const token = run.options.newToken ? await replaceToken(run, id) : await findTold(run, id);
  const { data } = await openApi({ url: run.url, key: token }).get<{ data: CliStatus }>(
    '/api/v1/cli/status',
    { program_id: String(id) },
  );
  return { id, name: data.name, domain: data.domain, token };
}

async function findTold(run: InitRun, id: number): Promise<string> {
  const told = findToken(run.place) ?? readEnvFile(`${run.folder}/${envFile}`).HEADWATER_TOKEN;
  if (told !== undefined) return told;
  if (run.terminal !== undefined) return (await askForToken(run.terminal)) ?? (await replaceToken(run, id));
  throw new Failure(
    `The token of program ${id} is not in ${envFile}, and was shown once: tell it as HEADWATER_TOKEN=aff_…, or replace it with --new-token.`,
    exitCodes.unauthorized,
    'no_token',
  );
}

async function replaceToken({ authority }: InitRun, id: number): Promise<string> {
  const found = await authority();
  requireKey(found, 'A token is replaced');
  const path = `/api/v1/programs/${id}/regenerate-token`;
  const { data } = await found.api.post<{ data: TokenRecord }>(path);
  return data.api_token;
}
