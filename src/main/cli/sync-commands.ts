import type {
  CollectionState,
  CollectionView,
  PeerView,
  PersonNeeded,
  PlannedView,
  SourceView,
  StatusView,
  SyncOptions,
  SyncView,
} from '../../contract/contract.ts';
import { fieldWords, isTold } from '../../contract/field-words.ts';
import { hardLinkWords } from '../../contract/hard-link-words.ts';
import { numberText } from '../../contract/number-text.ts';
import { listed, problemsThere } from '../../contract/overall-state.ts';
import { problemAdvice, problemKind } from '../../contract/problem-advice.ts';
import { relayName, relaySentence } from '../../contract/relay-words.ts';
import { waitingContents } from '../../contract/waiting-words.ts';
import { plainText } from '../platform/plain-text.ts';
import { LockstepError } from '../platform/trouble.ts';
import { askRecord } from './ask-record.ts';
import { collectionKinds, listedName } from './collection-kinds.ts';
import type { Command, CommandCall } from './command.ts';
import { deviceNames, namesApart } from './device-names.ts';
import { EXIT } from './exit-status.ts';
import { localTime } from './local-time.ts';
import { flagOption, given, listOption, numberOption, requiredArgument, usageError } from './options.ts';
import type { Paint } from './paint.ts';
import { needsPassword } from './place.ts';
import { progressLine, withProgress } from './progress-bar.ts';
import { bytesText, counted, shortId, shortRecord, showField } from './show-value.ts';

const DEFAULT_TIMEOUT_S = 60;

const sync: Command = {
  name: 'sync',
  takes: '[COLLECTION]',
  summary: 'looks for changes now and exchanges them',
  details:
    'With --wait it returns when each member asked for has applied what this device holds, and the reverse. Exit status 3 at the\n' +
    'timeout; with or without it 4 where a source is halted. --for takes all, or ids or names of devices (default: those linked now or soon).',
  options: {
    wait: { type: 'boolean', help: 'wait until all are in step' },
    for: { type: 'string', multiple: true, several: true, value: 'all|DEVICE…', help: 'the members to wait for' },
    timeout: { type: 'string', value: 'SECONDS', help: `give up waiting after (default ${DEFAULT_TIMEOUT_S})` },
  },
  async run(call) {
    const wait = flagOption(call.options, 'wait');
    const members = listOption(call.options, 'for')?.flatMap((item) => item.split(','));
    if (members?.some((item) => item === '')) throw usageError('--for takes all, or devices; this names none.', 'for');
    const timeoutSeconds = numberOption(call.options, 'timeout', 0, 1e7) ?? DEFAULT_TIMEOUT_S;
    const [word] = call.positionals;
    const work = ask(call, given({ collection: word, wait, for: members, timeoutSeconds }));
    const result = await withProgress(call, work);
    await call.print(result, (view) => showSync(view, wait, call));
    if (result.needsPerson) return EXIT.needsPerson;
    return !wait || result.inStep ? EXIT.done : EXIT.notInStep;
  },
};

/** A word after the devices to wait for is one of them, where no collection is called so. */
async function ask(call: CommandCall, options: SyncOptions): Promise<SyncView> {
  try {
    return await call.ask('sync', options);
  } catch (failure) {
    const { collection, for: members, ...others } = options;
    if (
      !isCode(failure, 'no-such-collection') ||
      collection === undefined ||
      members === undefined ||
      members.includes('all')
    )
      throw failure;
    return await call
      .ask('sync', { ...others, for: [...members, collection] })
      .catch((other: unknown) => Promise.reject(isCode(other, 'no-such-device') ? failure : other));
  }
}
const isCode = (failure: unknown, code: string): boolean => failure instanceof LockstepError && failure.code === code;

const NEEDED: { readonly [need in PersonNeeded]: string } = {
  removed: 'This device was taken out of a collection',
  halted: 'A source is halted and waits for you',
  unavailable: 'A source cannot be reached',
  question: 'A source asks what to do with some of its items',
};

function showSync(view: SyncView, waited: boolean, { paint, table }: Pick<CommandCall, 'paint' | 'table'>): string {
  const records = view.collections.reduce((sum, collection) => sum + collection.records, 0);
  const seconds = view.collections.reduce((longest, collection) => Math.max(longest, collection.seconds), 0);
  const counts = `${counted(records, 'record')} in ${seconds.toFixed(1)} s`;
  const { heads, rows: members } = memberRows(view, paint);
  const troubled = view.collections.filter(({ problems }) => problems > 0);
  const isTroubled = troubled.length > 0 || view.members.some(({ inStep, why }) => inStep && why !== '');
  const inStep = isTroubled ? paint.warn('In step, but for what is named as a problem') : paint.good('In step');
  const head = view.inStep ? inStep : waited ? paint.warn('Not in step') : 'Looked for changes';
  const person = view.needs.map((need) => `${paint.warn(NEEDED[need])}: lockstep status\n`).join('');
  const problems = troubled
    .map(({ id, name, problems }) => {
      const which = plainText(name);
      return `${paint.bad(`${which} has ${counted(problems, 'problem')}`)}: lockstep problems ${shortId(id)}\n`;
    })
    .join('');
  const stillAt = waited && !view.inStep && person === '' && view.members.every(({ inStep }) => inStep);
  const busy = stillAt ? 'This device is not through with its own sources yet: lockstep status\n' : '';
  return `${head}: ${counts}.\n${busy}${person}${problems}${members.length > 0 ? table(heads, members, '') : ''}`;
}

/** A member of several collections is told once where the same is to be said of it in each, else for which of them. */
function memberRows({ members, collections }: SyncView, paint: CommandCall['paint']) {
  const told = Map.groupBy(members, ({ device, inStep, why }) => `${device} ${inStep} ${why}`);
  const alike = [...told.values()].flatMap((same) => same.slice(0, 1).map((member) => ({ member, same })));
  const areApart = new Set(alike.map(({ member }) => member.device)).size < alike.length;
  const nameOf = new Map(collections.map(({ id, name }) => [id, name]));
  const called = namesApart(members);
  return {
    heads: areApart ? ['device', 'collections', 'state', 'why'] : ['device', 'state', 'why'],
    rows: alike.map(({ member, same }) => [
      called(member.device, member.name),
      ...(areApart ? [listed(same.map(({ collection }) => plainText(nameOf.get(collection) ?? collection)))] : []),
      { painted: member.inStep ? paint.good('in step') : paint.warn('not in step') },
      member.why,
    ]),
  };
}

const status: Command = {
  name: 'status',
  takes: '',
  summary: 'everything at a glance',
  options: {},
  async run(call) {
    await call.print(await call.ask('status'), (view) => showStatus(view, call.paint));
    return EXIT.done;
  },
};

function showStatus(view: StatusView, paint: Paint): string {
  const { device, links } = view;
  const stands = view.standstill;
  const standstill =
    stands === undefined ? '' : `${paint.bad(plainText(stands.sentence))}\n${plainText(stands.advice)}\n`;
  const own =
    `${paint.strong(plainText(device.name))}  ${paint.dim(device.id)}\n` +
    paint.dim(`received ${bytesText(links.bytesIn)}, sent ${bytesText(links.bytesOut)} since start\n`);
  const head =
    // Nothing is known of a device that stands still since its start.
    (device.id === '' ? '' : own) +
    standstill +
    (view.warnings ?? []).map((text) => `${paint.bad(plainText(text))}\n`).join('');
  const joining = (view.joining ?? []).map(
    ({ name, location, state, code, why }) =>
      `${paint.strong(plainText(name))}  ${
        state === 'failed'
          ? paint.bad(`not joined: ${plainText(why ?? '')}`)
          : paint.warn(`waits to be approved there; both screens show ${code}`)
      }\n  ${plainText(location)}`,
  );
  if (view.collections.length === 0 && joining.length === 0 && stands !== undefined) return head;
  if (view.collections.length === 0 && joining.length === 0)
    return `${head}\nNothing is kept in step yet. Begin with: lockstep add PATH\n`;
  const blocks = view.collections.map((collection) => {
    const trouble = [
      collection.conflicts > 0 ? paint.warn(counted(collection.conflicts, 'conflict')) : null,
      collection.problems > 0 ? paint.bad(counted(collection.problems, 'problem')) : null,
      collection.outside > 0 ? `${numberText(collection.outside)} outside` : null,
    ].filter((part) => part !== null);
    const facts = [stateText(collection.state, paint), counted(collection.records, 'record'), ...trouble].join(', ');
    const sources = collection.sources.map((source) => {
      const words = [source.state === 'ready' ? '' : source.state, plainText(source.reason ?? '')];
      const said = words.filter((word) => word !== '').join(': ');
      const state = said === '' ? '' : `  ${said}`;
      const linked = hardLinkWords(source.hardLinks);
      return [
        `  ${plainText(source.location)}${paint.warn(state)}`,
        // What confirming does, and what else there is, `preview` says: of some halts it deletes everywhere.
        ...(source.plan
          ? [
              `    see what it is about, and what else can be done: lockstep preview ${shortId(collection.id)}`,
              `    go on with: lockstep confirm ${source.plan}`,
            ]
          : []),
        ...(source.state === 'unavailable' ? [`    ${awayAdvice(shortId(collection.id), source)}`] : []),
        ...(linked === '' ? [] : [paint.dim(`    ${linked}`)]),
      ].join('\n');
    });
    const called = namesApart(collection.peers);
    const peers = collection.peers.map((peer) => {
      const behind = peer.behind > 0 ? `, ${counted(peer.behind, 'package')} behind` : '';
      const there = peer.problems === undefined ? '' : paint.warn(`, ${problemsThere(peer.problems)}`);
      const through = peer.through === undefined ? null : `through ${plainText(peer.through)}`;
      const state = `${through ?? peer.state}${linkWords(peer)}${behind}${there}`;
      return `  ${plainText(called(peer.device, peer.name))}: ${peer.state === 'linked' || through ? state : paint.dim(state)}`;
    });
    const relay = relayLine(collection, paint);
    const out = collection.removed
      ? [`  to have done with it, or to join again: lockstep leave ${shortId(collection.id)}`]
      : [];
    const progress = collection.progress ? [`  ${progressLine(collection.name, collection.progress, 100)}`] : [];
    return [
      `${paint.strong(plainText(collection.name))}  ${facts}  ${paint.dim(shortId(collection.id))}`,
      ...progress,
      ...sources,
      ...out,
      ...peers,
      ...relay,
      ...waitingContents(collection).map((words) => `  ${paint.warn(plainText(words))}`),
    ].join('\n');
  });
  return `${head}\n${[...blocks, ...joining].join('\n\n')}\n`;
}

function relayLine(collection: CollectionView, paint: Paint): readonly string[] {
  const words = relaySentence(collection);
  if (words === null || collection.relay === null) return [];
  const told = plainText(words.text);
  const name = plainText(relayName(collection.relay.url));
  return [`  relay ${name}: ${words.tone === 'attention' ? paint.bad(told) : paint.dim(told)}`];
}

function stateText(state: CollectionState, paint: Paint): string {
  if (state === 'in-step') return paint.good('in step');
  return state === 'halted' || state === 'problem' ? paint.bad(state) : paint.warn(state);
}

const explain: Command = {
  name: 'explain',
  takes: 'COLLECTION RECORD',
  summary: 'why a record is, or is not, in step, and who changed what',
  options: {},
  async run(call) {
    const [collection, record] = [requiredArgument(call), requiredArgument(call, 1)];
    const explained = await askRecord(call, record, (one) => call.ask('records:explain', collection, one));
    const names = await deviceNames(call);
    await call.print(explained, (view) => {
      const told = view.fields.filter(({ path }) => path === 'exists' || isTold(path));
      const rows = told.map((field) => [
        fieldWords(field.path, field.value),
        showField(field.path, field.value),
        names.get(field.device) ?? shortId(field.device),
        localTime(field.at),
        field.rule,
      ]);
      const problem = view.problem
        ? call.paint.bad(`Problem: ${plainText(view.problem.detail)} (${view.problem.code})\n`)
        : '';
      return `${plainText(view.state)}\n${problem}${call.table(['field', 'value', 'device', 'at', 'rule'], rows, 'No fields.')}`;
    });
    return EXIT.done;
  },
};

const preview: Command = {
  name: 'preview',
  takes: '[COLLECTION]',
  summary: 'what the next sync would do, without doing it',
  options: {},
  async run(call) {
    const plan = await call.ask('safety:preview', call.positionals[0] ?? null);
    await call.print(plan, (view) => {
      const rows = (where: string, list: readonly PlannedView[]) =>
        list.map((item) => [where, item.action, shortRecord(item.record)]);
      const halts = view.halts
        .map((halt) => call.paint.warn(`Halted: ${plainText(halt.detail)} (${halt.reason})\n`))
        .join('');
      const back = view.halts.some(({ reason }) => reason === 'mass-delete' || reason === 'emptied')
        ? `Or have what is gone written here again: lockstep put-back ${view.plan}\n`
        : '';
      // What cannot be looked at has no plan to confirm: `status` says what helps.
      const confirm = view.plan === '' ? '' : `Let it go on with: lockstep confirm ${view.plan}\n${back}`;
      const all = [...rows('from here', view.local), ...rows('to here', view.incoming)];
      return `${halts}${call.table(['which way', 'action', 'record'], all, 'Nothing to do.')}${confirm}`;
    });
    return EXIT.done;
  },
};

const confirm: Command = {
  name: 'confirm',
  takes: 'PLAN|SOURCE',
  summary: 'lets a halted source go on, for this plan only',
  options: {},
  async run(call) {
    await call.print(await call.ask('safety:confirm', requiredArgument(call)), () => 'It goes on.\n');
    return EXIT.done;
  },
};

const putBack: Command = {
  name: 'put-back',
  takes: 'PLAN|SOURCE',
  summary: 'writes what is gone from a halted source there again',
  details: 'Nothing is deleted elsewhere. What other devices hold is fetched from them.',
  options: {},
  async run(call) {
    await call.print(
      await call.ask('safety:put-back', requiredArgument(call)),
      () => 'What is gone is written again, as far as somebody has its content: lockstep status\n',
    );
    return EXIT.done;
  },
};

const verify: Command = {
  name: 'verify',
  takes: '[COLLECTION]',
  summary: 'a digest of the merged records, equal on devices in step',
  options: { content: { type: 'boolean', help: 'read every source again and name what differs' } },
  async run(call) {
    const work = call.ask('verify', call.positionals[0] ?? null, flagOption(call.options, 'content'));
    await call.print(await withProgress(call, work), (views) => {
      const rows = views.map((view) => [shortId(view.collection), view.records, view.root]);
      const differing = views.flatMap((view) =>
        view.differs.map((item) => [shortId(item.source), shortRecord(item.record)]),
      );
      const differs = differing.length > 0 ? `Differs:\n${call.table(['source', 'record'], differing, '')}` : '';
      return call.table(['collection', 'records', 'root'], rows, 'No collections.') + differs;
    });
    return EXIT.done;
  },
};

const problems: Command = {
  name: 'problems',
  takes: '[COLLECTION]',
  summary: 'every item that is not in step, with the reason',
  options: {},
  async run(call) {
    const found = await call.ask('problems:list', call.positionals[0] ?? null);
    const formats = call.json || found.length === 0 ? null : await formatsOfSources(call);
    const kinds = found.length === 0 ? null : await collectionKinds(call);
    await call.print(found, (views) => {
      const rows = views.map((view) => [
        shortId(view.collection),
        view.title === undefined
          ? shortRecord(view.record)
          : plainText(listedName(view.record, view.title, kinds?.get(view.collection) ?? null)),
        view.code,
        shortRecord(view.detail, 300),
        localTime(view.since),
      ]);
      const table = call.table(['collection', 'record', 'code', 'detail', 'since'], rows, 'No problems.');
      const advice = views.map(
        ({ code, source }) => `${code}: ${problemAdvice(problemKind(code, formats?.get(source) ?? null))}\n`,
      );
      return table + [...new Set(advice)].join('');
    });
    return EXIT.done;
  },
};

/** Exchanging, and knowing where things stand. */
export const syncCommands: readonly Command[] = [sync, status, explain, preview, confirm, putBack, verify, problems];

const linkWords = ({ link }: PeerView): string =>
  link === null ? '' : link === 'relay' ? ' (through the relay)' : ` (${plainText(link)})`;

/** By where they are, as problems name them. */
const formatsOfSources = async (call: CommandCall): Promise<ReadonlyMap<string, string>> => {
  const { collections } = await call.ask('status');
  return new Map(
    collections.flatMap(({ sources }) => sources.map(({ location, format }) => [location, format] as const)),
  );
};

/** What a person can do where a source cannot be looked at. */
const awayAdvice = (collection: string, { id, location }: SourceView): string =>
  'once it is back it goes on by itself; ' +
  (needsPassword(location) ? `a new password it gets with: lockstep source ${collection} --password; ` : '') +
  `if it is gone for good, begin anew with: lockstep source ${collection} --remove ${id}, ` +
  `then lockstep source ${collection} --add PLACE`;
