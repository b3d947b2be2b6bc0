import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Everything the environment decides. The only file that reads it. */
export interface Config {
  port: number;
  host: string;
  dataDir: string;
  databaseUrl: string | undefined;
  clickhouseUrl: string | undefined;
  publicUrl: string | undefined;
  bootstrapKey: string | undefined;
  /** Installation defaults of the platform fee. */
  feeBps: number;
  feeFreeMinor: bigint;
  logLevel: string;
  /** Requests a minute: per token, and per client address where no token is needed. */
  rateLimitPerMinute: number;
  geoDatabase: string | undefined;
  clickhouseMemoryMb: number;
  /** The installation's own Stripe platform account, for connecting others by OAuth; all of it may be missing. */
  stripe: {
    secretKey: string | undefined;
    clientId: string | undefined;
    connectSecret: string | undefined;
    apiBase: string | undefined;
  };
  /** Webhooks may go to private networks, and without TLS. */
  webhooksAllowPrivate: boolean;
  /** Where mails go out; undefined: they are kept. */
  smtp: { url: string; from: string } | undefined;
  /** Started by npm, whose death should end us too. */
  startedByNpm: boolean;
}

export class ConfigError extends Error {}

/** Reads the environment; throws ConfigError, whose message says which variable to mend and how. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const text = (name: string) => env[name]?.trim() || undefined;
  const whole = (name: string, fallback: number, min: number, max: number): number => {
    const value = text(name);
    if (value === undefined) return fallback;
    const number = Number(value);
    if (!Number.isSafeInteger(number) || number < min || number > max) {
      throw new ConfigError(`${name} must be a whole number from ${min} to ${max}; it is "${value}".`);
    }
    return number;
  };
  const url = (name: string, protocols: string[]): string | undefined => {
    const value = text(name);
    if (value === undefined) return undefined;
    if (!URL.canParse(value) || !protocols.includes(new URL(value).protocol)) {
      throw new ConfigError(
        `${name} must be a URL that starts with ${protocols.map((p) => `${p}//`).join(' or ')}.`,
      );
    }
    return value;
  };
  const bootstrapKey = text('HEADWATER_BOOTSTRAP_KEY');
  if (bootstrapKey !== undefined && !/^affk_[A-Za-z0-9_-]{16,200}$/.test(bootstrapKey)) {
    throw new ConfigError(
      'HEADWATER_BOOTSTRAP_KEY must be affk_ followed by at least 16 letters, digits, - or _ (make one: echo affk_$(openssl rand -hex 24)).',
    );
  }
  const stripe = (name: string, pattern: RegExp, shape: string): string | undefined => {
    const value = text(name);
    // The value itself is a secret: the message must not repeat it.
    if (value !== undefined && !pattern.test(value))
      throw new ConfigError(`${name} must start with ${shape}.`);
    return value;
  };
  const smtpUrl = url('SMTP_URL', ['smtp:', 'smtps:']);
  return {
    port: whole('PORT', 3000, 0, 65535),
    host: text('HOST') ?? '0.0.0.0',
    dataDir: resolve(text('HEADWATER_DATA_DIR') ?? '.headwater'),
    databaseUrl: url('DATABASE_URL', ['postgres:', 'postgresql:']),
    clickhouseUrl: url('CLICKHOUSE_URL', ['http:', 'https:']),
    publicUrl: url('HEADWATER_PUBLIC_URL', ['http:', 'https:']),
    bootstrapKey,
    feeBps: whole('HEADWATER_FEE_BPS', 0, 0, 10_000),
    feeFreeMinor: BigInt(whole('HEADWATER_FEE_FREE_CENTS', 0, 0, Number.MAX_SAFE_INTEGER)),
    logLevel: text('LOG_LEVEL') ?? 'warn',
    rateLimitPerMinute: whole('HEADWATER_RATE_LIMIT', 600_000, 1, 1_000_000_000),
    geoDatabase: text('GEOIP_DB'),
    clickhouseMemoryMb: whole('HEADWATER_CLICKHOUSE_MEMORY_MB', 2048, 256, 1_000_000),
    stripe: {
      secretKey: stripe(
        'STRIPE_SECRET_KEY',
        /^[rs]k_(?:live|test)_\w+$/,
        'sk_live_, sk_test_, rk_live_ or rk_test_',
      ),
      clientId: stripe('STRIPE_CLIENT_ID', /^ca_\w+$/, 'ca_'),
      connectSecret: stripe('STRIPE_CONNECT_WEBHOOK_SECRET', /^whsec_\S+$/, 'whsec_'),
      apiBase: url('STRIPE_API_BASE', ['http:', 'https:']),
    },
    webhooksAllowPrivate: whole('HEADWATER_WEBHOOKS_ALLOW_PRIVATE', 0, 0, 1) === 1,
    smtp:
      smtpUrl === undefined
        ? undefined
        : { url: smtpUrl, from: text('HEADWATER_MAIL_FROM') ?? 'Headwater <headwater@localhost>' },
    startedByNpm: text('npm_lifecycle_event') !== undefined,
  };
}

/**
 * The installation's secret: HEADWATER_SECRET, else one made once and kept in the data directory. It keys the
 * hashes of email addresses, so changing it makes earlier ones unfindable.
 */
export function readSecret(dataDir: string, env: NodeJS.ProcessEnv = process.env): string {
  const given = givenSecret(env);
  if (given !== undefined) return given;
  const file = join(dataDir, 'secret');
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true });
    try {
      writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' });
    } catch (error) {
      // another process that starts at the same moment made it first
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    chmodSync(file, 0o600);
  }
  return readFileSync(file, 'utf8').trim();
}

/** The same, where there must be one already: none is made. */
export function findSecret(dataDir: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const given = givenSecret(env);
  if (given !== undefined) return given;
  const file = join(dataDir, 'secret');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

/** HEADWATER_SECRET, where it is set. */
export function givenSecret(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const given = env.HEADWATER_SECRET?.trim() || undefined;
  if (given !== undefined && given.length < 16)
    throw new ConfigError('HEADWATER_SECRET must have at least 16 characters.');
  return given;
}
