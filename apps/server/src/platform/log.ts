import { type Logger, pino } from 'pino';

export type Log = Logger;

/** Structured logs on standard error; standard output belongs to the banner and to commands. */
export function createLog(level: string): Log {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: false }),
  );
}

export const silentLog: Log = pino({ level: 'silent' });
