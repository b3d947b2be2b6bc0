import { gzipSync } from 'node:zlib';
import { buildTracker } from './build.mjs';

const BUDGET_BYTES = 2560;

const bytes = gzipSync(await buildTracker(), { level: 9 }).length;
console.log(`tracker: ${bytes} of ${BUDGET_BYTES} bytes (gzip -9)`);
if (bytes > BUDGET_BYTES) {
  console.error(`tracker: ${bytes - BUDGET_BYTES} bytes above its budget`);
  process.exitCode = 1;
}
