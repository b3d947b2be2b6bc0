import {
  ClickAnswer,
  ClickRequest,
  CollectAnswer,
  CollectRequest,
  TestEventAnswer,
} from '@headwater/contract';
import Type from 'typebox';
import { ok, type Route, reader, wholeNumber } from '../platform/index.ts';
import { type ClickDeps, recordClick, recordTestClick } from './clicks.ts';
import { type CollectDeps, collect } from './collect.ts';
import { readAdditionalData, testAnswer } from './test-mode.ts';

const clickReader = reader(ClickRequest);

export function touchRoutes(deps: { click: ClickDeps; collect: CollectDeps }): Route[] {
  return [
    {
      method: 'POST',
      path: '/api/v1/track/click',
      tag: 'Tracking',
      summary: 'Record a landing through a partner’s link',
      access: { kind: 'public' },
      errors: 'plain',
      failure: 'Click tracking failed',
      cors: true,
      body: ClickRequest,
      answers: { 200: Type.Union([ClickAnswer, TestEventAnswer]) },
      async handle(call) {
        const extra = readAdditionalData(call.body);
        const request = clickReader.read(call.body);
        if (extra.testMode) {
          const event = await recordTestClick(
            deps.click,
            request,
            wholeNumber(extra.data?.program_id) ?? null,
          );
          return testAnswer('click', event.eventId, event.programId);
        }
        const sender = { address: call.address, userAgent: call.userAgent, origin: call.origin };
        const result = await recordClick(deps.click, request, sender);
        switch (result.outcome) {
          case 'recorded':
            return ok({
              success: true,
              click_id: result.clickId,
              partner_code: result.code,
              cookie_window_days: result.cookieWindowDays,
            });
          case 'link_inactive':
            return ok({ success: false, message: 'Referral link is inactive' });
          case 'bot':
            return ok({ success: false, message: 'Bot traffic ignored' });
        }
      },
    },
    {
      method: 'POST',
      path: '/api/v1/collect',
      tag: 'Visits',
      summary: 'Take page views, custom events and identities',
      access: { kind: 'public' },
      errors: 'plain',
      failure: 'Collect failed',
      cors: true,
      acceptsTextPlain: true,
      body: CollectRequest,
      answers: { 202: CollectAnswer },
      refuses: ['website_not_found'],
      async handle(call) {
        const sender = { address: call.address, userAgent: call.userAgent, origin: call.origin };
        const collected = await collect(deps.collect, call.body, sender);
        const { accepted, rejected, visitor } = collected;
        const ids = visitor === null ? {} : { visitor_id: visitor.visitorId, session_id: visitor.sessionId };
        return { status: 202, body: { accepted, rejected, ...ids } };
      },
    },
  ];
}
