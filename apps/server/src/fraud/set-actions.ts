import { type FraudRules, fraudRules } from '@headwater/contract';
import type { Clock, ManagementPrincipal, Postgres } from '../platform/index.ts';
import { actorName, type Program, recordAct } from '../workspaces/index.ts';
import * as queries from './queries.ts';
import { loadActions } from './rules.ts';

/** Changes what rules do in a program; what they found before stays as it was judged. Answers with what all of them do. */
export function setActions(
  { postgres, clock }: { postgres: Postgres; clock: Clock },
  manager: ManagementPrincipal,
  program: Program,
  asked: Partial<FraudRules>,
): Promise<FraudRules> {
  return postgres.transaction(async (trx) => {
    for (const rule of fraudRules) {
      if (asked[rule] !== undefined) await queries.saveRuleRow(trx, program, rule, asked[rule]);
    }
    if (Object.keys(asked).length > 0) {
      const actor = { workspaceId: program.workspaceId, name: actorName(manager) };
      const subject = { act: 'fraud_rules.update', programId: program.id, subject: `program ${program.id}` };
      await recordAct(trx, actor, { ...subject, details: asked }, clock.now());
    }
    return loadActions(trx, program);
  });
}
