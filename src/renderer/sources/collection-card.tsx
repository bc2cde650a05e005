import {
  BookUser,
  CalendarDays,
  FileOutput,
  Hourglass,
  ListFilter,
  LogOut,
  Pause,
  Play,
  RefreshCw,
  ShieldCheck,
  UserPlus,
  UsersRound,
} from 'lucide-react';
import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { CollectionView, SourceView } from '../../contract/contract.ts';
import { numberText } from '../../contract/number-text.ts';
import {
  collectionSentence,
  collectionTone,
  counted,
  firstAway,
  haltAdvice,
  isAway,
  listed,
} from '../../contract/overall-state.ts';
import { relaySentence } from '../../contract/relay-words.ts';
import { waitingContents } from '../../contract/waiting-words.ts';
import { goTo, useApp, useGoToConflicts, useToast } from '../client/app-context.tsx';
import { useAction } from '../client/use-action.ts';
import { useSyncNow } from '../client/use-sync-now.ts';
import { ActionButton } from '../components/action-button.tsx';
import { ActionMenu } from '../components/action-menu.tsx';
import { errorWords } from '../components/error-words.ts';
import { KindIcon, RECORD_WORD } from '../components/kind-icon.tsx';
import { RelayLine } from '../components/relay-line.tsx';
import { ToneIcon } from '../components/tone-icon.tsx';
import { InviteDialog } from '../devices/invite-dialog.tsx';
import { DuplicatesDialog } from '../records/duplicates-dialog.tsx';
import { BrowseDialog } from './browse-dialog.tsx';
import { ExportDialog } from './export-dialog.tsx';
import { HaltDialog } from './halt-dialog.tsx';
import { LeaveDialog } from './leave-dialog.tsx';
import { ProgressLine } from './progress-line.tsx';
import { RulesDialog, rulesTitle } from './rules-dialog.tsx';
import { SourceLacks, useSourceLacks } from './source-lacks.tsx';
import { SourceLine } from './source-line.tsx';
import { VerifyDialog } from './verify-dialog.tsx';

type Dialog = 'none' | 'browse' | 'twice' | 'export' | 'invite' | 'rules' | 'halt' | 'verify' | 'leave';

/** One collection: what it is, where it lives here, how it stands, and what can be done with it. */
export function CollectionCard({ collection }: { collection: CollectionView }) {
  const [dialog, setDialog] = useState<Dialog>('none');
  const close = () => setDialog('none');
  const pause = useAction('pause');
  const sync = useSyncNow(collection);
  const toast = useToast();
  const paused = collection.state === 'paused';
  const { name } = collection;
  const lacks = useSourceLacks(collection);
  const relay = relaySentence(collection);

  const setPaused = async () => {
    const reply = await pause.run(collection.id, !paused);
    if (!reply.ok) toast('failed', errorWords(reply.error));
  };

  return (
    <article className="card collection" aria-labelledby={`collection-${collection.id}`}>
      <div className="collection-head">
        <span className="kind-icon">
          <KindIcon kind={collection.kind} size={20} />
        </span>
        <div className="collection-name">
          <h2 id={`collection-${collection.id}`}>{name}</h2>
          <p className={`state-line tone-${collectionTone(collection)}`}>
            <ToneIcon tone={collectionTone(collection)} />
            <span>{collectionSentence(collection)}</span>
          </p>
        </div>
        <div className="actions">
          <WaitingLinks collection={collection} onInvite={() => setDialog('invite')} />
          {collection.kind !== 'files' && (
            <Button className="button" onPress={() => setDialog('browse')}>
              {collection.kind === 'contacts' ? (
                <BookUser aria-hidden size={15} />
              ) : (
                <CalendarDays aria-hidden size={15} />
              )}
              Browse
              <span className="sr-only"> {name}</span>
            </Button>
          )}
          {collection.removed !== true && (
            <ActionButton
              className={paused ? 'button' : 'button button-icon button-quiet'}
              isBusy={pause.busy}
              onPress={() => void setPaused()}
            >
              {paused ? (
                <Play aria-hidden size={15} />
              ) : (
                <Pause aria-hidden size={15}>
                  <title>Pause</title>
                </Pause>
              )}
              <span className={paused ? '' : 'sr-only'}>{paused ? 'Resume' : 'Pause'}</span>
              <span className="sr-only"> {name}</span>
            </ActionButton>
          )}
          <ActionMenu
            label={`More for ${name}`}
            actions={[
              ...(collection.kind === 'contacts'
                ? [{ id: 'twice', label: 'Possible duplicates…', icon: UsersRound, run: () => setDialog('twice') }]
                : []),
              ...(collection.removed === true || collection.invitedBy !== undefined
                ? []
                : [{ id: 'invite', label: 'Invite a device…', icon: UserPlus, run: () => setDialog('invite') }]),
              { id: 'sync', label: 'Sync now', icon: RefreshCw, run: () => void sync.run() },
              {
                id: 'rules',
                label: `${rulesTitle(collection.kind)}…`,
                icon: ListFilter,
                run: () => setDialog('rules'),
              },
              ...(collection.kind === 'files'
                ? []
                : [{ id: 'export', label: 'Export…', icon: FileOutput, run: () => setDialog('export') }]),
              { id: 'verify', label: 'Verify…', icon: ShieldCheck, run: () => setDialog('verify') },
              {
                id: 'leave',
                label: 'Stop keeping in step…',
                icon: LogOut,
                danger: true,
                run: () => setDialog('leave'),
              },
            ]}
          />
        </div>
      </div>
      <div className="collection-body">
        <p className="muted">
          {counted(collection.records, RECORD_WORD[collection.kind])}
          {collection.peers.length > 0 && (
            <>
              {' '}
              {/* A name that is written from the right would draw the numbers after it to itself. */}· shared with{' '}
              <bdi>{listed(collection.peers.map((peer) => peer.name))}</bdi>
            </>
          )}
          {relay?.tone === 'good' && ' · relay ready'}
          {collection.outside > 0 && ` · ${numberText(collection.outside)} left out by rules`}
        </p>
        {collection.sources.map((source) => (
          <SourceLine
            key={source.id}
            source={source}
            told={isTold(source, collection)}
            lacks={<SourceLacks collection={collection} lacks={lacks.get(source.id) ?? null} />}
          />
        ))}
        {collection.progress !== null && collection.state === 'working' && (
          <ProgressLine progress={collection.progress} name={name} />
        )}
        <RelayLine words={relay !== null && relay.tone !== 'good' ? relay : null} />
        {waitingContents(collection).map((words) => (
          <p key={words} className="relay-line">
            <Hourglass aria-hidden size={15} className="tone-waiting" />
            <span>{words}.</span>
          </p>
        ))}
        <CardLinks
          collection={collection}
          onHalt={() => setDialog('halt')}
          onSync={() => void sync.run()}
          onPlaces={() => setDialog('rules')}
          onLeave={() => setDialog('leave')}
        />
      </div>
      {dialog === 'browse' && <BrowseDialog collection={collection} onClose={close} />}
      {dialog === 'twice' && <DuplicatesDialog collection={collection} onClose={close} />}
      {dialog === 'export' && <ExportDialog collection={collection} onClose={close} />}
      {dialog === 'invite' && <InviteDialog collection={collection.id} onClose={close} />}
      {dialog === 'rules' && <RulesDialog collection={collection} onClose={close} />}
      {dialog === 'halt' && <HaltDialog collection={collection} onClose={close} />}
      {dialog === 'verify' && <VerifyDialog collection={collection} onClose={close} />}
      {dialog === 'leave' && <LeaveDialog collection={collection} onClose={close} />}
    </article>
  );
}

/** The one whose reason is told of the collection. */
const firstHalted = ({ sources }: CollectionView): SourceView | undefined =>
  sources.find(({ state }) => state === 'halted');

/** Does the line under the name say it already? */
const isTold = (source: SourceView, collection: CollectionView): boolean =>
  source.reason === null
    ? collection.state === 'paused' || (collection.state === 'working' && collection.sources.length === 1)
    : source === firstHalted(collection) ||
      (isAway(collection) && source === firstAway(collection)) ||
      collectionSentence(collection).includes(source.reason);

/** Of which collection a button is, for who hears buttons one after the other. */
const Of = ({ name }: { name: string }) => <span className="sr-only"> ({name})</span>;

/** What waits for the person elsewhere, each with its way there. */
function WaitingLinks({ collection, onInvite }: { collection: CollectionView; onInvite: () => void }) {
  const { id, conflicts, problems, peers, removed, state, decidedBy, invitedBy } = collection;
  const goToConflicts = useGoToConflicts();
  // As long as nothing is shared that is the next step, and looks like it.
  const isAlone = useApp((app) => app.status?.collections.every((one) => one.peers.length === 0) === true);
  return (
    <>
      {conflicts > 0 && (
        <Button className="button" onPress={() => goToConflicts(id)}>
          {decidedBy === undefined ? 'Settle' : 'See'} {counted(conflicts, 'conflict')}
          <Of name={collection.name} />
        </Button>
      )}
      {problems > 0 && (
        <Button className="button" onPress={() => goTo('problems')}>
          See {counted(problems, 'problem')}
          <Of name={collection.name} />
        </Button>
      )}
      {peers.length === 0 && removed !== true && invitedBy === undefined && state !== 'halted' && (
        <Button className={isAlone ? 'button button-primary' : 'button'} onPress={onInvite}>
          <UserPlus aria-hidden size={15} />
          Invite a device…
          <Of name={collection.name} />
        </Button>
      )}
    </>
  );
}

/** What has to be decided about the collection itself. */
function CardLinks(props: {
  collection: CollectionView;
  onHalt: () => void;
  onSync: () => void;
  onPlaces: () => void;
  onLeave: () => void;
}) {
  const { state, removed } = props.collection;
  const missing = isAway(props.collection);
  const halted = state === 'halted' && !missing;
  const advice = haltAdvice(props.collection);
  if (!halted && !missing && removed !== true) return null;
  return (
    <div className="card-links">
      {removed === true && (
        <Button className="button" onPress={props.onLeave}>
          Leave it…
          <Of name={props.collection.name} />
        </Button>
      )}
      {missing && (
        <>
          <p className="muted card-advice">
            Nothing is deleted. It goes on by itself once it is there again, with everything that was in it.
          </p>
          <Button className="button" onPress={props.onSync}>
            <RefreshCw aria-hidden size={15} />
            Check again
            <Of name={props.collection.name} />
          </Button>
          <Button className="button" onPress={props.onPlaces}>
            It is elsewhere now…
            <Of name={props.collection.name} />
          </Button>
        </>
      )}
      {halted && advice !== null && <p className="card-advice">{advice}</p>}
      {halted && (
        <Button className="button button-primary" onPress={props.onHalt}>
          See what would happen…
          <Of name={props.collection.name} />
        </Button>
      )}
    </div>
  );
}
