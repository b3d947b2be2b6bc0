/** A statement that finds the first row that cannot be, and the name of what it checks. `$1` is the workspace. */
export interface RowCheck {
  check: string;
  statement: { name: string; text: string };
}
