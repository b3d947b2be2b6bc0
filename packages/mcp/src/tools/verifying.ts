import type { TestChain } from '@headwater/contract';
import type { Readiness } from '@headwater/sdk/server';
import { z } from 'zod';
import { type Api, NotAskableError } from '../headwater.ts';
import { type Tool, tool } from '../tool.ts';
import { nextStep } from './next-step.ts';

const gate = z.looseObject({ status: z.enum(['pass', 'fail', 'unknown']) });

const readiness: Tool = tool({
  name: 'readiness',
  title: 'How far an integration is',
  description:
    'Which gates of a program’s integration pass, what has arrived in the last 24 hours, and what to do next. Ask it before and after every step.',
  effects: { readOnly: true, idempotent: true },
  input: {
    recheck: z
      .boolean()
      .optional()
      .describe('true: look for the tracker on the home page anew; once a minute'),
  },
  output: {
    program_id: z.int(),
    state: z.string().describe('draft, configuring, ready, integration_verified or live_verified'),
    integration_verified: z.boolean(),
    blocker: z.string().nullable().describe('the first gate that fails'),
    gates: z.looseObject({ profile: gate, economics: gate, payout: gate, tracking: gate, live: gate }),
    next_step: z.string().describe('what to do now'),
  },
  async run(api, { recheck = false }) {
    api.need('token');
    const found = await api.sdk.readiness({ recheck });
    return { says: saysOf(found), data: { ...found, next_step: nextStep(found) } };
  },
});

const saysOf = (found: Readiness) => `Program ${found.program_id} is ${found.state}. ${nextStep(found)}`;

const verdicts = z.object({ click: z.string(), lead: z.string(), sale: z.string() });

interface Verified {
  attributed: boolean;
  verdict: TestChain['verdict'];
  customer_key: string;
  payment_id?: number | null;
  steps?: TestChain['steps'];
}

const runVerification: Tool = tool({
  name: 'run_verification',
  title: 'Verify the integration',
  description:
    'The proof: sends a made-up click, sign-up and payment through the production code and keeps them as tests; no customer, commission or figure changes. At most ten an hour for a program. With a management key and program_id the answer tells every step.',
  effects: { readOnly: false, idempotent: false },
  input: {
    program_id: z
      .int()
      .min(1)
      .optional()
      .describe('with HEADWATER_KEY: which program. Left out: the one of HEADWATER_TOKEN'),
  },
  output: {
    attributed: z.boolean().describe('true: the payment found its partner'),
    verdict: verdicts,
    customer_key: z.string(),
    payment_id: z.int().nullable().optional().describe('the test payment, for explain_payment'),
    steps: z.array(z.looseObject({ name: z.string(), verdict: z.string(), text: z.string() })).optional(),
  },
  async run(api, { program_id }) {
    const { attributed, verdict, customer_key, payment_id, steps } = await verify(api, program_id);
    const says = attributed
      ? 'Verified: the made-up payment found its partner.'
      : 'Not verified: the made-up payment found no partner. The verdicts say at which step.';
    const more = steps === undefined ? {} : { steps, payment_id: payment_id ?? null };
    return { says, data: { attributed, verdict, customer_key, ...more } };
  },
});

async function verify(api: Api, programId: number | undefined): Promise<Verified> {
  if (programId !== undefined) {
    const path = `/api/v1/programs/${programId}/test-chains`;
    return (await api.ask<{ data: Verified }>('POST', path, { keys: ['key'] })).data;
  }
  if (!api.has('token') && api.has('key'))
    throw new NotAskableError(
      'Say which program_id to verify (list_programs tells them), or set HEADWATER_TOKEN.',
    );
  const body = { type: 'chain' };
  return (await api.ask<{ data: Verified }>('POST', '/api/v1/cli/test-event', { keys: ['token'], body }))
    .data;
}

export const verifyingTools: readonly Tool[] = [readiness, runVerification];
