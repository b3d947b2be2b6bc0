import type { DemoAnswer } from '@headwater/contract';
import { Command } from 'commander';
import { openContext } from '../context.ts';
import { exitCodes, Failure } from '../failure.ts';
import { showProgress } from '../progress.ts';

interface Options {
  events: string;
  seed: string;
  json?: boolean;
}

const partners = [
  'Anna',
  'Berta',
  'Carlos',
  'Dilek',
  'Emil',
  'Farah',
  'Goran',
  'Hanna',
  'Ivo',
  'June',
  'Kofi',
  'Lena',
];
/** So many events a request: each takes a few seconds at most, and the bar moves. */
const eventsPerPart = 1_000_000;
const daysOfYear = 365;

/** `headwater demo-data`: a shop with a year behind it, in which reports have something to tell. */
export function demoDataCommand(): Command {
  return new Command('demo-data')
    .description('Make a demo shop with a believable year of events, the same for the same seed')
    .requiredOption('--events <number>', 'about so many, such as 10_000_000')
    .option('--seed <number>', 'another seed, another year', '1')
    .action(async (options: Options) => {
      const [events, seed] = [wholeNumber('--events', options.events), wholeNumber('--seed', options.seed)];
      const { api, out, isJson } = openContext(options);
      const { data: website } = await api.post<{ data: { website_id: string } }>('/api/v1/websites', {
        domain: 'demo.example',
        name: `Demo shop ${seed}`,
      });
      const { data: program } = await api.post<{ data: { id: number } }>('/api/v1/programs', {
        name: `Demo shop ${seed}`,
        domain: 'demo.example',
        website_id: website.website_id,
        commission: { type: 'cps_recurring', rate_bps: 2000, duration_months: 24 },
      });
      const partnerIds: number[] = [];
      for (const name of partners) {
        const path = `/api/v1/programs/${program.id}/partners`;
        const { data } = await api.post<{ data: { id: number } }>(path, { name });
        partnerIds.push(data.id);
      }
      const parts = Math.min(daysOfYear, Math.max(1, Math.ceil(events / eventsPerPart)));
      const progress = showProgress(process.stderr);
      const startedAt = performance.now();
      let made = 0;
      for (let part = 0; part < parts; part += 1) {
        const order = { events, seed, part, parts, partner_ids: partnerIds };
        const path = `/api/v1/websites/${website.website_id}/demo-events`;
        const { data } = await api.post<{ data: DemoAnswer }>(path, order);
        made += data.events;
        progress.show((part + 1) / parts, `${made.toLocaleString('en')} events`);
      }
      progress.end();
      const seconds = (performance.now() - startedAt) / 1000;
      const rate = Math.round(made / seconds);
      const told = { program_id: program.id, website_id: website.website_id, events: made };
      if (isJson) out.json({ ...told, seconds, events_per_second: rate });
      else {
        out.line(
          `${out.color.green('✓')} ${made.toLocaleString('en')} events in ${seconds.toFixed(1)} s (${rate.toLocaleString('en')}/s): program ${program.id}, website ${website.website_id}.`,
        );
        out.line('They are for reports only: these payments are in no books.');
      }
    });
}

function wholeNumber(name: string, text: string): number {
  const digits = text.replaceAll('_', '');
  if (!/^\d{1,10}$/.test(digits))
    throw new Failure(`${name} takes a whole number.`, exitCodes.usage, 'usage');
  return Number(digits);
}
