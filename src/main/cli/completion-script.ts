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

/** What the first argument of a command may be. */
const offersOf = (command: Command, commands: readonly Command[]): readonly string[] =>
  command.name === 'help' ? commands.map(({ name }) => name) : (command.offers ?? []);

function bash(commands: readonly Command[]): string {
  const cases = commands.map((command) => {
    const words = [...optionsOf(command).map(([name]) => `--${name}`), ...offersOf(command, commands)].join(' ');
    return `    ${command.name}) words='${words}' ;;`;
  });
  // Of one name, but of other values with each command: --role of a member, and of a relay.
  const values = commands.flatMap(({ name, options }) =>
    Object.entries(options).flatMap(([option, { offers }]) =>
      offers === undefined ? [] : [`    ${name}:--${option}) words='${offers.join(' ')}' ;;`],
    ),
  );
  return `# bash completion for lockstep
_lockstep() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} words='${commands.map((command) => command.name).join(' ')} --data --json --help --version'
  local at command=
  if [ "$current" = = ]; then current=
  elif [ "$previous" = = ]; then previous=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for ((at = 1; at < COMP_CWORD; at++)); do
    case \${COMP_WORDS[at]} in
      --data) [ "\${COMP_WORDS[at+1]}" != = ] || at=$((at + 1)); at=$((at + 1)) ;;
      -*) ;;
      *) command=\${COMP_WORDS[at]}; break ;;
    esac
  done
  case $command in
${cases.join('\n')}
  esac
  case $command:$previous in
    *:--data) COMPREPLY=($(compgen -d -- "$current")); return ;;
${values.join('\n')}
  esac
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
    const offers = offersOf(command, commands);
    const rest = offers.length > 0 ? `'*:argument:(${offers.join(' ')})'` : "'*:argument:_files'";
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
    const offers = offersOf(command, commands);
    const when = `-n '__fish_seen_subcommand_from ${command.name}'`;
    return [
      `complete -c lockstep -n __fish_use_subcommand -a ${command.name} -d ${quoted(command.summary)}`,
      ...Object.entries(command.options).map(([name, option]) => {
        const value = option.value ? ` -r${option.offers ? ` -f -a ${quoted(option.offers.join(' '))}` : ''}` : '';
        return `complete -c lockstep ${when} -l ${name}${value} -d ${quoted(option.help)}`;
      }),
      ...(offers.length > 0 ? [`complete -c lockstep ${when} -f -a ${quoted(offers.join(' '))}`] : []),
    ];
  });
  const everywhere = Object.entries(GLOBAL_OPTIONS).map(([name, option]) => {
    return `complete -c lockstep -l ${name}${option.value ? ' -r' : ''}${option.short ? ` -s ${option.short}` : ''} -d ${quoted(option.help)}`;
  });
  return `# fish completion for lockstep\n${[...lines, ...everywhere].join('\n')}\n`;
}
