import { expect } from 'vitest';
import type { LoadTarget } from './load.ts';

/** A program, a website bound to it, and a partner with a link. */
export async function setUpShop(
  url: string,
  key: string,
): Promise<Pick<LoadTarget, 'token' | 'websiteId' | 'code'> & { programId: number }> {
  const create = async (path: string, body: unknown) => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(201);
    return ((await response.json()) as { data: Record<string, string> }).data;
  };
  const website = await create('/websites', { domain: 'shop.example' });
  const program = await create('/programs', {
    ...{ name: 'Crash', domain: 'shop.example', website_id: website.website_id, fee_bps: 350 },
    commission: { type: 'cps_lifetime', rate_bps: 2000 },
  });
  await create(`/programs/${program.id}/partners`, { name: 'Anna', code: 'anna' });
  return {
    programId: Number(program.id),
    token: program.api_token as string,
    websiteId: website.website_id as string,
    code: 'anna',
  };
}
