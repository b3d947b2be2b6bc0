import { ClickHouseError } from '@clickhouse/client';

// What ClickHouse says of a row that it cannot read into the table's columns.
const unreadableRow = new Set([
  '6', // CANNOT_PARSE_TEXT
  '25', // CANNOT_PARSE_ESCAPE_SEQUENCE
  '26', // CANNOT_PARSE_QUOTED_STRING
  '27', // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  '38', // CANNOT_PARSE_DATE
  '41', // CANNOT_PARSE_DATETIME
  '53', // TYPE_MISMATCH
  '69', // ARGUMENT_OUT_OF_BOUND
  '70', // CANNOT_CONVERT_TYPE
  '72', // CANNOT_PARSE_NUMBER
  '117', // INCORRECT_DATA
  '130', // CANNOT_READ_ARRAY_FROM_TEXT
  '321', // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
  '349', // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
  '467', // CANNOT_PARSE_BOOL
  '691', // UNKNOWN_ELEMENT_OF_ENUM
]);

// These come while rows are read, too, but tell of the server's state: memory, time, load, access.
const stateOfServer = new Set([
  '159',
  '160',
  '164',
  '202',
  '209',
  '210',
  '236',
  '241',
  '242',
  '252',
  '319',
  '394',
]);

/**
 * ClickHouse's words when an insert was refused for what its rows hold: sending them again cannot help.
 * Undefined for every other failure: the server is away, overloaded or not ready, and the rows may be fine.
 */
export function refusalOfRows(error: unknown): string | undefined {
  if (!(error instanceof ClickHouseError)) return undefined;
  const aboutRow = /\(at row \d+\)|while reading the value of key/i.test(error.message);
  const refused = unreadableRow.has(error.code) || (aboutRow && !stateOfServer.has(error.code));
  return refused ? `${error.type ?? error.code}: ${error.message.trim()}` : undefined;
}

// It cannot now, and may a moment later.
const temporary = new Set([
  '202', // TOO_MANY_SIMULTANEOUS_QUERIES
  '209', // SOCKET_TIMEOUT
  '210', // NETWORK_ERROR
  '236', // ABORTED
  '242', // TABLE_IS_READ_ONLY
  '243', // NOT_ENOUGH_SPACE
  '252', // TOO_MANY_PARTS
  '394', // QUERY_WAS_CANCELLED
]);

/** ClickHouse could not do it now: its disk is full, it is read-only, ends, or has too much to do. */
export function isTemporaryFailure(error: unknown): boolean {
  return error instanceof ClickHouseError && temporary.has(error.code);
}
