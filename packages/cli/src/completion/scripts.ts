import type { Shape } from './shape.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
const pathsBelow = (shapes: readonly Shape[]) =>
  shapes
    .slice(1)
    .map(({ path }) => quote(path))
    .join('|');

/** `case` arms for what follows an option that takes something. */
function valueArms(
  shapes: readonly Shape[],
  file: string,
  words: (choices: string[]) => string,
  none: string,
): string[] {
  return shapes.flatMap(({ path, options }) =>
    options
      .filter(({ takes }) => takes !== 'nothing')
      .map(({ flags, takes, choices }) => {
        const patterns = flags.map((flag) => quote(`${path} ${flag}`)).join('|');
        const does = choices.length > 0 ? words(choices) : takes === 'file' ? file : none;
        return `    ${patterns}) ${does}; return ;;`;
      }),
  );
}

const wordOf = (list: string) => `\${${list}[i]}`;

/** How far down the tree the words before the cursor go; the same in bash and zsh but for where words begin. */
const walk = (shapes: readonly Shape[], loop: string, word: string) => `  local at=headwater i
  ${loop}; do
    case "$at ${word}" in
      ${pathsBelow(shapes)}) at="$at ${word}" ;;
    esac
  done`;

function bash(shapes: readonly Shape[]): string {
  const words = (choices: string[]) => `COMPREPLY=($(compgen -W ${quote(choices.join(' '))} -- "$cur"))`;
  const arms = shapes.map(({ path, commands, words: own, options }) => {
    const all = [...commands.map(({ name }) => name), ...own, ...options.flatMap(({ flags }) => flags)];
    return `    ${quote(path)}) ${words(all)} ;;`;
  });
  return `# headwater completion for bash: source <(headwater completion bash)
_headwater() {
  local cur="\${COMP_WORDS[COMP_CWORD]}"
${walk(shapes, 'for ((i = 1; i < COMP_CWORD; i++))', wordOf('COMP_WORDS'))}
  case "$at \${COMP_WORDS[COMP_CWORD-1]}" in
${valueArms(shapes, 'COMPREPLY=()', words, 'compopt +o default 2>/dev/null').join('\n')}
  esac
  case "$at" in
${arms.join('\n')}
  esac
}
complete -o default -F _headwater headwater
`;
}

function zsh(shapes: readonly Shape[]): string {
  const described = (rows: { name: string; about: string }[]) =>
    rows.map(({ name, about }) => quote(`${name}:${about}`)).join(' ');
  const arms = shapes.map(({ path, commands, words, options }) => {
    const flags = options.flatMap(({ flags: own, about }) => own.map((name) => ({ name, about })));
    const below = [...commands, ...words.map((name) => ({ name, about: '' }))];
    return `    ${quote(path)}) found=(${described(below)}); flags=(${described(flags)}) ;;`;
  });
  return `#compdef headwater
# headwater completion for zsh: source <(headwater completion zsh), after compinit
_headwater() {
${walk(shapes, 'for ((i = 2; i < CURRENT; i++))', wordOf('words'))}
  case "$at \${words[CURRENT-1]}" in
${valueArms(shapes, '_files', (choices) => `compadd -- ${choices.join(' ')}`, ':').join('\n')}
  esac
  local -a found flags
  case "$at" in
${arms.join('\n')}
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then
    _describe option flags
  elif (( \${#found} )); then
    _describe command found
  else
    _files
  fi
}
compdef _headwater headwater
`;
}

function fish(shapes: readonly Shape[]): string {
  const lines = shapes.flatMap(({ path, commands, words, options }) => {
    const here = `complete -c headwater -n ${quote(`__headwater_at ${quote(path).replaceAll("'", '"')}`)}`;
    return [
      ...commands.map(({ name, about }) => `${here} -f -a ${name} -d ${quoteFish(about)}`),
      ...(words.length === 0 ? [] : [`${here} -f -a ${quote(words.join(' '))}`]),
      ...options.map(({ flags, about, takes, choices }) => {
        const names = flags.map((flag) =>
          flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
        );
        const after =
          choices.length > 0
            ? ` -x -a ${quote(choices.join(' '))}`
            : { nothing: '', file: ' -r -F', text: ' -x' }[takes];
        return `${here} ${names.join(' ')}${after} -d ${quoteFish(about)}`;
      }),
    ];
  });
  return `# headwater completion for fish: headwater completion fish | source
function __headwater_at
    set -l at headwater
    for word in (commandline -opc)[2..-1]
        switch "$at $word"
            case ${shapes
              .slice(1)
              .map(({ path }) => quote(path))
              .join(' ')}
                set at "$at $word"
        end
    end
    test "$at" = "$argv[1]"
end
${lines.join('\n')}
`;
}

const quoteFish = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

export const scriptFor: Readonly<Record<Shell, (shapes: readonly Shape[]) => string>> = { bash, zsh, fish };
