type LogLine = (fields: Record<string, unknown>, text: string) => void;

/**
 * What an engine tells about itself. A pino logger fits. No field ever holds a password or a URL with one.
 */
export interface EngineLog {
  debug: LogLine;
  info: LogLine;
  warn: LogLine;
  error: LogLine;
}

/** A log that says nothing, for tests and tools. */
export const silentLog: EngineLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
