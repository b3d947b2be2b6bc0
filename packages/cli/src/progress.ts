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
