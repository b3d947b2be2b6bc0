// Loaded into the server before everything else: its clock is wrong by as many milliseconds as a file says, which it looks at
// five times a second. PostgreSQL and ClickHouse keep the right one.
import { readFileSync } from 'node:fs';

const file = process.env.SOAK_CLOCK_FILE;
let wrongBy = 0;
setInterval(() => {
  try {
    wrongBy = Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    wrongBy = 0;
  }
}, 200).unref();

const RightDate = Date;
globalThis.Date = class extends RightDate {
  constructor(...when) {
    if (when.length === 0) super(RightDate.now() + wrongBy);
    else super(...when);
  }

  static now() {
    return RightDate.now() + wrongBy;
  }
};
