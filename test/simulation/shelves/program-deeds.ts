import { MORE_COLUMNS, numbersIn } from './shelf.ts';
import { type Deed, how, pickText } from './shelf-deeds.ts';

/*
 * What other programs do to texts as a whole: they write them in another version of the format, give them other names, put back older ones, and know
 * series of events.
 */

/** A program that writes another version of vCard, or of its own table, or leaves out UIDs or makes them up. */
const exportAgain: Deed = (shelf, { random, wrote }) => {
  const found = pickText(shelf, random);
  if (found === null || shelf.kind !== 'contacts') return null;
  const [path, text] = found;
  if (shelf.isTable) {
    const how = random.pick(['order', 'more', 'fewer'] as const);
    const again = shelf.withColumns(text, (columns) => {
      if (how === 'order') return random.shuffle(columns);
      const own = columns.filter((column) => !(MORE_COLUMNS as readonly string[]).includes(column));
      return how === 'fewer' ? own : [...own.slice(0, 2), ...random.shuffle(MORE_COLUMNS), ...own.slice(2)];
    });
    if (again === null) return null;
    shelf.save(path, again, 'rename');
    return `export ${path} with columns in ${how}`;
  }
  const version = random.pick(['3.0', '4.0']);
  // A server keeps the UID of a text.
  const uids = shelf.server === null ? random.pick(['kept', 'kept', 'left out', 'made up'] as const) : 'kept';
  const items = shelf.itemsIn(text).map((item) => {
    const lines = item.replace(/^VERSION:.*?(?=\r?$)/m, `VERSION:${version}`);
    if (uids === 'kept') return lines;
    const uid = uids === 'made up' ? `UID:made-up-${wrote.name()}\r\n` : '';
    return lines.replace(/^UID:.*\r?\n(?: .*\r?\n)*/m, uid);
  });
  shelf.save(path, shelf.textOf(items), how(random));
  return `export ${path} as ${version}, UIDs ${uids}`;
};

/** A text as it was before is put back over what it is, with the times it had then or those of now. */
const putBack: Deed = (shelf, { random }) => {
  const past = shelf.past.filter(({ path, text }) => shelf.texts().get(path) !== text);
  if (past.length === 0) return null;
  const { path, text, modified } = random.pick(past);
  shelf.save(path, text, how(random));
  if (random.chance(0.5) && shelf.server === null) shelf.device.user.touch(path, modified);
  return `put back ${path}`;
};

/** An item twice: a copy of its file, or once more in its text. */
const copy: Deed = (shelf, { random, wrote }) => {
  const found = pickText(shelf, random);
  if (found === null) return null;
  const [path, text] = found;
  if (shelf.shape === 'folder' && random.chance(0.6)) {
    const to = `${path.slice(0, -4)} copy${path.slice(-4)}`;
    if (shelf.device.user.fs.lstat(to) !== null) return null;
    for (const number of numbersIn(text)) wrote.copied.add(number);
    shelf.save(to, text, how(random));
    return `copy ${path}`;
  }
  const item = random.pick(shelf.itemsIn(text));
  // A calendar has but one item of a UID.
  if (shelf.kind === 'calendar' || shelf.server !== null) return null;
  for (const number of numbersIn(item)) wrote.copied.add(number);
  shelf.save(path, shelf.withItem(text, item), how(random));
  return `copy an item of ${path}`;
};

const dayOf = (item: string): number => Number(/^DTSTART:202603(\d\d)/m.exec(item)?.[1] ?? 1);
const timeOf = (item: string): string => /^DTSTART:\d{8}(T\d{6}Z)/m.exec(item)?.[1] ?? 'T100000Z';
/** When the occurrence of so many days later is. */
const occurrence = (item: string, days: number): string =>
  `202603${String(dayOf(item) + days).padStart(2, '0')}${timeOf(item)}`;

/** What people do to an event that takes place day after day. */
const workOnSeries: Deed = (shelf, { random, wrote }) => {
  const found = pickText(shelf, random);
  if (found === null || shelf.kind !== 'calendar') return null;
  const [path, text] = found;
  const item = random.pick(shelf.itemsIn(text));
  if (!item.startsWith('BEGIN:VEVENT') || item.includes('\r\n ') || item.includes('\n ')) return null;
  const [uid = ''] = /^UID:.*\r?\n/m.exec(item) ?? [];
  const [end] = /\r?\n/.exec(item) ?? ['\r\n'];
  const components = item.match(/BEGIN:VEVENT\r?\n[\s\S]*?END:VEVENT\r?\n/g) ?? [];
  const [master, ...overrides] = components as [string, ...string[]];
  if (master.includes('RECURRENCE-ID')) return null;
  const save = (changed: string, what: string): string => {
    shelf.save(
      path,
      text.replace(item, () => changed),
      how(random),
    );
    return `${what} in ${path}`;
  };
  if (!master.includes('RRULE'))
    return save(item.replace(/^DTSTART:.*\r?\n/m, `$&RRULE:FREQ=DAILY;COUNT=9${end}`), 'make a series');
  const at = occurrence(master, random.int(5));
  const isOf = (component: string): boolean => component.includes(`RECURRENCE-ID:${at}`);
  const others = overrides.filter((each) => !isOf(each)).join('');
  const what = random.pick(['occurrence', 'occurrence', 'occurrence', 'exclude', 'move', 'rule', 'put back'] as const);
  if (what === 'occurrence') {
    if (master.includes(`EXDATE:${at}`)) return null;
    const number = wrote.next();
    const own = `BEGIN:VEVENT${end}${uid}DTSTAMP:20260101T000000Z${end}RECURRENCE-ID:${at}${end}DTSTART:${at.replace('T1', 'T2')}${end}SUMMARY:Other ${number}${end}END:VEVENT${end}`;
    return save(master + others + own, `an occurrence is ${number}`);
  }
  if (what === 'exclude')
    return save(master.replace(/^RRULE.*\r?\n/m, `$&EXDATE:${at}${end}`) + others, 'leave out an occurrence');
  if (what === 'put back')
    return overrides.length === 0 ? null : save(master + overrides.slice(1).join(''), 'put back an occurrence');
  if (what === 'rule')
    return save(item.replace(/COUNT=\d+/, `COUNT=${random.between(5, 9)}`), 'change the rule of a series');
  const [before, after] = timeOf(master) === 'T100000Z' ? ['T100000Z', 'T110000Z'] : ['T110000Z', 'T100000Z'];
  return save(item.replaceAll(before, after), 'move a series');
};

/** A task instead of an event, or a task that is done. */
const workOnTasks: Deed = (shelf, { random, wrote }) => {
  if (shelf.kind !== 'calendar') return null;
  const found = pickText(shelf, random) ?? [...shelf.texts()][0] ?? null;
  if (found === null) return null;
  const [path, text] = found;
  const task = shelf.itemsIn(text).find((item) => item.startsWith('BEGIN:VTODO'));
  const number = wrote.next();
  if (task === undefined || random.chance(0.4)) {
    const uid = `task-${shelf.device.name}-${number.slice(-3)}`;
    const item = `BEGIN:VTODO\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\nDUE:20260305T100000Z\r\nSUMMARY:Do ${number}\r\nEND:VTODO\r\n`;
    if (shelf.server === null) shelf.save(path, shelf.withItem(text, item), how(random));
    else shelf.save(shelf.pathOf(uid), shelf.textOf([item]), 'in-place');
    return `add the task ${uid} to ${path}`;
  }
  const isDone = task.includes('STATUS:COMPLETED');
  const [old] = numbersIn(task);
  const changed = isDone
    ? task.replace(/^STATUS:.*\r?\n/m, '').replace(/^PERCENT-COMPLETE:.*\r?\n/m, '')
    : task.replace(/END:VTODO/, 'STATUS:COMPLETED\r\nPERCENT-COMPLETE:100\r\n$&');
  shelf.save(
    path,
    text.replace(task, () => (old === undefined ? changed : changed.replace(old, number))),
    how(random),
  );
  return `a task in ${path} is ${isDone ? 'open' : 'done'}, ${number}`;
};

export const PROGRAM_DEEDS = {
  export: exportAgain,
  'put-back': putBack,
  copy,
  series: workOnSeries,
  tasks: workOnTasks,
};
