// What a shop to look at needs in Headwater: a program, a website and partners. Made once per data directory.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask, call, dataDirectory, Refused } from './management-api.mjs';

const people = [
  { name: 'Anna', code: 'anna', email: 'anna@example.com' },
  { name: 'Ben', code: 'ben', email: 'ben@example.com' },
];

export const prepareDemoProgram = (url, key, shopUrl) =>
  prepareProgram(url, key, shopUrl, { file: 'demo.json', name: 'Ridgeline', people });

/**
 * A shop's program as remembered in a file of the data directory, else newly made. The file holds the program's and the
 * website's token, which the server shows once only. The partners' links follow the shop to its address.
 */
export async function prepareProgram(url, key, shopUrl, shop) {
  const file = join(dataDirectory(), shop.file);
  const known = readKnown(file);
  if (known !== undefined && (await isAlive(url, key, known))) {
    if (known.shopUrl !== shopUrl) await moveLinks(url, key, known, shopUrl);
    return remember(file, { ...known, shopUrl });
  }
  return remember(file, await makeProgram(url, key, shopUrl, shop));
}

function readKnown(file) {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // written halfway: make another
    return undefined;
  }
}

function remember(file, program) {
  writeFileSync(file, `${JSON.stringify(program, null, 2)}\n`, { mode: 0o600 });
  return program;
}

/** Another database behind the same directory knows nothing of it; nor does an archived program earn. */
async function isAlive(url, key, { programId, programToken }) {
  const { status, answer } = await call(url, key, 'GET', `/api/v1/programs/${programId}`);
  if (status !== 200 || answer.data.status === 'archived') return false;
  // 404: the token is good, and there is no payment 0
  return (await call(url, programToken, 'GET', '/api/v1/payments/0/explain')).status === 404;
}

async function makeProgram(url, key, shopUrl, { name, people }) {
  const create = async (path, body) => (await ask(url, key, 'POST', `/api/v1${path}`, body)).data;
  const program = await create('/programs', {
    name,
    domain: 'localhost',
    commission: { type: 'cps_recurring', rate_bps: 2000, duration_months: 12 },
    // visitors whom nobody sent may buy too
    organic_payments: 'record',
  });
  const website = await create('/websites', {
    name,
    domain: 'localhost',
    program_id: program.id,
  });
  const partners = [];
  for (const person of people) {
    const add = (code) =>
      create(`/programs/${program.id}/partners`, { ...person, code, destination_url: `${shopUrl}/` });
    const partner = await add(person.code).catch((error) => {
      // codes are unique in an installation, and an earlier demo of it has this one
      if (!(error instanceof Refused && error.code === 'code_taken')) throw error;
      return add(`${person.code}-${randomBytes(2).toString('hex')}`);
    });
    const [link] = partner.links;
    partners.push({ id: partner.id, name: person.name, code: link.code, linkId: link.id });
  }
  return {
    programId: program.id,
    programToken: program.api_token,
    websiteId: website.website_id,
    websiteToken: website.api_token,
    partners,
    shopUrl,
  };
}

async function moveLinks(url, key, { partners }, shopUrl) {
  for (const { linkId } of partners) {
    await ask(url, key, 'PATCH', `/api/v1/links/${linkId}`, { destination_url: `${shopUrl}/` });
  }
}
