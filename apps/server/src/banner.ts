import colors from 'picocolors';

/** One line that says what is being waited for; overwritten on a terminal, a line each elsewhere. */
export function showProgress(): { show(text: string): void; done(): void } {
  const out = process.stdout;
  let last = '';
  return {
    show(text) {
      if (text === last) return;
      last = text;
      if (out.isTTY) out.write(`\r\u001b[K${colors.dim(`  ${text} …`)}`);
      else out.write(`  ${text} …\n`);
    },
    done() {
      if (out.isTTY && last !== '') out.write('\r\u001b[K');
    },
  };
}

export interface Banner {
  url: string;
  dataDir: string;
  engines: readonly string[];
  seconds: number;
  /** Where the first management key was written, on the very first start. */
  keyFile: string | null;
  /** Lets the first owner in; undefined when there is one. */
  ownerLink: string | undefined;
}

/** What a person sees when the server is up: where it is, what it runs on, and the next step. */
export function printBanner(banner: Banner): void {
  const line = (label: string, text: string) => `  ${colors.dim(label.padEnd(10))} ${text}`;
  const lines = [
    '',
    `  ${colors.bold(colors.cyan('Headwater'))} ${colors.dim('traces every payment back to its source')}`,
    '',
    line('Server', colors.underline(banner.url)),
    line('Reference', `${banner.url}/docs`),
    line('Engines', banner.engines.join(', ')),
    line('Data', banner.dataDir),
    line('Started', `in ${banner.seconds.toFixed(1)} s`),
    '',
    ...(banner.ownerLink === undefined
      ? []
      : [
          `  ${colors.bold('Become the owner')}, with this link, which works once:`,
          '',
          `  ${colors.underline(banner.ownerLink)}`,
          '',
        ]),
    ...nextStep(banner),
    '',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function nextStep({ keyFile, url }: Banner): string[] {
  const key = keyFile ?? '.headwater/management-key';
  const curl = `curl -s ${url}/api/v1/programs -H "Authorization: Bearer $(cat ${key})" -H 'content-type: application/json' -d '{"name":"My program","domain":"example.com","commission":{"type":"cps_recurring","rate_bps":2000,"duration_months":12}}'`;
  if (keyFile === null) return [`  ${colors.dim('Try it:')}  npm run demo`];
  return [
    `  Your management key is in ${colors.bold(keyFile)} (shown nowhere else). Create a program with it:`,
    '',
    `  ${curl}`,
    '',
    `  ${colors.dim('Or see it work in a shop:')}  npm run demo`,
  ];
}
