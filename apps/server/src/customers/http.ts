import { LeadAnswer, LeadRequest, TestEventAnswer } from '@headwater/contract';
import Type from 'typebox';
import { type Call, ok, parseClickId, type Route, reader, wholeNumber } from '../platform/index.ts';
import { readAdditionalData, testAnswer } from '../touches/index.ts';
import type { Program } from '../workspaces/index.ts';
import { type LeadDeps, recordLead, recordTestLead } from './record-lead.ts';

const leadReader = reader(LeadRequest);

const provisionalText =
  'Lead recorded as provisional. This program requires server-side (Bearer) lead tracking to settle attribution.';

export function leadRoutes(deps: LeadDeps): Route[] {
  return [
    {
      method: 'POST',
      path: '/api/v1/track/lead',
      tag: 'Tracking',
      summary: 'Record a sign-up',
      access: { kind: 'program_if_sent' },
      errors: 'plain',
      failure: 'Lead tracking failed',
      cors: true,
      body: LeadRequest,
      answers: { 200: Type.Union([LeadAnswer, TestEventAnswer]) },
      refuses: ['customer_not_found'],
      async handle(call) {
        const extra = readAdditionalData(call.body);
        const request = leadReader.read(call.body);
        if (extra.testMode) {
          const program = await findTestProgram(deps, call, extra.data?.program_id);
          const eventId = await recordTestLead(deps, program, request);
          return testAnswer('lead', eventId, program?.id ?? null);
        }
        const isServer = call.principal.kind === 'program';
        const program = await findProgramOfLead(deps, call, request);
        const sender = isServer
          ? ({ kind: 'server' } as const)
          : ({ kind: 'browser', origin: call.origin, address: call.address } as const);
        const recorded = await recordLead(deps, program, request, sender);
        return ok(
          recorded === 'provisional'
            ? { success: true, provisional: true, message: provisionalText }
            : { success: true, message: 'Lead tracked successfully' },
        );
      },
    },
  ];
}

/** The token's program; else the click's; else the one that the browser names for its customer key. */
async function findProgramOfLead(deps: LeadDeps, call: Call, request: LeadRequest): Promise<Program | null> {
  if (call.principal.kind === 'program') return findProgram(deps, call.principal.programId);
  const clicked = request.click_id === undefined ? undefined : parseClickId(request.click_id);
  const byClick = clicked === undefined ? null : await findProgram(deps, clicked.programId);
  return byClick ?? findProgram(deps, request.program_id);
}

function findTestProgram(deps: LeadDeps, call: Call, named: unknown): Promise<Program | null> {
  return findProgram(deps, call.principal.kind === 'program' ? call.principal.programId : named);
}

async function findProgram(deps: LeadDeps, id: unknown): Promise<Program | null> {
  const programId = wholeNumber(id);
  return programId === undefined ? null : ((await deps.directory.findProgram(programId)) ?? null);
}
