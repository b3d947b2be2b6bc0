export interface ShellSession {
  run(commands: string, patienceMs?: number): Promise<string>;
  close(): Promise<void>;
}
export function openShell(options: { cwd: string; env: NodeJS.ProcessEnv }): ShellSession;
