import type { ChainVerdict } from '@headwater/contract';
import { Command } from 'commander';
import { openTokenApi } from '../context.ts';
import { exitCodes } from '../failure.ts';
import { openOutput } from '../output.ts';
import type { End } from './command.ts';

interface Chain {
  short_code: string;
  verdict: { click: ChainVerdict; lead: ChainVerdict; sale: ChainVerdict };
  attributed: boolean;
}

/** `headwater test click|lead|sale|chain`: events that nothing counts, by the production code. Exit code 5: not attributed. */
export function testCommands(end: End): Command[] {
  const command = (name: string, description: string) => new Command(name).description(description);
  const singles = (['click', 'lead', 'sale'] as const).map((kind) =>
    command(kind, `Send one test ${kind}`).action(async (options: { json?: boolean }) => {
      const out = openOutput(process.stdout, process.stderr);
      const api = openTokenApi();
      const { data } = await api.post<{ data: { event_id: string; message: string } }>(
        '/api/v1/cli/test-event',
        { event_type: kind },
      );
      if (options.json) out.json(data);
      else out.line(`${out.color.green('✓')} ${data.message} (${data.event_id})`);
    }),
  );
  const chain = command(
    'chain',
    'Send a click, a lead and a sale, and see whether the sale is attributed',
  ).action(async (options: { json?: boolean }) => {
    const out = openOutput(process.stdout, process.stderr);
    const api = openTokenApi();
    const { data } = await api.post<{ data: Chain }>('/api/v1/cli/test-event', { type: 'chain' });
    if (options.json) out.json(data);
    else
      for (const [step, verdict] of Object.entries(data.verdict)) {
        const mark = verdict === 'attributed' ? out.color.green('✓') : out.color.red('✗');
        out.line(`${mark} ${step.padEnd(6)} ${verdict.replaceAll('_', ' ')}`);
      }
    if (!data.attributed) end(exitCodes.found);
  });
  return [...singles, chain];
}
