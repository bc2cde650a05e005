import { KINDS } from './events.ts';
import { SOUND, WITH_PLACES, WITH_ROLES } from './run-seeds.ts';
import type { SimulationOptions } from './simulate.ts';

/** What there was when these seeds were kept. */
const BEFORE_COME_AGAIN = KINDS.filter((kind) => kind !== 'come-again');
const BEFORE_STATE_DISK = BEFORE_COME_AGAIN.filter((kind) => kind !== 'state-disk' && kind !== 'leave');
const BEFORE_EPOCHS = BEFORE_STATE_DISK.filter((kind) => kind !== 'epochs');
const BEFORE_SECOND = BEFORE_EPOCHS.filter((kind) => kind !== 'second');
const BEFORE_FOLDING = BEFORE_SECOND.filter((kind) => kind !== 'folding');

/** Every bug the simulation found, by the seed that showed it. */
export const REGRESSIONS: readonly {
  readonly seed: string;
  readonly kinds: NonNullable<SimulationOptions['kinds']>;
  readonly about: string;
  /** With the batches the seed draws, which it did not always do. */
  readonly drawsBatches?: boolean;
}[] = [
  {
    seed: '1024',
    kinds: ['crash'],
    about: 'a look under way while earlier ones are forgotten is no look at everything',
  },
  { seed: '1030', kinds: ['disk'], about: 'content a peer could not give is asked for again' },
  { seed: '1012', kinds: ['database'], about: 'a member that lost its database has applied nothing any more' },
  { seed: '1016', kinds: ['attributes'], about: 'content that was just changing is asked for again' },
  { seed: '2', kinds: SOUND, about: 'what goes to the version store is on the disk before its last other name goes' },
  { seed: '11', kinds: SOUND, about: 'what was taken aside waits for a disk that went away' },
  {
    seed: '61',
    kinds: SOUND,
    about: 'what could not be kept for want of room at the start is kept once there is some',
  },
  { seed: '69', kinds: SOUND, about: 'the end of the program waits until nothing is compared any more' },
  { seed: '117', kinds: SOUND, about: 'what is to be made again after a power loss is not forgotten with the process' },
  { seed: '119', kinds: SOUND, about: 'a start that ends early leaves its doubts to the next' },
  { seed: '125', kinds: SOUND, about: 'a deletion that a power loss undoes is done again' },
  {
    seed: '127',
    kinds: SOUND,
    about: 'what a power loss tears of what lay aside is no edit, though nobody is linked at the start',
  },
  { seed: '203', kinds: SOUND, about: 'a file torn by a power loss under all its old times is noticed' },
  { seed: '224', kinds: SOUND, about: 'a file of the very time of a longer version is torn' },
  { seed: '365', kinds: SOUND, about: 'a directory made and removed between two looks is noticed' },
  { seed: '633', kinds: SOUND, about: 'a file that holds other bytes under its old revision was not edited' },
  { seed: '743', kinds: SOUND, about: 'a file that cannot be read after a power loss is doubted until it can be' },
  { seed: '746', kinds: SOUND, about: 'a disk goes away with nobody in the middle of writing to it' },
  { seed: '906', kinds: SOUND, about: 'a content is not said to be kept where other bytes turned out to be' },
  { seed: '1139', kinds: SOUND, about: 'what was deleted as asked does not come back torn' },
  { seed: '1252', kinds: SOUND, about: 'two programs write to one file, one after the other' },
  { seed: '1320', kinds: SOUND, about: 'what nobody can be compared with is doubted only until all were asked' },
  { seed: '668', kinds: SOUND, about: 'a deleted directory goes once nothing lives in it, though it came back unseen' },
  { seed: '937', kinds: SOUND, about: 'who has a large file can say how it is cut, however it came by it' },
  { seed: '404', kinds: SOUND, about: 'an edit found aside at the start is shown in the folder it was found beside' },
  {
    seed: '2350',
    kinds: SOUND,
    about: 'a record moved there and back beside an edit is not followed there and back for ever',
  },
  {
    seed: '2406',
    kinds: WITH_ROLES,
    about: 'a torn file gets its time again, where others take the same bytes for an edit',
  },
  {
    seed: '13021',
    kinds: SOUND,
    about: 'nobody counts as in step with a log of two branches who has but one of them',
  },
  {
    seed: '13170',
    kinds: SOUND,
    about: 'a file in conflict with a folder comes back beside what is in the folder',
  },
  {
    seed: '4562',
    kinds: SOUND,
    about: 'what goes to the place of a disk that went away at that moment is not deleted when it is back',
  },
  {
    seed: '5600',
    kinds: SOUND,
    about: 'a file that cannot be read is said to be kept here no longer',
  },
  {
    seed: '6021',
    kinds: SOUND,
    about: 'a file that could not be read is tried again where another device deleted one, and named until then',
  },
  {
    seed: '15079',
    kinds: SOUND,
    about:
      'what a power loss leaves of bytes no look ever saw nobody can tell, and no time is of after a cut that was lost',
  },
  {
    seed: '404',
    kinds: WITH_ROLES,
    about: 'what is in a folder that is a file elsewhere is there once that is settled',
  },
  {
    seed: '20797',
    kinds: SOUND,
    about: 'what was written after a move that the power took back is no edit at the old place',
  },
  {
    seed: '210012',
    kinds: SOUND,
    drawsBatches: true,
    about: 'what may be torn is not tried again before that is known, and stays named as what it is',
  },
  {
    seed: '300496',
    kinds: WITH_ROLES,
    drawsBatches: true,
    about: 'what the power brings back where a program saved a file before it renamed it nobody can tell',
  },
  {
    seed: '400044',
    kinds: WITH_ROLES,
    drawsBatches: true,
    about: 'what cannot be read while it is compared after a power loss is compared again, and is no edit',
  },
  {
    seed: '500033',
    kinds: SOUND,
    drawsBatches: true,
    about: 'whom a more senior admin let in stays, though somebody removed that one without having heard of it',
  },
  {
    seed: '800236',
    kinds: WITH_PLACES,
    drawsBatches: true,
    about: 'no older version follows a move that came before the edit it took along',
  },
  {
    seed: '740445',
    kinds: WITH_PLACES,
    drawsBatches: true,
    about: 'what other rules leave out, set while a look was about to begin, was not deleted',
  },
  {
    seed: '740060',
    kinds: WITH_PLACES,
    drawsBatches: true,
    about: 'what devices let go of after a year may be what one that was away all the time settles with',
  },
  {
    seed: '740066',
    kinds: WITH_PLACES,
    drawsBatches: true,
    about: 'nobody counts as having a content whose writer was removed, or who lets go of the folder it was in',
  },
  {
    seed: '740330',
    kinds: WITH_PLACES,
    drawsBatches: true,
    about: 'what the power tore in a folder that was let go of is as good as any content when it is taken again',
  },
  {
    seed: '1200172',
    kinds: WITH_PLACES,
    drawsBatches: true,
    about: 'what is found torn while it is about to count as what it shall be is made again',
  },
  {
    seed: '1200267',
    kinds: WITH_PLACES,
    drawsBatches: true,
    about: 'what new rules leave out is on the disk before, so that nothing torn is let in again later',
  },
  {
    seed: '1200438',
    kinds: WITH_PLACES,
    drawsBatches: true,
    about: 'what is in another folder of a computer is on that computer',
  },
  {
    seed: '1200816',
    kinds: WITH_PLACES,
    drawsBatches: true,
    about: 'who is restored from before its folder was let go of and taken again takes it once more',
  },
  {
    seed: '646',
    kinds: ['middle', 'links', 'settle', 'select', 'sources', 'crash', 'pause'],
    drawsBatches: true,
    about: 'what nobody else has is kept before new rules leave it out',
  },
  {
    seed: '1202409',
    kinds: BEFORE_FOLDING,
    drawsBatches: true,
    about:
      'what was written, and deleted by a person before a look was there, is found to be gone by one at everything',
  },
  {
    seed: '1202739',
    kinds: BEFORE_FOLDING,
    drawsBatches: true,
    about: 'of a large file whose list came through the one in the middle the pieces do as well',
  },
  {
    seed: '1205026',
    kinds: BEFORE_SECOND,
    drawsBatches: true,
    about: 'a file that is saved by a rename is seen until the very call that would take its place',
  },
  {
    seed: '452',
    kinds: BEFORE_SECOND,
    drawsBatches: true,
    about: 'after a power loss no item is taken for one of another case, where the disk does not tell case apart',
  },
  {
    seed: '18',
    kinds: BEFORE_SECOND,
    drawsBatches: true,
    about: 'and nothing is deleted that has another case than what the power left',
  },
  {
    seed: '210',
    kinds: BEFORE_SECOND,
    drawsBatches: true,
    about: 'nor written over it',
  },
  {
    seed: '187',
    kinds: BEFORE_SECOND,
    drawsBatches: true,
    about: 'a directory is not listed under a name of which only the case is another',
  },
  {
    seed: '383',
    kinds: BEFORE_SECOND,
    drawsBatches: true,
    about: 'what lies in a directory whose name collides is not gone',
  },
  {
    seed: '288',
    kinds: BEFORE_SECOND,
    drawsBatches: true,
    about:
      'what was just put in its place is not replaced again by what somebody wrote to the old file, where it cannot be kept',
  },
  {
    seed: '1204819',
    kinds: BEFORE_SECOND,
    drawsBatches: true,
    about:
      'nobody is in step with a member that told of a branch which is not here, though it is no longer than what is',
  },
  {
    seed: '1310099',
    kinds: BEFORE_SECOND,
    drawsBatches: true,
    about: 'what somebody wrote to a file that may be torn waits for nobody who could tell',
  },
  {
    seed: '1400072',
    kinds: BEFORE_SECOND,
    drawsBatches: true,
    about: 'a folder that is let go of is on the disk before, also where there is no room to keep anything of it',
  },
  {
    seed: '1400045',
    kinds: BEFORE_SECOND,
    drawsBatches: true,
    about: 'what collides with a name is there once that is gone, and not with the next look at everything',
  },
  {
    seed: '1420012',
    kinds: ['tree', 'attributes', 'power', 'disk', 'sources', 'select', 'retention', 'folding', 'race', 'crash'],
    drawsBatches: true,
    about: 'what the power left is compared with what a folder holds that is let go of at that moment',
  },
  {
    seed: '1300042',
    kinds: ['tree', 'attributes', 'power', 'disk', 'sources', 'select', 'retention', 'middle'],
    drawsBatches: true,
    about: 'what may be torn is asked for again, so that who stands in the middle fetches it',
  },
  {
    seed: '1420454',
    kinds: ['tree', 'attributes', 'power', 'disk', 'sources', 'select', 'retention', 'folding', 'race', 'crash'],
    drawsBatches: true,
    about: 'a folder is looked at again soon where the computer slept in the middle of a look',
  },
  {
    seed: '1430017',
    kinds: BEFORE_SECOND,
    drawsBatches: true,
    about: 'a file that may be torn is not said to have the content it had',
  },
  {
    seed: '1430249',
    kinds: BEFORE_SECOND,
    drawsBatches: true,
    about: 'a folder that somebody makes where one was deleted as asked is noticed, though nobody told of it',
  },
  {
    seed: '1450369',
    kinds: BEFORE_SECOND.filter(
      (kind) => !['attributes', 'pause', 'disk', 'members', 'remove', 'roles', 'middle'].includes(kind),
    ),
    drawsBatches: true,
    about: 'what is torn where it is left out is doubted until it is let in again',
  },
  {
    seed: '1450649',
    kinds: BEFORE_SECOND.filter(
      (kind) => !['attributes', 'pause', 'disk', 'members', 'remove', 'roles', 'middle'].includes(kind),
    ),
    drawsBatches: true,
    about: 'no value that was deleted beside another comes back with what is made anew',
  },
  {
    seed: '1470313',
    kinds: BEFORE_SECOND,
    drawsBatches: true,
    about: 'who is cut off knows of no branch of a log, though it holds as many packages of it',
  },
  {
    seed: '7100000',
    kinds: BEFORE_SECOND,
    drawsBatches: true,
    about: 'who lost its database still gives the large content it keeps for others',
  },
  {
    seed: '7300173',
    kinds: BEFORE_SECOND,
    drawsBatches: true,
    about: 'a folder that is being filled is not in step after a restart before it was looked at',
  },
  {
    seed: '8211286',
    kinds: ['tree', 'crash', 'power', 'members', 'race', 'deaf', 'select', 'retention', 'folding'],
    drawsBatches: true,
    about: 'no file whose name differs in case passes for the directory that takes its place',
  },
  {
    seed: '8211559',
    kinds: [
      'tree',
      'crash',
      'power',
      'pause',
      'disk',
      'clock',
      'settle',
      'race',
      'restore',
      'select',
      'folding',
      'second',
    ],
    drawsBatches: true,
    about: 'what the power tore of what lay aside is no edit, though there is room for it only after another start',
  },
  {
    seed: '8000444',
    kinds: BEFORE_SECOND,
    drawsBatches: true,
    about: 'nobody settles for what was deleted beside an edit before anybody else could have it',
  },
  {
    seed: '8000639',
    kinds: BEFORE_SECOND,
    drawsBatches: true,
    about: 'what nobody else has is kept where rules leave it out while its disk is away: once that is back',
  },
  {
    seed: '8000301',
    kinds: BEFORE_SECOND,
    drawsBatches: true,
    about: 'what is of an open conflict is kept before its folder is left out: who applied it holds another value',
  },
  {
    seed: '8000351',
    kinds: BEFORE_SECOND,
    drawsBatches: true,
    about: 'what was found torn and is left out before it is made again stays doubted',
  },
  {
    seed: '8600844',
    kinds: BEFORE_EPOCHS,
    drawsBatches: true,
    about: 'what was torn where it is left out is doubted no more once somebody wrote to it',
  },
  {
    seed: '8000754',
    kinds: BEFORE_SECOND,
    drawsBatches: true,
    about: 'what was to be copied from a file that changed meanwhile is tried again once that was looked at',
  },
  {
    seed: '8900155',
    kinds: BEFORE_EPOCHS,
    drawsBatches: true,
    about: 'a directory the program moved aside and put back, as it was not empty, it never took',
  },
  {
    seed: '8900308',
    kinds: ['tree', 'attributes', 'disk', 'clock', 'race', 'deaf', 'restore'],
    drawsBatches: true,
    about:
      'what is saved by a rename where a file is just being moved to is not removed with the move that is taken back',
  },
  {
    seed: '51126',
    kinds: ['tree', 'clock', 'members', 'remove', 'roles', 'select', 'epochs', 'relay'],
    drawsBatches: true,
    about: 'who is no admin any more, but the only one at the relay, gives its list to who is',
  },
  {
    seed: '9100006',
    kinds: BEFORE_STATE_DISK,
    drawsBatches: true,
    about:
      'who was restored, and wrote under numbers that others have, has both as well where it meets them at a relay only',
  },
  {
    seed: '9700421',
    kinds: BEFORE_STATE_DISK,
    drawsBatches: true,
    about: 'who was removed, and knows nowhere to hear of it, is dialled by those that know',
  },
  {
    seed: '11000067',
    kinds: BEFORE_COME_AGAIN,
    drawsBatches: true,
    about:
      'who keeps less than there is, and lets go of the folder where it wrote, gives it to all once that is taken again',
  },
  {
    seed: '970028',
    kinds: BEFORE_COME_AGAIN,
    drawsBatches: true,
    about: 'what a person wrote to the second folder goes with the power, where the first is let go of',
  },
  {
    seed: '12000524',
    kinds: BEFORE_COME_AGAIN,
    drawsBatches: true,
    about: 'nobody knows what a log holds after a restore who has only heard up to which number',
  },
  {
    seed: '12000298',
    kinds: BEFORE_COME_AGAIN,
    drawsBatches: true,
    about: 'who finds no room as it comes back is a member all the same',
  },
  {
    seed: '12001057',
    kinds: BEFORE_COME_AGAIN,
    drawsBatches: true,
    about: 'what is moved away under another case, where a disk does not tell that apart, is deleted there',
  },
  ...['9800017', '9800030', '9800049', '9800096'].map((seed) => ({
    seed,
    kinds: BEFORE_COME_AGAIN,
    drawsBatches: true,
    about: 'who leaves, and meets the others at a relay alone, tells them there, and comes back',
  })),
];
