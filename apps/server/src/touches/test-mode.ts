import { type Answer, AppError, boundedJson, ok } from '../platform/index.ts';

const maxAdditionalBytes = 16 * 1024;

export interface AdditionalData {
  data: Record<string, unknown> | null;
  /** As it is stored. */
  json: string | null;
  testMode: boolean;
}

/** The field every tracking route takes: an object of at most 16 KB (contract §5); `test_mode: true` makes a test event. */
export function readAdditionalData(body: Record<string, unknown>): AdditionalData {
  const data = body.additional_data ?? null;
  if (data === null) return { data: null, json: null, testMode: false };
  const isObject = typeof data === 'object' && !Array.isArray(data);
  const json = isObject ? boundedJson(data, maxAdditionalBytes) : undefined;
  if (json === undefined) {
    throw new AppError('invalid_request', 'additional_data is invalid');
  }
  const members = data as Record<string, unknown>;
  return { data: members, json, testMode: members.test_mode === true };
}

/** The answer to a test event (contract §4). */
export function testAnswer(
  kind: 'click' | 'lead' | 'sale' | 'refund',
  eventId: number,
  programId: number | null,
): Answer {
  return ok({
    success: true,
    message: `Test ${kind} event tracked successfully`,
    data: { eventId, programId, test_mode: true },
  });
}
