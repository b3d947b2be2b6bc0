// autocannon's side of load.mjs, a process of its own. Arguments: URL, file of requests, first lap, seconds, connections.
import { readFileSync } from 'node:fs';
import autocannon from 'autocannon';

const [url, file, firstLap, seconds, connections] = process.argv.slice(2);
const requests = JSON.parse(readFileSync(file, 'utf8'));
let position = 0;
let lap = Number(firstLap);
let mark = '';

function next() {
  if (position === 0) {
    lap += 1;
    mark = String(lap).padStart(8, '0');
  }
  const { path, headers, body } = requests[position];
  position = (position + 1) % requests.length;
  return { method: 'POST', path, headers, body: body.replaceAll('@@@@@@@@', mark) };
}

/** autocannon ends on a whole second of its own; the time that counts is that of the last answer. */
async function run(limit) {
  const options = {
    url,
    connections: Number(connections),
    requests: [{ setupRequest: () => next() }],
    ...limit,
  };
  const startedAt = performance.now();
  let lastAnswerAt = startedAt;
  const result = await new Promise((resolve, reject) => {
    const instance = autocannon(options, (error, done) => (error ? reject(error) : resolve(done)));
    instance.on('response', () => {
      lastAnswerAt = performance.now();
    });
  });
  return { ...result, seconds: (lastAnswerAt - startedAt) / 1000 };
}

// A number of requests instead of a time: then each one that was sent is answered and counted.
const warm = await run({ amount: 2000 });
const amount = Math.max(1000, Math.round((2000 / warm.seconds) * Number(seconds)));
const result = await run({ amount });
const { latency } = result;
console.log(
  JSON.stringify({
    sent: amount + 2000,
    answered: result.requests.total + warm.requests.total,
    failed: result.non2xx + result.errors + warm.non2xx + warm.errors,
    measured: result.requests.total,
    seconds: result.seconds,
    p50_ms: latency.p50,
    p99_ms: latency.p99,
    max_ms: latency.max,
  }),
);
