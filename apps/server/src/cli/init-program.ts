import type { CliInitialized, CliInitRequest } from '@headwater/contract';
import { scopesOfRole } from '../people/index.ts';
import {
  AppError,
  type LoginPrincipal,
  type ManagementPrincipal,
  minuteMs,
  type Postgres,
} from '../platform/index.ts';
import { createProgram, readDomain, regenerateToken, type SetUp } from '../workspaces/index.ts';
import * as queries from './queries.ts';

export interface InitDeps {
  postgres: Postgres;
  setUp: SetUp;
}

/** What a terminal may do is what its member may do now. */
export function actorOf(
  login: LoginPrincipal,
  scope: 'program:create' | 'program:list',
): ManagementPrincipal {
  const scopes = scopesOfRole[login.role];
  if (!scopes.includes('*') && !scopes.includes(scope))
    throw new AppError('missing_permission', `Missing permission: ${scope}`);
  const { workspaceId, personNumber } = login;
  return {
    kind: 'management',
    workspaceId,
    holder: { kind: 'person', id: personNumber },
    scopes,
    programScope: null,
  };
}

/**
 * An active program with a default group and its terms. The same member asking for the same name and domain within a minute
 * did not see the answer: it is the same program, with a fresh token (contract §11).
 */
export async function initProgram(
  deps: InitDeps,
  login: LoginPrincipal,
  request: CliInitRequest,
): Promise<CliInitialized> {
  const { postgres, setUp } = deps;
  const actor = actorOf(login, 'program:create');
  const name = request.name.trim();
  const domain = readDomain(request.domain);
  const commission = readCommission(request);
  return postgres.transaction(async (trx) => {
    await queries.lockInit(trx, actor.workspaceId, login.personNumber);
    const since = new Date(setUp.clock.now().getTime() - minuteMs);
    const by = `person ${login.personNumber}`;
    const known = await queries.findJustMade(trx, {
      ...{ workspaceId: actor.workspaceId, name, domain, since, actor: by },
    });
    if (known !== undefined) {
      const { api_token: apiKey } = await regenerateToken(setUp, actor, known);
      const program = await setUp.directory.findProgram(known);
      const slug = await queries.getSlug(trx, actor.workspaceId, known);
      return {
        ...{ program_id: String(known), api_key: apiKey, program_slug: slug },
        domain: program?.domain ?? domain,
      };
    }
    const made = await createProgram(setUp, actor, {
      ...{ name, domain, commission },
      cookie_window_days: request.cookie_duration ?? 90,
    });
    return {
      program_id: String(made.id),
      api_key: made.api_token as string,
      program_slug: made.slug,
      domain: made.domain,
    };
  });
}

type Commission = Parameters<typeof createProgram>[2]['commission'];

/** The terms of `init`: percent or an amount, once or for some months (0: for ever). */
function readCommission(request: CliInitRequest): NonNullable<Commission> {
  const kind = request.commission_type ?? 'recurring_percent';
  const rate = request.commission_rate ?? (kind.endsWith('percent') ? 20 : undefined);
  // Hundredths, of a percent or of a dollar: finer than that there is nothing to pay.
  const hundredths = rate === undefined ? 0 : Math.round(rate * 100);
  const isFine = rate !== undefined && Math.abs(hundredths - rate * 100) < 1e-6 && hundredths >= 1;
  const most = kind.endsWith('percent') ? 10_000 : 100_000_000_00;
  if (!isFine || hundredths > most) throw new AppError('invalid_request', 'commission_rate is invalid');
  const amount = kind.endsWith('percent') ? { rate_bps: hundredths } : { fixed_cents: hundredths };
  if (!kind.startsWith('recurring_')) return { type: 'cps_one_time', ...amount };
  const months = request.duration_months ?? 12;
  return months === 0
    ? { type: 'cps_lifetime', ...amount }
    : { type: 'cps_recurring', ...amount, duration_months: months };
}
