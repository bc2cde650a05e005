import { type ReactNode, useEffect, useMemo, useState } from 'react';
import type { ShownRecordView, ValueView } from '../../contract/contract.ts';
import { fieldWords } from '../../contract/field-words.ts';
import { isPlain } from '../../contract/plain-value.ts';
import { useRequest } from '../client/use-request.ts';
import { CopyButton } from './copy-button.tsx';
import { errorWords } from './error-words.ts';
import { pictureAddress } from './raster-image.ts';
import { factsOf } from './record-facts.ts';
import { Said } from './said.tsx';
import { useIsBlank } from './use-is-blank.ts';
import { fieldValueText } from './value-text.ts';

/** Whose fields they are. */
export interface RecordOf {
  readonly collection: string;
  readonly record: string;
}

/** Larger ones are not given. */
const LARGEST_PICTURE = 4 << 20;

/** The picture a file is, by its name and size; null: it is none, or too large to be shown. */
function filePicture(record: string, value: ValueView): { readonly content: string; readonly size: number } | null {
  if (!isPlain(value) || value.type !== 'file' || !/\.(?:jpe?g|png|gif|webp|bmp)$/i.test(record)) return null;
  const { sha256, size } = value;
  return typeof sha256 === 'string' && typeof size === 'number' && size <= LARGEST_PICTURE
    ? { content: sha256, size }
    : null;
}

/** Times are those of clocks here where nothing else is said. */
const HERE = ` (${Intl.DateTimeFormat().resolvedOptions().timeZone})`;
const withoutZone = (field: string, text: string): string =>
  field === 'when' && text.endsWith(HERE) ? text.slice(0, -HERE.length) : text;

const FILE_FIELDS: ReadonlySet<string> = new Set(['entry', 'modified', 'executable', 'exists']);

/**
 * A value of a field as a person reads it: a photo as the picture it is, a whole card or event field by field, all else in words. A file that
 * is a picture is shown where `pictures`.
 */
export function FieldValue(props: {
  of: RecordOf;
  field: string;
  value: ValueView;
  pictures?: boolean;
  /** What it was: the words that differ are marked, where most of it is the same. */
  before?: ValueView;
}) {
  const { of, field, value, pictures = false, before = null } = props;
  if (field === 'exists' && isPlain(value) && value.type === undefined)
    return <RecordFacts of={of} fields={Object.entries(value).map(([path, one]) => ({ path, value: one }))} />;
  const text = withoutZone(field, fieldValueText(field, value));
  const picture = pictures ? filePicture(of.record, value) : null;
  if (picture !== null)
    return (
      <figure className="picture picture-file">
        <Picture of={of} data={picture} name={`${of.record}, ${text}`} />
        <figcaption className="path">{text}</figcaption>
      </figure>
    );
  if (!field.startsWith('media/') || !isPlain(value) || value.kind === 'sound')
    return (
      <Words
        field={field}
        text={text}
        before={before === null ? '' : withoutZone(field, fieldValueText(field, before))}
      />
    );
  return (
    <figure className="picture">
      <Picture of={of} data={value.data} name={fieldWords(field, value)} />
      <figcaption className="muted">{text}</figcaption>
    </figure>
  );
}

function Words({ field, text, before }: { field: string; text: string; before: string }) {
  const address = addressOf(field, text);
  // Digits of a size tell nothing of what was changed in a file.
  const said = <Said text={text} before={FILE_FIELDS.has(field) ? '' : before} />;
  return (
    <p className={FILE_FIELDS.has(field) ? 'side-value path' : 'side-value'} dir="auto">
      {address === null ? (
        said
      ) : (
        <a href={address} target="_blank" rel="noreferrer">
          {said}
        </a>
      )}
    </p>
  );
}

/** A photo. `data`: bytes, or what they are named by where they travel apart. */
export function Picture(props: {
  of: RecordOf;
  data: ValueView;
  name: string;
  /** What is shown as long as it is not there, in place of why. */
  otherwise?: ReactNode;
  /** Is told whether it is sure that it cannot be shown. */
  onUnseen?: (isUnseen: boolean) => void;
}) {
  const { of, data, name, otherwise, onUnseen } = props;
  // By address: a photo that takes the place of one may well be whole.
  const [broken, setBroken] = useState<string | null>(null);
  const [loaded, setLoaded] = useState<string | null>(null);
  const { content, size } = isPlain(data) && !(data instanceof Uint8Array) ? data : { content: null, size: null };
  const isApart = typeof content === 'string' && typeof size === 'number';
  const asked = useRequest('records:content', isApart ? [of.collection, of.record, content, size] : null);
  const bytes = data instanceof Uint8Array ? data : asked.value;
  const address = useMemo(() => (bytes === null ? null : pictureAddress(bytes)), [bytes]);
  const isBlank = useIsBlank(bytes, address);
  const isSeen = address !== null && address !== broken && isBlank === false;
  const isUnseen = asked.error !== null || (bytes !== null && !isSeen && isBlank !== null);
  useEffect(() => onUnseen?.(isUnseen), [isUnseen, onUnseen]);
  if (isSeen)
    return (
      // One that turns out to be broken would stand there by its name for a moment.
      <img
        src={address}
        alt={address === loaded ? name : ''}
        onLoad={() => setLoaded(address)}
        onError={() => setBroken(address)}
      />
    );
  if (otherwise !== undefined) return otherwise;
  if ((isApart && bytes === null && asked.error === null) || isBlank === null) return <span className="picture-room" />;
  if (asked.error !== null) return <p className="hint picture-room">{errorWords(asked.error)}</p>;
  return (
    <p className="hint picture-room">
      {address === null && bytes === null
        ? 'It is kept at an address elsewhere, and not fetched from there.'
        : isBlank
          ? 'There is nothing to be seen in it: it is transparent throughout.'
          : 'It cannot be shown: it is no picture that is known here.'}
    </p>
  );
}

/** What is shown in another place of the window than among the facts. */
const NOTHING = () => false;

/** What a contact or an event says, label by label, in words. What only programs read is left out. */
export function RecordFacts(props: {
  of: RecordOf;
  fields: ShownRecordView['fields'];
  /** The heading above: a name that is the same is not said again. */
  called?: string;
  isElsewhere?: (field: ShownRecordView['fields'][number]) => boolean;
  /** It is what a person came for: labels stand beside what they are of, where there is room, and what is used elsewhere can be copied. */
  wide?: boolean;
  /** Paths of what is marked: another record beside it does not say it. */
  alone?: ReadonlySet<string>;
}) {
  const facts = factsOf(props.fields, props.called ?? null, props.isElsewhere ?? NOTHING);
  if (facts.length === 0) return <p className="muted">It says nothing{props.called === undefined ? '' : ' more'}.</p>;
  return (
    <dl className={props.wide === true ? 'record-facts record-facts-wide' : 'record-facts'}>
      {facts.map(({ label, isWords, entries }) => (
        <div key={entries[0]?.path}>
          <dt>{label}</dt>
          <dd className={isWords ? 'fact-words' : undefined}>
            {entries.map(({ path, value, words }) => (
              <Alone key={path} isAlone={props.alone?.has(path) === true}>
                {words === null ? (
                  <Copied text={props.wide === true && isUsedElsewhere(path) ? fieldValueText(path, value) : null}>
                    <FieldValue of={props.of} field={path} value={value} />
                  </Copied>
                ) : (
                  <p className={isWords ? 'tag' : 'side-value'} dir="auto">
                    {words}
                  </p>
                )}
              </Alone>
            ))}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** What is put into a letter, a telephone or a map. */
const isUsedElsewhere = (path: string): boolean => /^(?:emails|phones|addresses)\//.test(path);

/** With a button that copies it; `text` null: there is none. */
function Copied({ text, children }: { text: string | null; children: ReactNode }) {
  if (text === null) return children;
  return (
    <div className="fact-copied">
      {children}
      <CopyButton text={text} label="Copy" small />
    </div>
  );
}

/** What only one of two records says: seen by a line beside it, and heard. */
function Alone({ isAlone, children }: { isAlone: boolean; children: ReactNode }) {
  if (!isAlone) return children;
  return (
    <div className="fact-alone">
      <span className="sr-only">Only here: </span>
      {children}
    </div>
  );
}

/** Where a click on it leads, outside of this program; null: nowhere. What an address of a letter could add (a copy to somebody else) is no part of one. */
function addressOf(field: string, text: string): string | null {
  if (field.startsWith('emails/') && /^[^\s@?&#%]+@[^\s@?&#%]+$/.test(text)) return `mailto:${text}`;
  return /^(?:links|virtualLocations)\//.test(field) && /^https?:\/\/\S+$/i.test(text) ? text : null;
}
