import { Argument, Command } from 'commander';
import { type Shell, scriptFor, shells } from '../completion/scripts.ts';
import { shapesOf } from '../completion/shape.ts';
import { openOutput } from '../output.ts';

/** `headwater completion`: a script for the shell, made of the commands there are. */
export function completionCommand(): Command {
  return new Command('completion')
    .description('Print what lets a shell complete commands and options: source <(headwater completion bash)')
    .addArgument(new Argument('<shell>', 'which one').choices(shells))
    .action((shell: Shell, options: { json?: boolean }, command: Command) => {
      const out = openOutput(process.stdout, process.stderr);
      const script = scriptFor[shell](shapesOf(command.parent as Command));
      if (options.json) out.json({ shell, script });
      else process.stdout.write(script);
    });
}
