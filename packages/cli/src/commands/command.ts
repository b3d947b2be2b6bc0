import { Command } from 'commander';

/** Ends the process with another code than 0 although nothing failed. */
export type End = (exitCode: number) => void;

/** A command that works on a program. */
export function programCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option(
      '--program <id>',
      'the program’s number; not needed where there is one, or in a folder that has one',
    );
}

export interface ProgramOptions {
  program?: string;
  json?: boolean;
}
