import type { Command } from './command.ts';
import { GLOBAL_OPTIONS } from './parse-command-line.ts';

/** Shells a script can be made for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** A script that teaches a shell the commands and options: `source <(lockstep completions bash)`. */
export function completionScript(shell: Shell, commands: readonly Command[]): string {
  if (shell === 'bash') return bash(commands);
  return shell === 'zsh' ? zsh(commands) : fish(commands);
}

const optionsOf = (command: Command) => Object.entries({ ...command.options, ...GLOBAL_OPTIONS });
const PLACES = /PATH|FILE|DIR/;

function bash(commands: readonly Command[]): string {
  const cases = commands.map((command) => {
    const words = [...optionsOf(command).map(([name]) => `--${name}`), ...(command.offers ?? [])].join(' ');
    return `    ${command.name}) words='${words}' ;;`;
  });
  const values = valueWords(commands).map(
    ([name, words]) => `    --${name}) COMPREPLY=($(compgen -W '${words.join(' ')}' -- "$current")); return ;;`,
  );
  return `# bash completion for lockstep
_lockstep() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} words='${commands.map((command) => command.name).join(' ')} --data --json --help --version'
  case $previous in
    --data) COMPREPLY=($(compgen -d -- "$current")); return ;;
${values.join('\n')}
  esac
  if [ "$COMP_CWORD" -gt 1 ]; then case \${COMP_WORDS[1]} in
${cases.join('\n')}
  esac; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _lockstep lockstep
`;
}

function zsh(commands: readonly Command[]): string {
  const quoted = (text: string) =>
    text.replaceAll("'", "'\\''").replaceAll('[', '(').replaceAll(']', ')').replaceAll(':', '\\:');
  const names = commands.map((command) => `    '${command.name}:${quoted(command.summary)}'`);
  const cases = commands.map((command) => {
    const options = optionsOf(command).map(([name, option]) => {
      const value = option.value
        ? `:${quoted(option.value)}:${option.offers ? `(${option.offers.join(' ')})` : PLACES.test(option.value) ? '_files' : ' '}`
        : '';
      return `      '${option.multiple ? '*' : ''}--${name}[${quoted(option.help)}]${value}'`;
    });
    const rest = command.offers ? `'*:argument:(${command.offers.join(' ')})'` : "'*:argument:_files'";
    return `    ${command.name}) _arguments ${[...options, `      ${rest}`].join(' \\\n').trim()} ;;`;
  });
  return `#compdef lockstep
_lockstep() {
  local -a commands=(
${names.join('\n')}
  )
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  local command=$words[2]
  shift words; (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
if [ "$funcstack[1]" = _lockstep ]; then _lockstep "$@"; else compdef _lockstep lockstep; fi
`;
}

function fish(commands: readonly Command[]): string {
  const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const lines = commands.flatMap((command) => {
    const when = `-n '__fish_seen_subcommand_from ${command.name}'`;
    return [
      `complete -c lockstep -n __fish_use_subcommand -a ${command.name} -d ${quoted(command.summary)}`,
      ...Object.entries(command.options).map(([name, option]) => {
        const value = option.value ? ` -r${option.offers ? ` -f -a ${quoted(option.offers.join(' '))}` : ''}` : '';
        return `complete -c lockstep ${when} -l ${name}${value} -d ${quoted(option.help)}`;
      }),
      ...(command.offers ? [`complete -c lockstep ${when} -f -a ${quoted(command.offers.join(' '))}`] : []),
    ];
  });
  const everywhere = Object.entries(GLOBAL_OPTIONS).map(([name, option]) => {
    return `complete -c lockstep -l ${name}${option.value ? ' -r' : ''}${option.short ? ` -s ${option.short}` : ''} -d ${quoted(option.help)}`;
  });
  return `# fish completion for lockstep\n${[...lines, ...everywhere].join('\n')}\n`;
}

/** Options whose values can be offered, by name; those of one name offer the same. */
function valueWords(commands: readonly Command[]): (readonly [string, readonly string[]])[] {
  const offers = new Map<string, readonly string[]>();
  for (const command of commands) {
    for (const [name, option] of Object.entries(command.options)) if (option.offers) offers.set(name, option.offers);
  }
  return [...offers];
}
