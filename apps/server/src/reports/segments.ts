import type { ReportMetric, SegmentItem } from '@headwater/contract';
import { AppError, type Clock, type ManagementPrincipal, type Postgres } from '../platform/index.ts';
import { actorName, type Directory, recordAct } from '../workspaces/index.ts';
import { isOwn } from './own-subject.ts';
import * as queries from './queries.ts';
import { planOf } from './query/plan.ts';
import type { Owner } from './query/question.ts';
import { readFilters } from './query/read-question.ts';

interface SegmentDeps {
  postgres: Postgres;
  directory: Directory;
  clock: Clock;
}

/** Keeps filters under a name, unique for its program or website whatever its case. */
export function addSegment(
  deps: SegmentDeps,
  actor: ManagementPrincipal,
  owner: Owner,
  told: { name: string; filters: unknown },
): Promise<SegmentItem> {
  const filters = readFilters(told.filters);
  // What no visit, page view, payment or goal can be asked by is refused now rather than in every report.
  const metrics = ['visits', 'pageviews', 'payments', 'conversions'] as const;
  if (!metrics.some((metric) => canBeAsked(metric, filters)))
    planOf({ metrics: ['visits'], dimensions: [], filters });
  const name = told.name.trim();
  return deps.postgres.transaction(async (trx) => {
    const now = deps.clock.now();
    const segment = await queries.insertSegment(trx, owner, { name, filters, now });
    if (segment === undefined) throw new AppError('conflict', 'There is a segment of this name');
    await recordAct(
      trx,
      { workspaceId: owner.workspaceId, name: actorName(actor) },
      {
        act: 'segment.add',
        programId: segment.programId,
        subject: `segment ${segment.id}`,
        details: { name, filters },
      },
      now,
    );
    return toItem(segment);
  });
}

function canBeAsked(metric: ReportMetric, filters: ReturnType<typeof readFilters>): boolean {
  try {
    planOf({ metrics: [metric], dimensions: [], filters });
    return true;
  } catch {
    return false;
  }
}

export async function removeSegment(
  deps: SegmentDeps,
  actor: ManagementPrincipal,
  id: number,
): Promise<SegmentItem> {
  const { workspaceId } = actor;
  return deps.postgres.transaction(async (trx) => {
    const segment = await queries.findSegment(trx, workspaceId, id);
    if (segment === undefined || !(await isOwn(deps.directory, actor, segment)))
      throw new AppError('segment_not_found');
    await queries.deleteSegment(trx, workspaceId, id);
    await recordAct(
      trx,
      { workspaceId, name: actorName(actor) },
      {
        act: 'segment.remove',
        programId: segment.programId,
        subject: `segment ${id}`,
        details: { name: segment.name },
      },
      deps.clock.now(),
    );
    return toItem(segment);
  });
}

export function toItem(segment: queries.Segment): SegmentItem {
  return {
    id: segment.id,
    name: segment.name,
    program_id: segment.programId,
    website_id: segment.websiteId,
    filters: segment.filters as SegmentItem['filters'],
    created_at: segment.createdAt.toISOString(),
  };
}
