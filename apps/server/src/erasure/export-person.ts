import type { PersonExport } from '@headwater/contract';
import type { ManagementPrincipal } from '../platform/index.ts';
import { actorName, recordAct } from '../workspaces/index.ts';
import { type ErasureDeps, findSubject } from './erase-person.ts';
import * as queries from './queries.ts';

const maxEvents = 10_000;

/** Everything that is known of a person, as it is kept; who asked is in the audit log. */
export async function exportPerson(
  { postgres, clickhouse, clock }: ErasureDeps,
  manager: ManagementPrincipal,
  subject: queries.Subject,
): Promise<PersonExport> {
  const { workspaceId } = manager;
  // The customers are locked while they are read: not for as long as ClickHouse takes.
  const { person, parts } = await postgres.transaction(async (trx) => {
    const person = await findSubject(trx, workspaceId, subject);
    const part = (name: queries.ExportedPart) => queries.exportPart(trx, name, workspaceId, person);
    const customers = await part('customers');
    const parts = {
      customers,
      sign_ups: await part('sign_ups'),
      payments: await part('payments'),
      clicks: await part('clicks'),
      visits: await part('visits'),
    };
    const act = {
      act: 'person.export',
      programId: null,
      subject: customers.length === 0 ? 'nobody known' : `customer ${customers[0]?.id}`,
    };
    await recordAct(trx, { workspaceId, name: actorName(manager) }, act, clock.now());
    return { person, parts };
  });
  const mine = `workspace_id = {workspaceId:UInt32} and (
    visitor_id in {visitors:Array(String)} or customer_id in {customerIds:Array(UInt64)})`;
  const params = {
    workspaceId,
    visitors: [...person.clickVisitors, ...person.webVisitors],
    customerIds: person.customerIds.map(Number),
  };
  const events = await clickhouse.rows<Record<string, unknown>>(
    `select * from events where ${mine} order by occurred_at desc limit ${maxEvents}`,
    params,
  );
  const [all] = await clickhouse.rows<{ n: string }>(`select count() as n from events where ${mine}`, params);
  return {
    ...mapValues(parts, (rows) => rows.map(plain)),
    events: events.map(withoutBlanks),
    events_left_out: Number(all?.n ?? 0) - events.length,
  };
}

function mapValues<Name extends string, From, To>(
  object: Readonly<Record<Name, From>>,
  map: (value: From) => To,
): Record<Name, To> {
  return Object.fromEntries(
    Object.entries<From>(object).map(([name, value]) => [name, map(value)]),
  ) as Record<Name, To>;
}

/** Amounts and ids as JSON numbers, as everywhere on the wire. */
function plain(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
  );
}

/** A column that says nothing is left out. */
function withoutBlanks(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).filter(([, value]) => value !== '' && value !== '0' && value !== 0),
  );
}
