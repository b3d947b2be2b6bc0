import type { Page } from 'playwright-core';

/** Steps that journeys have in common, taken by the pages as a person would. */

export const password = 'a quiet river in spring';

/** Whoever sends events calls itself a browser: Headwater takes what has no name for the bot it is. */
export const someBrowser =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36';

/** Takes a new server by the link that it printed. */
export async function becomeOwner(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.getByLabel('Your name').fill('Olga Rivers');
  await page.getByLabel('Email').fill('olga@acme.example');
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Create my account' }).click();
}

interface FirstProgram {
  id: number;
  token: string;
  websiteId: string;
  websiteToken: string;
}

/** From the first page of a new owner to the overview of their program. */
export async function createFirstProgram(page: Page, name: string, domain: string): Promise<FirstProgram> {
  await page.getByRole('heading', { name: 'Your first program' }).waitFor();
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Domain').fill(domain);
  await page.getByRole('button', { name: 'Create program' }).click();
  await page.getByText(`${name} is ready`).waitFor();
  const tracker = await page.getByLabel(/^Tracker/).inputValue();
  const [, id, websiteId = ''] = /data-program-id="(\d+)" data-website-id="([^"]+)"/.exec(tracker) ?? [];
  const token = await page.getByLabel(/^Program token/).inputValue();
  const websiteToken = await page.getByLabel(/^Website token/).inputValue();
  await page.getByRole('button', { name: 'To the overview' }).click();
  await page.getByText('Nothing was seen in this period').waitFor();
  return { id: Number(id), token, websiteId, websiteToken };
}

/** Answers the partner's link. */
export async function addPartner(
  page: Page,
  { name, code, email }: { name: string; code: string; email?: string },
): Promise<string> {
  await page.getByRole('link', { name: 'Partners' }).click();
  await page.getByRole('button', { name: 'Add partner' }).click();
  await page.getByLabel('Name').fill(name);
  if (email !== undefined) await page.getByLabel('Email').fill(email);
  await page.getByLabel('Code').fill(code);
  await page.getByRole('dialog').getByRole('button', { name: 'Add partner' }).click();
  const link = await page.getByLabel('Referral link').inputValue();
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('rowheader', { name }).waitFor();
  return link;
}

/** Everything that waits for a person, which comes to what is `due`. */
export async function approveCommissions(page: Page, due: string): Promise<void> {
  await page.getByRole('link', { name: 'Commissions' }).click();
  await page.getByLabel('Choose all that are loaded').check();
  await page.getByRole('button', { name: 'Approve' }).click();
  await page.getByText(`${due} will be due to partners`).waitFor();
  await page.getByLabel('Reason').fill('Known customer');
  await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
  await page.getByText('Nothing waits for you').waitFor();
}

/** Answers the link that lets somebody into the workspace; the form's own role, where none is named. */
export async function inviteMember(page: Page, email: string, role?: string): Promise<string> {
  await page.getByRole('link', { name: 'People' }).click();
  await page.getByRole('button', { name: 'Invite' }).click();
  await page.getByLabel('Email').fill(email);
  if (role !== undefined) await page.getByLabel('Role', { exact: true }).selectOption(role);
  await page.getByRole('dialog').getByRole('button', { name: 'Invite' }).click();
  const link = await page.getByLabel('Invitation link').inputValue();
  await page.getByRole('button', { name: 'Done' }).click();
  return link;
}

export async function joinBy(page: Page, link: string, name: string): Promise<void> {
  await page.goto(link);
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
}

/** What the server answers to calls by who is signed in, whatever the pages show. */
export function statusesOf(
  page: Page,
  calls: readonly (readonly [string, string, object])[],
): Promise<number[]> {
  return page.evaluate(
    (calls) =>
      Promise.all(
        calls.map(async ([method, path, body]) => {
          const headers = { 'content-type': 'application/json' };
          return (await fetch(path, { method, headers, body: JSON.stringify(body) })).status;
        }),
      ),
    calls,
  );
}
