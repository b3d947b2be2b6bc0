import { type Postgres, type Statement, statement } from '../src/platform/index.ts';

/** What is stored, as one text a table. Two of one database that are equal were taken with nothing written in between. */
export type Fingerprint = Readonly<Record<string, string>>;

/**
 * The shipper empties and books the first two by itself; that nothing was added to the log shows in its sequence. When a key was
 * used is noted behind the answer, whatever that was.
 */
const workedOffInTheBackground = new Set(['event_batches', 'event_shipments', 'key_uses']);

/** Takes the fingerprint of every table of the database; of one tenant's rows only, when it is named. */
export async function takeFingerprint(postgres: Postgres, workspaceId?: number): Promise<Fingerprint> {
  const asked = workspaceId === undefined ? await allTables(postgres) : await tablesOf(postgres, workspaceId);
  const [row] = await postgres.query<Record<string, string>>(asked);
  return row as Fingerprint;
}

// Planned once a connection: with all partitions that takes several times as long as counting.
const statements = new WeakMap<Postgres, Map<number | 'all', Promise<Statement>>>();

function kept(postgres: Postgres, whose: number | 'all', make: () => Promise<string[]>): Promise<Statement> {
  const known = statements.get(postgres) ?? new Map<number | 'all', Promise<Statement>>();
  statements.set(postgres, known);
  const made =
    known.get(whose) ??
    make().then((columns) => statement(`test.fingerprint.${whose}`, `select ${columns.join(',\n')}`));
  known.set(whose, made);
  return made;
}

function allTables(postgres: Postgres): Promise<Statement> {
  return kept(postgres, 'all', async () => {
    const columns = (await listTables(postgres)).map(({ name }) => column(name, 'true'));
    // Kept apart from the rows: a batch may be appended and shipped between two fingerprints.
    return [...columns, `(select last_value::text from event_batches_seq_seq) as "event_log_appended"`];
  });
}

function tablesOf(postgres: Postgres, workspaceId: number): Promise<Statement> {
  return kept(postgres, workspaceId, async () => {
    const own = (await listTables(postgres)).filter(
      (table) => table.hasWorkspace || table.name === 'workspaces',
    );
    return own.map(({ name, hasWorkspace }) =>
      column(name, `${hasWorkspace ? 'workspace_id' : 'id'} = ${workspaceId}`),
    );
  });
}

/** Every version of a row carries the transaction that wrote it: what was added, changed or deleted moves one of the two. */
function column(table: string, where: string): string {
  return `(select count(*) || ' rows ' || coalesce(sum(t.xmin::text::bigint), 0)
           from ${table} t where ${where}) as "${table}"`;
}

/** Partitions are read through their parent. */
async function listTables(postgres: Postgres): Promise<{ name: string; hasWorkspace: boolean }[]> {
  const tables = await postgres.query<{ name: string; hasWorkspace: boolean }>(
    `select c.relname as name, exists (
       select from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
     ) as "hasWorkspace"
     from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
     order by 1`,
  );
  return tables.filter(({ name }) => !workedOffInTheBackground.has(name));
}
