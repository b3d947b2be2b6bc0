import { fraudRules } from '@headwater/contract';
import { reviewCommissions } from '../payments/index.ts';
import { type Clock, dayMs, type Postgres } from '../platform/index.ts';
import * as queries from './queries.ts';
import { ask } from './rule-queries.ts';
import { loadActions } from './rules.ts';

export interface ScanDeps {
  postgres: Postgres;
  clock: Clock;
}

/** How far back commissions are looked at: the longest hold of a policy is 90 days. */
const watchedMs = 90 * dayMs;
/** A signal's hold lasts this long, and is put anew while the signal is open and less than the second is left. */
const heldMs = 30 * dayMs;
const renewedMs = 7 * dayMs;

/** How reviews and the audit log name who holds. */
const holder = 'fraud rules';

/** Looks at every program; safe to repeat, and from several processes. */
export async function scanAllPrograms(deps: ScanDeps): Promise<void> {
  const since = new Date(deps.clock.now().getTime() - watchedMs);
  for (const program of await queries.listProgramsToScan(deps.postgres, since)) {
    await scanProgram(deps, program);
  }
}

/**
 * Asks each rule about a program's commissions, keeps what is new, and holds what is to be held: a pending commission
 * waits as long as such a signal is open. A rule speaks once about a commission, so repeating adds nothing.
 */
export async function scanProgram(
  deps: ScanDeps,
  program: { workspaceId: number; id: number },
): Promise<{ found: number; held: number }> {
  const { postgres } = deps;
  const now = deps.clock.now();
  const since = new Date(now.getTime() - watchedMs);
  const actions = await loadActions(postgres, program);
  let found = 0;
  for (const rule of fraudRules) {
    const action = actions[rule];
    if (action === 'off') continue;
    const findings = await ask(postgres, rule, program, since);
    if (findings.length === 0) continue;
    found += (await queries.saveSignals(postgres, program, rule, action, findings, now)).length;
  }
  return { found, held: await holdOpen(deps, program, now) };
}

async function holdOpen(
  deps: ScanDeps,
  program: { workspaceId: number; id: number },
  now: Date,
): Promise<number> {
  let held = 0;
  const holdUntil = new Date(now.getTime() + heldMs);
  const due = await queries.listToHold(deps.postgres, program, {
    endingBefore: new Date(now.getTime() + renewedMs),
    until: holdUntil,
    by: holder,
  });
  for (const rules of new Set(due.map((one) => one.rules))) {
    const ids = due.filter((one) => one.rules === rules).map(({ commissionId }) => commissionId);
    const outcomes = await reviewCommissions(deps, holder, program, ids, {
      verdict: 'held',
      reason: `signal: ${rules}`,
      holdUntil,
    });
    held += [...outcomes.values()].filter((outcome) => outcome === 'changed').length;
  }
  return held;
}
