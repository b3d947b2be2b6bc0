export interface Progress {
  /** @param share of the whole, 0 to 1 */
  show(share: number, text: string): void;
  end(): void;
}

const width = 30;

/** A bar on a terminal; elsewhere nothing, for a file has no use for it. */
export function showProgress(stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY) return { show() {}, end() {} };
  return {
    show(share, text) {
      const full = Math.round(width * share);
      stream.write(
        `\r[${'#'.repeat(full)}${'.'.repeat(width - full)}] ${Math.round(100 * share)} %  ${text}  `,
      );
    },
    end: () => void stream.write('\n'),
  };
}

const patientMs = 1000;

/** On a terminal what takes longer than a moment says so, and for how long: how far it is only the server knows. */
export async function showWaiting<Answer>(
  stream: NodeJS.WriteStream,
  text: string,
  work: Promise<Answer>,
): Promise<Answer> {
  if (!stream.isTTY) return work;
  const startedAt = Date.now();
  const timer = setInterval(() => {
    stream.write(`\r${text} … ${Math.round((Date.now() - startedAt) / 1000)} s`);
  }, patientMs);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    // Away with the line.
    if (Date.now() - startedAt >= patientMs) stream.write('\r\u001b[K');
  }
}
