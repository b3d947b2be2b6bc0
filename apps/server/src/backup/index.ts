/**
 * Everything an installation holds in one file, taken beside the running server, and brought back into empty stores. This room
 * promises that a backup shows one instant of both stores, that a file which is not byte for byte what was written is refused
 * before anything is touched, and that a restore is there whole or not at all. Knows tables by the catalogue, not by name.
 */
export { BackupRefused } from './refusals.ts';
export { type Restored, restoreBackup } from './restore-backup.ts';
export { type Backup, type Source, takeBackup } from './take-backup.ts';
export { tryBackup } from './try-backup.ts';
