export interface NewClick {
  workspaceId: number;
  programId: number;
  clickId: string;
  clickedAt: Date;
  linkId: number | null;
  partnerId: number | null;
  visitor: string;
  /** An earlier click whose visitor this one belongs to, if it is known to the workspace. */
  existingClickId: string | null;
  existingDay: Date | null;
  webVisitor: string | null;
  webSession: string | null;
  isTest: boolean;
  /** The {@link TouchContext} as JSON. */
  context: string;
}

export interface NewVisit {
  workspaceId: number;
  websiteId: string;
  visitorId: string;
  sessionId: string;
  startedAt: Date;
  /** The {@link TouchContext} as JSON. */
  context: string;
  /** The visit's own line for the event log, written only if this call opens the visit. */
  line: string;
}

/** What one request brings: at most one click, at most one visit, and lines for the event log. */
export interface Arrival {
  click: NewClick | null;
  visit: NewVisit | null;
  /** Lines of JSONEachRow, without the visit's. */
  lines: readonly string[];
}
