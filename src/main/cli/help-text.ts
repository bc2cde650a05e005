import type { Command, CommandOption } from './command.ts';
import { EXAMPLES } from './examples.ts';
import type { Paint } from './paint.ts';
import { GLOBAL_OPTIONS } from './parse-command-line.ts';

/** The help of the whole program. */
export function overview(commands: readonly Command[], paint: Paint): string {
  const rows = commands.map((command) => [`${command.name} ${command.takes}`.trim(), command.summary] as const);
  return [
    'Lockstep keeps folders, contacts and calendars the same on all your computers.',
    '',
    `${paint.strong('Usage:')} lockstep [COMMAND] [OPTIONS]    without a command it opens the app`,
    '',
    paint.strong('Commands:'),
    ...columns(rows),
    '',
    paint.strong('Options of every command:'),
    ...columns(optionRows(GLOBAL_OPTIONS)),
    '',
    'COLLECTION, DEVICE and RECORD take an id, the unambiguous beginning of one, or a name (of a file: its path in the folder).',
    'Exit status: 0 done, 1 failed, 2 wrong usage, 3 not in step in time, 4 needs a person, 5 no running instance.',
    'More on a command: lockstep help COMMAND',
    '',
  ].join('\n');
}

/** The help of one command. */
export function helpFor(command: Command, paint: Paint): string {
  const options = optionRows(command.options);
  const examples = (EXAMPLES[command.name] ?? []).map(([line, does]) => [`lockstep ${line}`, does] as const);
  return [
    `${paint.strong('Usage:')} lockstep ${command.name} ${command.takes}${options.length > 0 ? ' [OPTIONS]' : ''}`
      .replace(/ {2,}/, ' ')
      .trimEnd(),
    '',
    `${command.summary[0]!.toUpperCase()}${command.summary.slice(1)}.`,
    ...(command.details ? ['', command.details] : []),
    ...(options.length > 0 ? ['', paint.strong('Options:'), ...columns(options)] : []),
    ...(examples.length > 0 ? ['', paint.strong('Examples:'), ...columns(examples)] : []),
    '',
    paint.strong('Options of every command:'),
    ...columns(optionRows(GLOBAL_OPTIONS)),
    '',
  ].join('\n');
}

function optionRows(options: { readonly [name: string]: CommandOption }): (readonly [string, string])[] {
  return Object.entries(options).map(([name, option]) => {
    const short = option.short ? `-${option.short}, ` : '';
    return [`${short}--${name}${option.value ? ` ${option.value}` : ''}`, option.help];
  });
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd());
}
