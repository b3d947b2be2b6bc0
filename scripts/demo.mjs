// `npm run demo`: Headwater, and a shop to see it with. Set up once per data directory; Ctrl-C stops everything.
import { buildShop } from './build.mjs';
import { prepareDemoProgram } from './demo-program.mjs';
import { freePort, openServer } from './demo-server.mjs';
import { openDemoStripe } from './demo-stripe.mjs';
import { dataDirectory, findManagementKey } from './management-api.mjs';
import { endProgress, paint, showProgress } from './terminal.mjs';

let server;
let shop;
let stopping;

function stop(code) {
  stopping ??= (async () => {
    await shop?.close();
    await server?.stop();
    process.exit(code);
  })();
  return stopping;
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop(0));

try {
  server = await openServer(showProgress);
  if (stopping === undefined) await open();
} catch (error) {
  endProgress();
  if (stopping === undefined) {
    process.stderr.write(`The demo cannot start: ${error.message}\n`);
    await stop(1);
  }
}

async function open() {
  void server.died.then(() => {
    if (stopping !== undefined) return;
    process.stderr.write('Headwater ended, and the shop with it.\n');
    void stop(1);
  });
  showProgress('Opening the shop');
  const key = findManagementKey();
  if (key === undefined) {
    throw new Error('there is no management key in the data directory; set HEADWATER_BOOTSTRAP_KEY=affk_…');
  }
  const port = Number(process.env.SHOP_PORT) || (await freePort(3001));
  const { openShop } = await buildShop();
  const program = await prepareDemoProgram(server.url, key, `http://localhost:${port}`);
  shop = await openShop({
    ...program,
    stripe: await openDemoStripe(server.url, key, program.programId),
    headwaterUrl: server.url,
    managementKey: key,
    port,
    host: process.env.HOST || '0.0.0.0',
  });
  endProgress();
  printLinks(program);
  process.stdout.write(`The demo shop is ready at ${shop.url}\n`);
}

function printLinks({ partners }) {
  const [anna, ben] = partners;
  const line = (label, text) => `  ${paint('dim', label.padEnd(18))} ${text}`;
  const link = (path) => paint('underline', `${shop.url}${path}`);
  const lines = [
    '',
    `  ${paint(['bold', 'green'], 'Ridgeline')} ${paint('dim', 'a shop to see Headwater with')}`,
    '',
    line('By a partner', link(`/?aff=${anna.code}`)),
    line('By a campaign', link('/?utm_source=newsletter&utm_medium=email&utm_campaign=spring')),
    line('Directly', link('/')),
    '',
    '  Sign up and pay with the test card, or with Stripe (simulated, by webhook): the thank-you page shows the',
    '  partner’s commission, the channel, and why.',
    `  A browser stays one visitor; the shop’s footer lets you in as a new one. The other partner: ?aff=${ben.code}`,
    '',
    line('Headwater', `${server.url} (reference: /docs)`),
    ...(server.ownerLink === undefined
      ? []
      : [line('Become its owner', paint('underline', server.ownerLink))]),
    line('Data', dataDirectory()),
    line('Stop', 'Ctrl-C'),
    '',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
