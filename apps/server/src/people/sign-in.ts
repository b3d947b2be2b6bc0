import { createHmac, hkdfSync } from 'node:crypto';
import { maxPasswordLength, minPasswordLength } from '@headwater/contract';
import { betterAuth } from 'better-auth';
import { twoFactor } from 'better-auth/plugins';
import { kysely, type Log, networkOf, type Postgres } from '../platform/index.ts';

/** Where better-auth is told whose request it is; set by us, and taken from nobody. */
export const clientHeader = 'x-headwater-client';

const day = 86_400;
const minute = 60;

/**
 * Passwords, sessions, second factors and their limits are better-auth's, on our PostgreSQL and in tables of our
 * migrations. Nobody signs up through it: people enter by a link that an owner or this server made (first-owner.ts,
 * invitations.ts), and membership is ours, so that every change of it is in the audit log.
 */
export function openSignIn(options: {
  postgres: Postgres;
  secret: string;
  publicUrl(): string;
  log: Log;
  sendMail: ((mail: { to: string; subject: string; lines: readonly string[] }) => Promise<void>) | undefined;
}) {
  const { sendMail } = options;
  const key = Buffer.from(hkdfSync('sha256', options.secret, '', 'headwater sign-in', 32)).toString('base64');
  const times = { createdAt: 'created_at', updatedAt: 'updated_at' };
  return betterAuth({
    appName: 'Headwater',
    basePath: '/api/auth',
    secret: key,
    database: { db: kysely(options.postgres), type: 'postgres' },
    telemetry: { enabled: false },
    logger: {
      log: (level, message) => {
        if (level === 'error') options.log.error({ told: message }, 'sign-in');
      },
    },
    trustedOrigins: (request) => (request === undefined ? [] : [new URL(request.url).origin]),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength,
      maxPasswordLength,
      revokeSessionsOnPasswordReset: true,
      ...(sendMail === undefined
        ? {}
        : {
            sendResetPassword: ({ user, token }: { user: { email: string }; token: string }) =>
              sendMail({
                to: user.email,
                subject: 'A new password for Headwater',
                lines: [
                  'Choose a new password within an hour:',
                  `${options.publicUrl()}/new-password#${token}`,
                ],
              }),
          }),
    },
    session: {
      modelName: 'sign_in_sessions',
      fields: {
        userId: 'person_id',
        expiresAt: 'expires_at',
        ipAddress: 'ip_address',
        userAgent: 'user_agent',
        ...times,
      },
      expiresIn: 7 * day,
      updateAge: day,
    },
    user: { modelName: 'people', fields: { emailVerified: 'email_verified', ...times } },
    account: {
      modelName: 'sign_in_accounts',
      fields: {
        userId: 'person_id',
        accountId: 'account_id',
        providerId: 'provider_id',
        accessToken: 'access_token',
        refreshToken: 'refresh_token',
        idToken: 'id_token',
        accessTokenExpiresAt: 'access_token_expires_at',
        refreshTokenExpiresAt: 'refresh_token_expires_at',
        ...times,
      },
    },
    verification: { modelName: 'sign_in_verifications', fields: { expiresAt: 'expires_at', ...times } },
    rateLimit: {
      enabled: true,
      storage: 'database',
      modelName: 'sign_in_rates',
      fields: { lastRequest: 'last_request' },
      window: minute,
      max: 600,
      customRules: {
        '/sign-in/email': { window: minute, max: 10 },
        '/request-password-reset': { window: minute, max: 5 },
        '/change-password': { window: minute, max: 5 },
        '/two-factor/*': { window: minute, max: 10 },
        // Asked for on every page.
        '/get-session': false,
      },
    },
    advanced: {
      cookiePrefix: 'headwater',
      useSecureCookies: options.publicUrl().startsWith('https:'),
      defaultCookieAttributes: { sameSite: 'lax', httpOnly: true, path: '/' },
      ipAddress: { ipAddressHeaders: [clientHeader] },
    },
    plugins: [
      twoFactor({
        issuer: 'Headwater',
        schema: {
          user: { fields: { twoFactorEnabled: 'two_factor_enabled' } },
          twoFactor: {
            modelName: 'two_factors',
            fields: {
              userId: 'person_id',
              backupCodes: 'backup_codes',
              failedVerificationCount: 'failed_verification_count',
              lockedUntil: 'locked_until',
            },
          },
        },
      }),
    ],
  });
}

export type SignIn = ReturnType<typeof openSignIn>;

/**
 * A client address as better-auth may keep it, to count attempts by: a keyed digest in the form of an IPv6 address. Those of
 * one IPv6 network count as one client, or an attacker would have 2^64 of them.
 */
export function createAddressDigest(secret: string): (address: string) => string {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'headwater sign-in address', 32));
  return (address) => {
    const digest = createHmac('sha256', key).update(networkOf(address)).digest('hex');
    return `fd${digest.slice(0, 30)}`.replace(/(.{4})(?!$)/g, '$1:');
  };
}
