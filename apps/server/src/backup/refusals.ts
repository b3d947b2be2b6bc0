/** What a person is told when nothing was done: the message says what to do. */
export class BackupRefused extends Error {}

/** The file is not what was written. */
export class BackupDamaged extends BackupRefused {
  constructor(path: string, why: string) {
    super(`${path} cannot be restored: ${why}. Nothing was changed; take another backup.`);
  }
}
