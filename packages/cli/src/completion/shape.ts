import type { Command, Option } from 'commander';

/** What may stand in one place of a command line. */
export interface Shape {
  /** As it is typed: `headwater stripe events`. */
  path: string;
  commands: { name: string; about: string }[];
  /** Words that an argument may be. */
  words: string[];
  options: { flags: string[]; about: string; takes: 'nothing' | 'file' | 'text'; choices: string[] }[];
}

/** The tree of commands, as completion in any shell needs it. */
export function shapesOf(command: Command, path = command.name()): Shape[] {
  const own: Shape = {
    path,
    commands: command.commands.map((one) => ({ name: one.name(), about: one.description() })),
    words: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
    options: [
      ...command.options.map(optionShape),
      { flags: ['--help'], about: 'say more', takes: 'nothing', choices: [] },
    ],
  };
  // Called by its own name alone it does what its default does, with the same options.
  const usual = command.commands.find((one) => one.name() === defaultOf(command));
  if (usual !== undefined) own.options.unshift(...usual.options.map(optionShape));
  return [own, ...command.commands.flatMap((one) => shapesOf(one, `${path} ${one.name()}`))];
}

/** Commander tells nobody which subcommand is the default. */
function defaultOf(command: Command): string | undefined {
  return (command as unknown as { _defaultCommandName?: string | null })._defaultCommandName ?? undefined;
}

function optionShape(option: Option): Shape['options'][number] {
  const takes =
    !option.required && !option.optional ? 'nothing' : /file/.test(option.flags) ? 'file' : 'text';
  return {
    flags: [option.short, option.long].filter((flag) => flag !== undefined && flag !== null),
    ...{ about: option.description, takes, choices: option.argChoices ?? [] },
  };
}
