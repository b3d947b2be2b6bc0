import type { AddAnnotationRequest, AnnotationItem } from '@headwater/contract';
import {
  AppError,
  type Clock,
  type ManagementPrincipal,
  type Postgres,
  smallId,
  type Transaction,
} from '../../platform/index.ts';
import { actorName, type Directory, recordAct } from '../../workspaces/index.ts';
import { isOwn } from '../own-subject.ts';
import { dayIn, readMoment } from '../period.ts';
import type { Subject } from '../subject.ts';
import * as queries from './queries.ts';

interface AnnotationDeps {
  postgres: Postgres;
  directory: Directory;
  clock: Clock;
}

/** Notes that something happened. Nothing is reckoned from it: it is for those who look at a chart. */
export function addAnnotation(
  { postgres, clock }: AnnotationDeps,
  actor: ManagementPrincipal,
  subject: Subject,
  { kind, text, at }: AddAnnotationRequest,
): Promise<AnnotationItem> {
  const now = clock.now();
  const { owner, timeZone } = subject;
  return postgres.transaction(async (trx) => {
    const annotation = await queries.insertAnnotation(trx, actor.workspaceId, {
      programId: 'programId' in owner ? owner.programId : null,
      websiteId: 'websiteId' in owner ? owner.websiteId : null,
      kind,
      text: text.trim(),
      happenedAt: at === undefined ? now : readMoment('at', at, timeZone),
      createdAt: now,
    });
    await record(trx, actor, 'annotation.add', annotation, now);
    return toItem(annotation, timeZone);
  });
}

export async function removeAnnotation(
  { postgres, directory, clock }: AnnotationDeps,
  actor: ManagementPrincipal,
  told: unknown,
): Promise<AnnotationItem> {
  const id = smallId(told);
  const annotation =
    id === undefined ? undefined : await queries.findAnnotation(postgres, actor.workspaceId, id);
  if (annotation === undefined || !(await isOwn(directory, actor, annotation)))
    throw new AppError('annotation_not_found');
  const { websiteId } = annotation;
  const website = websiteId === null ? undefined : await directory.findWebsite(websiteId);
  return postgres.transaction(async (trx) => {
    // Of two who remove it at once, one did.
    if (!(await queries.deleteAnnotation(trx, actor.workspaceId, annotation.id)))
      throw new AppError('annotation_not_found');
    await record(trx, actor, 'annotation.remove', annotation, clock.now());
    return toItem(annotation, website?.timezone ?? 'UTC');
  });
}

function record(
  trx: Transaction,
  actor: ManagementPrincipal,
  act: string,
  { id, programId, websiteId, kind, text, happenedAt }: queries.Annotation,
  now: Date,
): Promise<void> {
  return recordAct(
    trx,
    { workspaceId: actor.workspaceId, name: actorName(actor) },
    {
      ...{ act, programId, subject: `annotation ${id}` },
      details: { websiteId, kind, text, happenedAt: happenedAt.toISOString() },
    },
    now,
  );
}

export function toItem(annotation: queries.Annotation, timeZone: string): AnnotationItem {
  return {
    id: annotation.id,
    program_id: annotation.programId,
    website_id: annotation.websiteId,
    kind: annotation.kind,
    text: annotation.text,
    at: annotation.happenedAt.toISOString(),
    day: dayIn(timeZone, annotation.happenedAt),
    created_at: annotation.createdAt.toISOString(),
  };
}
