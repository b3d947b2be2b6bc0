import {
  AppError,
  type Clock,
  type ManagementPrincipal,
  type Postgres,
  wholeNumber,
} from '../platform/index.ts';
import { actorName, recordAct } from '../workspaces/index.ts';
import * as queries from './queries.ts';

/**
 * A person has looked and found nothing wrong. The signal stays readable with the reason; its hold is not put anew, and
 * ends by its date or when somebody approves. Saying so again changes nothing. 404 for one that the key may not touch.
 */
export async function dismissSignal(
  deps: { postgres: Postgres; clock: Clock },
  manager: ManagementPrincipal,
  signalId: unknown,
  readReason: () => string,
): Promise<queries.SignalRow> {
  const { postgres } = deps;
  const { workspaceId, programScope } = manager;
  const id = wholeNumber(signalId);
  const signal = id === undefined ? undefined : await queries.findSignal(postgres, workspaceId, BigInt(id));
  if (signal === undefined || !(programScope?.includes(signal.programId) ?? true)) {
    throw new AppError('signal_not_found');
  }
  const reason = readReason();
  return postgres.transaction(async (trx) => {
    const at = deps.clock.now();
    const by = actorName(manager);
    const isNews = await queries.dismissSignalRow(trx, { workspaceId, id: signal.id, at, by, reason });
    if (isNews) {
      const act = {
        act: 'fraud_signal.dismiss',
        programId: signal.programId,
        subject: `signal ${signal.id}`,
        reason,
        details: { commission_id: Number(signal.commissionId), rule: signal.rule },
      };
      await recordAct(trx, { workspaceId, name: by }, act, at);
    }
    return (await queries.findSignal(trx, workspaceId, signal.id)) ?? signal;
  });
}
