import { ClickHouseRefusal } from './clickhouse-error.ts';

/** One statement as it came over HTTP, taken apart. */
export interface Statement {
  sql: string;
  /** Rows of an INSERT, in the format its text names; undefined when there are none beside the text. */
  data: Buffer | undefined;
  /** `SET`-able settings that hold for this statement only. */
  settings: Record<string, string>;
  /** Values for `{name:Type}` placeholders, escaped as in tab-separated text (that is how the protocol sends them). */
  parameters: Record<string, string>;
  database: string | undefined;
  /** Output format when the text has no FORMAT clause. */
  defaultFormat: string;
  /** Whether the text begins as one that only reads, so that it may run beside others and be cancelled. */
  reads: boolean;
  /** A GET request must not change anything, as in ClickHouse. */
  readonly: boolean;
}

// Arguments of the HTTP interface that are no settings of the engine (ClickHouse, HTTPHandler: reserved_param_names).
const ownArguments = new Set(
  (
    'query query_id database default_format user password quota_key compress decompress stacktrace role buffer_size ' +
    'wait_end_of_query session_id session_timeout session_check client_protocol_version close_session profile'
  ).split(' '),
);
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const BINARY_FORMAT =
  /\bFORMAT\s+(Native|RowBinary\w*|Parquet\w*|Arrow\w*|ORC|Avro\w*|Protobuf\w*|CapnProto|MsgPack|BSON\w*|Npy)\s*;?\s*$/i;

/**
 * Takes a request apart as ClickHouse does: the statement is the URL argument `query`, then the body; every URL argument
 * that is not the protocol's own is a setting; `param_x` is a parameter; a multipart body carries such fields too.
 *
 * @throws ClickHouseRefusal for what the embedded engine does not offer (sessions, roles, binary input)
 */
export function readStatement(
  method: string,
  args: URLSearchParams,
  body: Buffer,
  contentType: string,
): Statement {
  const fields = new URLSearchParams(args);
  const boundary = /^multipart\/form-data;\s*boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary !== undefined) {
    for (const [name, value] of readMultipart(body, boundary)) fields.append(name, value);
  }
  for (const name of ['session_id', 'role', 'decompress', 'compress']) {
    const value = fields.get(name);
    if (value !== null && value !== '' && value !== '0') {
      throw new ClickHouseRefusal('NOT_IMPLEMENTED', `The embedded ClickHouse does not support ${name}`);
    }
  }
  const inUrl = fields.get('query') ?? '';
  const inBody = boundary === undefined ? body : Buffer.alloc(0);
  const inserts = /^\s*INSERT\b/i.test(inUrl);
  const sql =
    inserts || inBody.length === 0 ? inUrl : [inUrl, inBody.toString('utf8')].join(inUrl ? '\n' : '');
  if (sql.trim() === '') throw new ClickHouseRefusal('SYNTAX_ERROR', 'Empty query');
  const data = inserts && inBody.length > 0 ? inBody : undefined;
  if (data && BINARY_FORMAT.test(sql)) {
    throw new ClickHouseRefusal(
      'NOT_IMPLEMENTED',
      'The embedded ClickHouse takes rows as text only, such as JSONEachRow, JSONCompactEachRow, TSV or CSV',
    );
  }
  const settings: Record<string, string> = {};
  const parameters: Record<string, string> = {};
  for (const [name, value] of fields) {
    if (ownArguments.has(name)) continue;
    if (!NAME.test(name)) throw new ClickHouseRefusal('BAD_ARGUMENTS', 'The name of a setting is not valid');
    if (name.startsWith('param_')) parameters[name] = value;
    else settings[name] = value;
  }
  return {
    sql,
    data,
    settings,
    parameters,
    database: fields.get('database') || undefined,
    defaultFormat: fields.get('default_format') || 'TabSeparated',
    reads: /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/|\()*(?:SELECT|WITH|SHOW|DESC|DESCRIBE|EXISTS|EXPLAIN)\b/i.test(
      sql,
    ),
    readonly: method === 'GET' || method === 'HEAD',
  };
}

/** Fields of a multipart/form-data body, as text. Files and nesting do not occur in this protocol's own use of it. */
function readMultipart(body: Buffer, boundary: string): [string, string][] {
  const parts: [string, string][] = [];
  // latin1 keeps every byte as one character, so that positions are byte positions.
  const text = body.toString('latin1');
  for (const part of text.split(`--${boundary}`).slice(1)) {
    if (part.startsWith('--')) break;
    const split = part.indexOf('\r\n\r\n');
    const name = /name="([^"]*)"/i.exec(part.slice(0, Math.max(0, split)))?.[1];
    if (split < 0 || name === undefined) {
      throw new ClickHouseRefusal('BAD_ARGUMENTS', 'A part of the multipart body cannot be read');
    }
    parts.push([name, Buffer.from(part.slice(split + 4, -2), 'latin1').toString('utf8')]);
  }
  return parts;
}

/** An INSERT of rows in one of the formats that the engine takes as bytes, without a copy into a JavaScript string. */
export interface RowInsert {
  table: string;
  columns?: string[];
  format: (typeof rawFormats)[number];
}

const rawFormats = [
  'JSONEachRow',
  'JSONCompactEachRow',
  'CSV',
  'CSVWithNames',
  'TSV',
  'TabSeparated',
  'TSVWithNames',
  'TabSeparatedWithNames',
] as const;
const ROW_INSERT =
  /^\s*INSERT\s+INTO\s+(?:TABLE\s+)?([A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)?)\s*(?:\(([A-Za-z0-9_,\s]+)\))?\s*FORMAT\s+(\w+)\s*;?\s*$/i;

/** Recognises a plain row INSERT; anything richer (quoted names, SETTINGS, EXCEPT) takes the general way. */
export function asRowInsert(sql: string): RowInsert | undefined {
  const match = ROW_INSERT.exec(sql);
  const format = rawFormats.find((known) => known === match?.[3]);
  if (!match?.[1] || !format) return undefined;
  const columns = match[2]?.split(',').map((column) => column.trim());
  if (columns?.some((column) => !NAME.test(column))) return undefined;
  return { table: match[1], format, ...(columns ? { columns } : {}) };
}
