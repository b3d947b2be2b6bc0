import { dayMs, eventLine, newEventId, type Sql, type Transaction } from '../platform/index.ts';
import type { Program } from '../workspaces/index.ts';
import type { NewClick } from './arrival.ts';
import { describeTouch } from './context.ts';
import { type Landing, noGeo, readDevice } from './enrichment/index.ts';
import * as queries from './queries.ts';

/** A landing that another system saw. */
export interface PastClick {
  clickId: string;
  clickedAt: Date;
  linkId: number | null;
  partnerId: number;
  visitor: string;
  landing: Landing | null;
  referrer: string | null;
  userAgent: string | null;
  country: string | null;
}

/**
 * Stores clicks of the past, and tells of them as of then. That no one comes twice is the caller's affair. They are evidence
 * for payments like any other click, count on their links, and earn nothing by themselves: what was due per click was paid
 * where they come from.
 */
export async function recordPastClicks(
  trx: Transaction,
  program: Program,
  clicks: readonly PastClick[],
): Promise<void> {
  if (clicks.length === 0) return;
  await queries.insertArrivals(
    trx,
    clicks.map((click) => {
      const { device, browser, os } = readDevice(click.userAgent);
      const context = JSON.stringify(
        describeTouch(
          noGeo,
          {
            landing: click.landing,
            referrer: click.referrer,
            isAffiliate: true,
            ownHosts: [program.domain],
            address: '',
            userAgent: click.userAgent,
            language: undefined,
            screen: undefined,
          },
          {
            country: click.country ?? undefined,
            region: undefined,
            city: undefined,
            device: click.userAgent === null ? undefined : device,
            browser: browser ?? undefined,
            os: os ?? undefined,
          },
        ),
      );
      const stored: NewClick = {
        workspaceId: program.workspaceId,
        programId: program.id,
        clickId: click.clickId,
        clickedAt: click.clickedAt,
        linkId: click.linkId,
        partnerId: click.partnerId,
        visitor: click.visitor,
        existingClickId: null,
        existingDay: null,
        webVisitor: null,
        webSession: null,
        isTest: false,
        context,
      };
      const event = {
        workspace_id: program.workspaceId,
        program_id: program.id,
        event_id: newEventId(),
        type: 'click' as const,
        occurred_at: click.clickedAt,
        partner_id: click.partnerId,
        link_id: click.linkId ?? undefined,
        click_id: click.clickId,
        is_test: 0 as const,
      };
      return { click: stored, visit: null, lines: [eventLine(event, context)] };
    }),
  );
}

/** Months that are known to have their partition; a process makes sure of each once. */
const monthsReady = new WeakMap<Sql, Set<string>>();

/**
 * Makes the monthly partitions that these clicks belong into. Without, they would lie in the default one, which is read
 * whole whenever a new month begins.
 */
export async function preparePastClicks(sql: Sql, times: readonly Date[]): Promise<void> {
  const ready = monthsReady.get(sql) ?? new Set<string>();
  monthsReady.set(sql, ready);
  for (const at of times) {
    const month = at.toISOString().slice(0, 7);
    if (ready.has(month)) continue;
    const first = new Date(`${month}-01T00:00:00Z`);
    await queries.ensureClickPartitions(sql, first, new Date(first.getTime() + dayMs));
    ready.add(month);
  }
}
