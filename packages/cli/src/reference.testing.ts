import type { Command } from 'commander';

/** A command that does something, by the words that it is called with. */
export interface Leaf {
  path: string;
  command: Command;
}

export function leavesOf(command: Command, path = command.name()): Leaf[] {
  if (command.commands.length === 0) return [{ path, command }];
  return command.commands.flatMap((one) => leavesOf(one, `${path} ${one.name()}`));
}

/** What docs/cli.md says of a command before its own words: the same as `--help`, without what all commands take. */
export function sectionOf({ path, command }: Leaf): string {
  const help = command.createHelp();
  const parent = path.split(' ').slice(0, -1).join(' ');
  const usage = `${parent} ${help.subcommandTerm(command)}`.replace(' [options]', '').trim();
  const rows = [
    ...command.registeredArguments.map((one) => [help.argumentTerm(one), help.argumentDescription(one)]),
    ...command.options
      .filter(({ long }) => long !== '--json')
      .map((one) => [help.optionTerm(one), help.optionDescription(one)]),
  ];
  const table = rows.map(
    ([term = '', text = '']) => `| \`${term}\` | ${text.replaceAll('|', '\\|').replaceAll('<', '&lt;')} |`,
  );
  return [
    `### ${path}`,
    `${command.description()}.`,
    ...(usage === path && rows.length === 0
      ? []
      : [`\`${usage}${command.options.length > 1 ? ' [options]' : ''}\``]),
    ...(rows.length === 0 ? [] : [['| | |', '| --- | --- |', ...table].join('\n')]),
  ].join('\n\n');
}
