import type { Health, Integration, ProgramRecord, WebhookRecord, WebsiteRecord } from '@headwater/contract';
import { Command } from 'commander';
import { type Api, openApi } from '../api.ts';
import { type Check, checkOf } from '../doctor/check.ts';
import { checkNode, checkOwnDisk, checkSecret } from '../doctor/machine.ts';
import * as network from '../doctor/network.ts';
import { checkHealth, checkReady } from '../doctor/server.ts';
import { exitCodes, Failure } from '../failure.ts';
import { type Output, openOutput, table } from '../output.ts';
import { findKey, findProgramNumber, here, type Place, readUrl } from '../settings.ts';
import type { End } from './command.ts';

/** Of more programs than these it looks at the newest. */
const mostPrograms = '5';

/** `headwater doctor`: what could be wrong, looked at one by one. Exit code 5: something is; 3: no server answers. */
export function doctorCommand(end: End): Command {
  return new Command('doctor')
    .description(
      'Look for what is wrong: server, engines, disk, clocks, addresses, tracker, webhooks; and say what to do',
    )
    .action(async (options: { json?: boolean }) => {
      const out = openOutput(process.stdout, process.stderr);
      const place = here();
      const checks: Check[] = [];
      const tell = (...found: (Check | undefined)[]) => {
        for (const check of found) if (check !== undefined) checks.push(check);
      };
      tell(checkNode('node', process.version), checkSecret(place.env), await checkOwnDisk(place.env));
      const { check, isHeadwater } = await checkReady(readUrl(place));
      tell(check);
      if (isHeadwater) tell(...(await checkAll(place)));
      const isWell = checks.every(({ status }) => status !== 'fail');
      if (options.json) out.json({ ok: isWell, checks });
      else show(out, checks);
      if (!isWell) end(isHeadwater ? exitCodes.found : exitCodes.unreachable);
    });
}

/** What takes a key: the server's own word, and by it the addresses that are to be reached. */
async function checkAll(place: Place): Promise<Check[]> {
  const own = checkOf('key');
  const key = findKey(place);
  if (key === undefined)
    return [
      own.fail(
        'there is no management key',
        'Set HEADWATER_KEY=affk_…: without it no more can be looked at.',
      ),
    ];
  const api = openApi({ url: readUrl(place), key });
  // Where it may not ask for the server's health it takes the address that it was told.
  let publicUrl = readUrl(place);
  const looks: (() => Promise<Check[]>)[] = [
    async () => {
      const askedAt = Date.now();
      const { data: health } = await api.get<{ data: Health }>('/api/v1/health');
      publicUrl = health.server.public_url;
      return [own.ok('opens the server'), ...checkHealth(health, askedAt, Date.now())];
    },
    async () => [await network.checkPublicUrl(publicUrl), await network.checkTracker(publicUrl)],
    () => checkPrograms(api, place, publicUrl),
    () => checkReceivers(api),
  ];
  const checks: Check[] = [];
  for (const look of looks) {
    try {
      checks.push(...(await look()));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      // One key, one fault: said once.
      if (checks.some(({ text }) => text === error.message)) continue;
      checks.push(
        own.fail(
          error.message,
          'A key with all scopes sees everything: the dashboard makes one, in its settings.',
        ),
      );
    }
  }
  return checks;
}

async function checkPrograms(api: Api, place: Place, publicUrl: string): Promise<Check[]> {
  const named = findProgramNumber(place);
  const programs =
    named === undefined
      ? (await api.get<{ data: ProgramRecord[] }>('/api/v1/programs', { limit: mostPrograms })).data
      : [(await api.get<{ data: ProgramRecord }>(`/api/v1/programs/${named}`)).data];
  const [first] = programs;
  if (first === undefined)
    return [checkOf('program').warning('there is none yet', 'headwater init makes one.')];
  const { data: websites } = await api.get<{ data: WebsiteRecord[] }>('/api/v1/websites', { limit: '20' });
  const own = websites.filter(({ program_id: id }) => programs.some((program) => program.id === id));
  const domains = [...new Set([...programs, ...own].map(({ domain }) => domain))];
  const checks = await Promise.all(domains.map(network.checkDomain));
  checks.push(await network.checkStripeDelivery(publicUrl, first.id));
  for (const { id } of programs) {
    const { data } = await api.get<{ data: Integration }>(`/api/v1/programs/${id}/readiness`);
    const check = network.checkTracking(data);
    checks.push({ ...check, name: `tracking of program ${id}` });
  }
  return checks;
}

async function checkReceivers(api: Api): Promise<Check[]> {
  const { data } = await api.get<{ data: WebhookRecord[] }>('/api/v1/webhook-endpoints', { limit: '20' });
  return Promise.all(data.filter(({ status }) => status === 'enabled').map(network.checkReceiver));
}

function show(out: Output, checks: readonly Check[]): void {
  const { color } = out;
  const marks = {
    ok: color.green('✓'),
    warning: color.yellow('!'),
    fail: color.red('✗'),
    skipped: color.dim('–'),
  };
  const lines = table(checks.map(({ name, status, text }) => [`${marks[status]} ${name}`, text]));
  for (const [index, line] of lines.entries()) {
    out.line(line);
    const { advice } = checks[index] as Check;
    if (advice !== null) out.line(`    → ${advice}`);
  }
  const count = (status: Check['status']) => checks.filter((check) => check.status === status).length;
  const [wrong, odd] = [count('fail'), count('warning')];
  const all = odd === 0 ? 'All is well.' : `Nothing is wrong; ${odd} to look at.`;
  out.line(`\n${wrong === 0 ? `${marks.ok} ${all}` : `${marks.fail} ${wrong} wrong, ${odd} to look at.`}`);
}
