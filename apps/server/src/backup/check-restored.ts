import { openPostgres } from '../platform/index.ts';
import { type Fault, verifyWorkspace } from '../verify/index.ts';

/** What `headwater verify` says of an installation, of all its workspaces. */
export interface Whole {
  workspaces: number;
  payments: number;
  commissions: number;
  entries: number;
  acts: number;
  /** The first thing that is wrong; null when the books are whole. */
  fault: (Fault & { workspaceId: number }) | null;
}

/** Reckons the books of every workspace again from the facts. */
export async function checkRestored(databaseUrl: string): Promise<Whole> {
  const postgres = openPostgres(databaseUrl, { max: 2 });
  const whole: Whole = { workspaces: 0, payments: 0, commissions: 0, entries: 0, acts: 0, fault: null };
  try {
    const workspaces = await postgres.query<{ id: number }>('select id from workspaces order by id');
    for (const { id } of workspaces) {
      const found = await verifyWorkspace(postgres, id);
      whole.workspaces += 1;
      whole.payments += found.payments;
      whole.commissions += found.commissions;
      whole.entries += Number(found.entries);
      whole.acts += Number(found.acts);
      whole.fault ??= found.fault && { ...found.fault, workspaceId: id };
    }
    return whole;
  } finally {
    await postgres.close();
  }
}
