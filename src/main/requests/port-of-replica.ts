import { nameContent } from '../content/name-content.ts';
import type { AskPeers } from '../content-exchange/ask-peers.ts';
import type { Contents, KeptContents } from '../content-exchange/contents.ts';
import type { HistoryContents, HistoryPort, Members } from '../past/history-port.ts';
import type { Replica } from '../replica.ts';
import type { ContentStore } from '../store/content-store.ts';

/** What a replica needs around it to answer about its history. */
export interface AroundReplica {
  readonly self: { readonly device: string; name(): string };
  readonly contents: Contents;
  readonly kept: Pick<KeptContents, 'keep'>;
  readonly contentStore: ContentStore;
  /** Asks the linked peers of this replica's collection. */
  readonly ask: AskPeers;
  /** Devices that are linked, share it, and send nothing of the contents they were asked for. */
  silent(): readonly string[];
}

/** What history and conflicts of a replica ask of it and of the device around it. */
export function portOfReplica(replica: Replica, around: AroundReplica): HistoryPort {
  return {
    collection: replica.collection,
    members: membersOf(replica, around),
    contents: contentsOf(replica, around),
    sources: () =>
      [...replica.synchronizers.values()].map(({ source, adapter, construction, isWritten }) => ({
        row: source.row,
        id: source.id,
        location: source.location,
        isWritten,
        lacks: (row) => construction.lacks(row),
        adapter,
      })),
    commit: (changes) => replica.commit(changes),
  };
}

function membersOf(replica: Replica, { self, silent }: Pick<AroundReplica, 'self' | 'silent'>): Members {
  const { membership } = replica;
  return {
    self: self.device,
    deviceOf: (member) =>
      member === membership.ownKey ? self.device : (membership.authorOf(member)?.device ?? member),
    nameOf(device) {
      const { members, removed } = membership.current ?? {};
      const known = [...(members?.values() ?? []), ...(removed?.values() ?? [])];
      const nameIn = (other: string): string | undefined =>
        other === self.device ? self.name() : known.find((member) => member.device === other)?.name;
      const name = nameIn(device);
      if (name === undefined) return device.slice(0, 8);
      // Computers are often called the same: who did what has to be told apart.
      const isShared = known.some((other) => other.device !== device && nameIn(other.device) === name);
      return isShared ? `${name} (${device.slice(0, 4)})` : name;
    },
    others: () =>
      membership.others().map(({ device }) => ({
        device,
        applied: replica.memberPositions.applied(device),
        hadContents: replica.memberPositions.hadContents(device),
        problems: replica.memberPositions.problems(device),
        isSilent: silent().includes(device),
        passedOver: (written, ended) => replica.memberPositions.passedOver(device, written, ended),
      })),
  };
}

function contentsOf(replica: Replica, { contents, kept, contentStore, ask }: AroundReplica): HistoryContents {
  return {
    isHere: (content) => contents.here.isHere(content),
    read: (record, content) => contents.read(record, content, ask),
    async keep(bytes) {
      const { content, list } = nameContent(bytes);
      await kept.keep([{ digest: content.digest, bytes }]);
      if (list !== null)
        replica.collection.transact(() => contentStore.putChunkList(list.digest, content.digest, list.bytes));
      return content;
    },
  };
}
