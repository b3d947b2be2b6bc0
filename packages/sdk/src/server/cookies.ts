/** What the tracker keeps in a browser, as a server reads it from a request. Null where there is none. */
export interface BrowserIds {
  clickId: string | null;
  /** Oldest first. */
  clickIds: string[];
  visitorId: string | null;
  sessionId: string | null;
}

/**
 * Reads the tracker's cookies from a request's `Cookie` header: keep them with the order, and hand them to `trackLead` and
 * `attributePayment` when the sign-up or the payment is in. Takes any text.
 */
export function readBrowserIds(cookieHeader: string | null | undefined): BrowserIds {
  const cookies = new Map<string, string>();
  for (const pair of (cookieHeader ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0) cookies.set(pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim()));
  }
  const one = (name: string) => cookies.get(name) || null;
  return {
    clickId: one('affitor_click_id') ?? one('customer_code'),
    clickIds: (one('affitor_click_ids') ?? '').split('|').filter((id) => id !== ''),
    visitorId: one('hw_visitor'),
    sessionId: one('hw_session'),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
