import type { Handlers } from '../../contract/contract.ts';
import { BrowsedCollections } from '../browse/browsed-collections.ts';
import type { Engine } from '../engine.ts';
import { findAccount, logIn } from '../locations/find-account.ts';
import { accountOf, collectionsOfAccount } from '../locations/server-place.ts';
import { checkedName } from '../peers/protocol/display-name.ts';
import { LockstepError } from '../platform/trouble.ts';
import { removeDevice, setRole, settleQuarantine } from './change-devices.ts';
import { deviceViews } from './device-views.ts';
import { doctor } from './doctor.ts';
import { exportFormat, exportRecords } from './export-records.ts';
import { findCollection, findCollections, findRequest } from './find-named.ts';
import { forgetJoin, joinRequest } from './join-request.ts';
import { leaveRequest } from './leave-request.ts';
import { nearbyRequests } from './nearby-requests.ts';
import { tellingOfFormer } from './place-of-former.ts';
import { confirm, preview, putBack } from './plan-requests.ts';
import { problemViews } from './problem-views.ts';
import { recognizePlace } from './recognize-place.ts';
import { RecordRequests } from './record-requests.ts';
import { recoveryKey } from './recovery-key.ts';
import { showRecord } from './show-record.ts';
import { sourceLacks } from './source-lacks.ts';
import { changeSource } from './source-settings.ts';
import { problemCount, statusView } from './status-view.ts';
import { syncRequest } from './sync-request.ts';

const NOTHING: Record<string, never> = {};

/** Answers every request of the contract for one device. */
export function handlersOf(engine: Engine): Handlers {
  engine.events.showWith(() => statusView(engine));
  const records = new RecordRequests(engine);
  const browsed = new BrowsedCollections(engine.world.clock);
  return {
    status: () => statusView(engine),
    'ui:address': () => {
      throw new LockstepError('no-ui', 'This instance serves no browser UI.');
    },
    'collections:add': async (options) => {
      const added = await tellingOfFormer(engine, () => engine.add(options));
      return { ...added, problems: problemCount(findCollection(engine, added.collection)) };
    },
    'collections:invite': (collection, role, approveFirst) => ({
      link: engine.network.admissions.invite(findCollection(engine, collection).id, role, approveFirst),
    }),
    'collections:revoke-invite': (collection, link) => ({
      revoked: engine.network.admissions.revokeInvite(findCollection(engine, collection), link),
    }),
    'collections:recovery-key': (collection, action, key) =>
      recoveryKey(engine, findCollection(engine, collection), action, key),
    'collections:join': (link, location, format, wait) =>
      joinRequest(engine, (show) => engine.network.admissions.join(link, show), location, format, wait),
    ...nearbyRequests(engine),
    'accounts:password': (address, password) => {
      const { url, account } = accountOf(address, engine.world.secrets);
      if (account.user === null)
        throw new LockstepError(
          'bad-address',
          `Put the user into the address: ${url.protocol}//USER@${url.host}…`,
          address,
        );
      engine.world.secrets.setPassword({ origin: account.origin, user: account.user }, password);
      return NOTHING;
    },
    'accounts:collections': (address, kind) => collectionsOfAccount(address, kind, engine.world.secrets),
    'accounts:find': (typed, kind, user) => findAccount(typed, kind, user, engine.world.nameServers),
    'accounts:log-in': async (addresses, kind, password) => ({
      address: await logIn(addresses, kind, password, engine.world.secrets),
    }),
    'collections:leave': async (collection) => {
      if (!forgetJoin(engine, collection)) await leaveRequest(engine, findCollection(engine, collection));
      return NOTHING;
    },
    'requests:list': () => engine.network.admissions.requests(),
    'requests:answer': async (request, approve) => {
      await engine.network.admissions.answer(findRequest(engine, request), approve);
      return engine.network.admissions.requests();
    },
    sync: (options) => syncRequest(engine, options),
    'devices:list': () => deviceViews(engine),
    'devices:remove': async (device, collection) => {
      await removeDevice(engine, device, collection);
      return deviceViews(engine);
    },
    'devices:rename': (name) => {
      engine.config.set('name', checkedName(name));
      return deviceViews(engine);
    },
    'devices:role': (device, role, collection) => {
      setRole(engine, device, role, collection);
      return deviceViews(engine);
    },
    'devices:quarantine': (device, take, collection) => {
      settleQuarantine(engine, device, take, collection);
      return findCollections(engine, collection).flatMap(problemViews);
    },
    'source:change': (collection, change) => changeSource(engine, findCollection(engine, collection), change),
    'places:recognize': (location, format) => recognizePlace(engine, location, format),
    'source:lacks': (collection) => sourceLacks(findCollection(engine, collection)),
    'records:cat': (collection, record, which) => records.cat(collection, record, which),
    'records:content': (collection, record, content, size) => records.content(collection, record, content, size),
    'records:explain': (collection, record) => records.explain(collection, record),
    'conflicts:list': (collection) => records.conflicts(collection),
    'conflicts:first': (query) => records.firstConflicts(query),
    'conflicts:detail': (conflict) => records.detail(conflict),
    'conflicts:resolve': (conflict, choice) => records.resolve(conflict, choice),
    'conflicts:resolve-all': (prefer, collection) => records.resolveAll(prefer, collection),
    'duplicates:list': (collection) => browsed.duplicates(findCollection(engine, collection).collection),
    'duplicates:settle': (collection, one, other, isOnePerson) =>
      records.settleDuplicate(collection, one, other, isOnePerson),
    'duplicates:fuse-sure': (collection) => records.fuseSure(collection),
    'history:list': (query) => records.history(query),
    'history:acts': (query) => records.acts(query),
    'history:changes': (id, from, count, text) => records.actChanges(id, { from, count, text }),
    'history:undo': (id) => records.undo(id),
    'history:undo-all': (changes) => records.undoAll(changes),
    'history:restore': (collection, record, at, to) => records.restore(collection, record, at, to),
    'problems:list': (collection) => findCollections(engine, collection).flatMap(problemViews),
    'safety:preview': (collection) => preview(engine, findCollections(engine, collection)),
    'safety:put-back': async (planOrSource) => {
      await putBack(engine, planOrSource);
      return {};
    },
    'safety:confirm': (planOrSource) => {
      confirm(engine, planOrSource);
      return NOTHING;
    },
    verify: (collection, content) => records.verify(collection, content),
    pause: (collection, paused) => {
      for (const replica of findCollections(engine, collection)) {
        replica.collection.transact(() => replica.collection.update({ paused }));
        for (const row of replica.synchronizers.keys()) {
          engine.schedules.get(row)?.dirty(null);
          engine.schedules.get(row)?.constructSoon();
        }
        engine.network.exchanges.changedHere(replica.id);
      }
      engine.changed();
      return NOTHING;
    },
    'records:show': (collection, record) => showRecord(findCollection(engine, collection), record),
    'records:list': (collection, search) => browsed.records(findCollection(engine, collection).collection, search),
    'calendar:agenda': (collection, from, to, timeZone) =>
      browsed.agenda(findCollection(engine, collection).collection, from, to, timeZone),
    export: async (name, file, asked) => {
      const replica = findCollection(engine, name);
      const format = exportFormat(replica, asked, file);
      const { total } = records.firstConflicts({ collection: replica.id, limit: 0 });
      const view = await (format.kind === 'files'
        ? records.exportFolder(replica, file)
        : exportRecords(engine, replica, file, format));
      return total === 0 ? view : { ...view, conflicts: total };
    },
    config: (key, value) => {
      if (key === null) return { ...engine.config.all(), relay: engine.relaySetting.shown };
      const name = engine.config.named(key);
      if (value !== null)
        if (name === 'relay') engine.relaySetting.set(value);
        else engine.config.set(name, value);
      return { [name]: name === 'relay' ? engine.relaySetting.shown : engine.config.value(name) };
    },
    doctor: () => doctor(engine),
    'desktop:pick-folder': () => null,
    'desktop:open-source': () => NOTHING,
    'desktop:start-at-login': () => false,
  };
}
