import { type PlanIds, stackIds, stacks } from '@headwater/integration-plan';
import type { Readiness } from '@headwater/sdk/server';
import { z } from 'zod';
import { type Api, NotAskableError } from '../headwater.ts';
import { type Tool, tool } from '../tool.ts';
import { nextStep } from './next-step.ts';

interface Program {
  id: number;
  name: string;
  domain: string;
  website_id?: string | null;
}

interface Standing {
  readiness: Readiness;
  public_url: string;
}

const names = stacks.map(({ id, name, about }) => `${id}: ${name}. ${about}`).join(' ');

const integrationPlan: Tool = tool({
  name: 'integration_plan',
  title: 'How to integrate a site',
  description:
    'The steps and the code to integrate a site, by how it is built, with the program’s own ids in it, and what of it is done already. Tokens are not in the code: it reads them from the environment of your server.',
  effects: { readOnly: true, idempotent: true },
  input: {
    stack: z.enum(stackIds).describe(names),
    program_id: z
      .int()
      .min(1)
      .optional()
      .describe('with HEADWATER_KEY; left out: the one of HEADWATER_TOKEN'),
    website_id: z.string().max(255).optional().describe('web_…; default: the website bound to the program'),
  },
  output: {
    program: z.object({ id: z.int(), name: z.string(), domain: z.string() }),
    website_id: z.string().nullable().describe('null: there is none, so page views are not counted'),
    about: z.string(),
    steps: z.array(z.object({ title: z.string(), why: z.string(), where: z.string(), code: z.string() })),
    environment: z.array(z.object({ name: z.string(), what: z.string() })).describe('for your own server'),
    next_step: z
      .string()
      .nullable()
      .describe('what readiness says is to be done now; null: it was not asked'),
    verify: z.string(),
  },
  async run(api, { stack: wanted, program_id, website_id }) {
    const stack = stacks.find(({ id }) => id === wanted);
    if (stack === undefined) throw new Error('the schema allows known stacks alone');
    const program = await programOf(api, program_id);
    const websiteId = website_id ?? program.website_id ?? undefined;
    const standing = await standingOf(api, program.id);
    const ids: PlanIds = { host: standing.host, programId: program.id, websiteId, domain: program.domain };
    const steps = stack
      .pieces(ids)
      .map(({ title, why, label, code }) => ({ title, why, where: label, code }));
    const data = {
      program: { id: program.id, name: program.name, domain: program.domain },
      website_id: websiteId ?? null,
      about: stack.about,
      steps,
      environment: steps.some(({ code }) => code.includes('HEADWATER_TOKEN'))
        ? [
            {
              name: 'HEADWATER_TOKEN',
              what: 'the program’s tracking token (aff_…); never in the browser or in git',
            },
          ]
        : [],
      next_step: standing.nextStep,
      verify: 'Call readiness until nothing but the proof is missing, then run_verification.',
    };
    const list = steps.map(({ title }, index) => `${index + 1}. ${title}`).join('\n');
    return { says: `${stack.name}, for ${program.name} (program ${program.id}):\n${list}`, data };
  },
});

/** A management key knows the program with its website; a program’s own token knows its name and domain. */
async function programOf(api: Api, id: number | undefined): Promise<Program> {
  if (id !== undefined)
    return (await api.ask<{ data: Program }>('GET', `/api/v1/programs/${id}`, { keys: ['key'] })).data;
  if (api.has('token') || !api.has('key')) {
    const path = '/api/v1/cli/status';
    const { data } = await api.ask<{ data: Omit<Program, 'id'> & { program_id: number } }>('GET', path, {
      keys: ['token'],
    });
    const own = { id: data.program_id, name: data.name, domain: data.domain };
    return api.has('key') ? programOf(api, own.id).catch(() => own) : own;
  }
  const { data } = await api.ask<{ data: Program[] }>('GET', '/api/v1/programs?limit=2', { keys: ['key'] });
  const [only, ...others] = data;
  if (only === undefined || others.length > 0)
    throw new NotAskableError(
      only === undefined
        ? 'There is no program yet: make one (POST /api/v1/programs, or on the dashboard).'
        : 'There are several programs: say which program_id. list_programs tells them.',
    );
  return only;
}

/** How far the program is, and the address that browsers reach the server by, as far as the keys open that. */
async function standingOf(api: Api, programId: number): Promise<{ host: string; nextStep: string | null }> {
  if (api.has('key')) {
    const path = `/api/v1/programs/${programId}/readiness`;
    const asked = await api.ask<{ data: Standing }>('GET', path, { keys: ['key'] }).catch(() => undefined);
    if (asked !== undefined) return { host: asked.data.public_url, nextStep: nextStep(asked.data.readiness) };
  }
  const found = api.has('token') ? await api.sdk.readiness().catch(() => undefined) : undefined;
  return { host: api.url, nextStep: found?.program_id === programId ? nextStep(found) : null };
}

export const planningTools: readonly Tool[] = [integrationPlan];
