/** An error as ClickHouse's HTTP interface answers it. */
export interface ClickHouseFailure {
  /** HTTP status. */
  status: number;
  /** ClickHouse's error number, for `X-ClickHouse-Exception-Code`. */
  code: number;
  /** The body: `Code: 60. DB::Exception: … (UNKNOWN_TABLE)`, the form that clients take apart. */
  text: string;
}

// As in ClickHouse's HTTPHandler (exceptionCodeToHTTPStatus). What is not listed is a 500.
const statusOfType: Record<string, number> = {
  REQUIRED_PASSWORD: 401,
  UNKNOWN_USER: 403,
  WRONG_PASSWORD: 403,
  AUTHENTICATION_FAILED: 403,
  SET_NON_GRANTED_ROLE: 403,
  BAD_ARGUMENTS: 400,
  CANNOT_COMPILE_REGEXP: 400,
  CANNOT_PARSE_TEXT: 400,
  CANNOT_PARSE_ESCAPE_SEQUENCE: 400,
  CANNOT_PARSE_QUOTED_STRING: 400,
  CANNOT_PARSE_DATE: 400,
  CANNOT_PARSE_DATETIME: 400,
  CANNOT_PARSE_NUMBER: 400,
  CANNOT_PARSE_DOMAIN_VALUE_FROM_STRING: 400,
  CANNOT_PARSE_IPV4: 400,
  CANNOT_PARSE_IPV6: 400,
  CANNOT_PARSE_UUID: 400,
  CANNOT_PARSE_INPUT_ASSERTION_FAILED: 400,
  DUPLICATE_COLUMN: 400,
  ILLEGAL_COLUMN: 400,
  UNKNOWN_ELEMENT_IN_AST: 400,
  UNKNOWN_TYPE_OF_AST_NODE: 400,
  TOO_DEEP_AST: 400,
  TOO_BIG_AST: 400,
  UNEXPECTED_AST_STRUCTURE: 400,
  SYNTAX_ERROR: 400,
  INCORRECT_DATA: 400,
  TYPE_MISMATCH: 400,
  VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE: 400,
  UNKNOWN_TABLE: 404,
  UNKNOWN_FUNCTION: 404,
  UNKNOWN_IDENTIFIER: 404,
  UNKNOWN_TYPE: 404,
  UNKNOWN_STORAGE: 404,
  UNKNOWN_DATABASE: 404,
  UNKNOWN_SETTING: 404,
  UNKNOWN_DIRECTION_OF_SORTING: 404,
  UNKNOWN_AGGREGATE_FUNCTION: 404,
  UNKNOWN_FORMAT: 404,
  UNKNOWN_DATABASE_ENGINE: 404,
  UNKNOWN_TYPE_OF_QUERY: 404,
  UNKNOWN_ROLE: 404,
  QUERY_IS_TOO_LARGE: 413,
  NOT_IMPLEMENTED: 501,
  SOCKET_TIMEOUT: 503,
  CANNOT_OPEN_FILE: 503,
};

// Errors of our own HTTP side, under the numbers ClickHouse gives them.
const numberOfType = {
  BAD_ARGUMENTS: 36,
  NOT_IMPLEMENTED: 48,
  SYNTAX_ERROR: 62,
  QUERY_IS_TOO_LARGE: 210,
  TOO_MANY_SIMULTANEOUS_QUERIES: 202,
  AUTHENTICATION_FAILED: 516,
} as const;

/** A refusal by the HTTP side itself, in the words of ClickHouse. */
export class ClickHouseRefusal extends Error {
  readonly failure: ClickHouseFailure;

  constructor(type: keyof typeof numberOfType, message: string) {
    super(message);
    const code = numberOfType[type];
    this.failure = {
      status: statusOfType[type] ?? 500,
      code,
      text: `Code: ${code}. DB::Exception: ${message}. (${type})`,
    };
  }
}

/** Turns whatever a statement threw into an answer. The engine's own text is passed on unchanged. */
export function failureOf(error: unknown): ClickHouseFailure {
  if (error instanceof ClickHouseRefusal) return error.failure;
  const text = error instanceof Error ? error.message : String(error);
  const code = /^Code: (\d+)\./.exec(text)?.[1];
  if (code === undefined) {
    return { status: 500, code: 1001, text: `Code: 1001. DB::Exception: ${text} (STD_EXCEPTION)` };
  }
  // The type is the last thing in the text; the message before it may hold parentheses of its own.
  const type = [...text.matchAll(/\(([A-Z][A-Z0-9_]{2,})\)/g)].at(-1)?.[1] ?? '';
  return { status: statusOfType[type] ?? 500, code: Number(code), text };
}

/** Whether the engine inside this process has given up and only a new process helps. */
export function isFatal(error: unknown): boolean {
  return error instanceof Error && /server is shutting down due to a fatal error/i.test(error.message);
}
