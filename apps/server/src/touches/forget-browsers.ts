import { statement, type Transaction } from '../platform/index.ts';

// Erasing a person: what their browsers did stays counted, and names nobody.

const byVisitor = statement(
  'touches.forget_clicks',
  `update clicks set visitor = erased_name($2, visitor), web_visitor = erased_name($2, web_visitor),
     web_session = erased_name($2, web_session), context = erased_context(context)
   where workspace_id = $1 and visitor = any($3::text[])`,
);

const byWebVisitor = statement(
  'touches.forget_clicks_of_web_visitors',
  `update clicks set web_visitor = erased_name($2, web_visitor), web_session = erased_name($2, web_session),
     context = erased_context(context)
   where workspace_id = $1 and web_visitor = any($3::text[])`,
);

const visits = statement(
  'touches.forget_visits',
  `update visits set visitor_id = erased_name($2, visitor_id), session_id = erased_name($2, session_id),
     context = erased_context(context)
   where workspace_id = $1 and website_id in (select website_id from websites where workspace_id = $1)
     and visitor_id = any($3::text[])`,
);

/** Replaces the names of browsers on their clicks and visits, and where exactly these were. */
export async function forgetBrowsers(
  trx: Transaction,
  workspaceId: number,
  salt: Buffer,
  browsers: { clickVisitors: string[]; webVisitors: string[] },
): Promise<void> {
  await trx.query(byVisitor, [workspaceId, salt, browsers.clickVisitors]);
  await trx.query(byWebVisitor, [workspaceId, salt, browsers.webVisitors]);
  await trx.query(visits, [workspaceId, salt, browsers.webVisitors]);
}
