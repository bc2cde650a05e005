import { useMemo, useState } from 'react';
import type { ShownRecordView, ValueView } from '../../contract/contract.ts';
import { fieldWords, isTold } from '../../contract/field-words.ts';
import { inReadingOrder } from '../../contract/reading-order.ts';
import { useRequest } from '../client/use-request.ts';
import { errorWords } from './error-words.ts';
import { pictureAddress } from './raster-image.ts';
import { fieldValueText } from './value-text.ts';

/** Whose fields they are. */
export interface RecordOf {
  readonly collection: string;
  readonly record: string;
}

type Plain = { readonly [key: string]: ValueView };
const isPlain = (value: ValueView): value is Plain =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array);

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

const FILE_FIELDS: ReadonlySet<string> = new Set(['entry', 'modified', 'executable', 'exists']);

/**
 * A value of a field as a person reads it: a photo as the picture it is, a whole card or event field by field, all else in words. A file that
 * is a picture is shown where `pictures`.
 */
export function FieldValue(props: { of: RecordOf; field: string; value: ValueView; pictures?: boolean }) {
  const { of, field, value, pictures = false } = props;
  if (field === 'exists' && isPlain(value) && value.type === undefined)
    return <RecordFacts of={of} fields={Object.entries(value).map(([path, one]) => ({ path, value: one }))} />;
  const text = fieldValueText(field, value);
  const picture = pictures ? filePicture(of.record, value) : null;
  if (picture !== null)
    return (
      <figure className="picture picture-file">
        <Picture of={of} data={picture} name={`${of.record}, ${text}`} />
        <figcaption className="path">{text}</figcaption>
      </figure>
    );
  if (!field.startsWith('media/') || !isPlain(value) || value.kind === 'sound')
    return <p className={FILE_FIELDS.has(field) ? 'side-value path' : 'side-value'}>{text}</p>;
  return (
    <figure className="picture">
      <Picture of={of} data={value.data} name={fieldWords(field, value)} />
      <figcaption className="muted">{text}</figcaption>
    </figure>
  );
}

/** `data`: bytes, or what they are named by where they travel apart. */
function Picture({ of, data, name }: { of: RecordOf; data: ValueView; name: string }) {
  const [broken, setBroken] = useState(false);
  const { content, size } = isPlain(data) && !(data instanceof Uint8Array) ? data : { content: null, size: null };
  const isApart = typeof content === 'string' && typeof size === 'number';
  const asked = useRequest('records:content', isApart ? [of.collection, of.record, content, size] : null);
  const bytes = data instanceof Uint8Array ? data : asked.value;
  const address = useMemo(() => (bytes === null ? null : pictureAddress(bytes)), [bytes]);
  if (address !== null && !broken) return <img src={address} alt={name} onError={() => setBroken(true)} />;
  if (isApart && bytes === null && asked.error === null) return <span className="picture-room" />;
  if (asked.error !== null) return <p className="hint picture-room">{errorWords(asked.error)}</p>;
  return (
    <p className="hint picture-room">
      {address === null && bytes === null
        ? 'It is kept at an address elsewhere, and not fetched from there.'
        : 'It cannot be shown: it is no picture that is known here.'}
    </p>
  );
}

/** What a contact or an event says, field by field, in words. What only programs read is left out. */
export function RecordFacts(props: { of: RecordOf; fields: ShownRecordView['fields'] }) {
  const told = inReadingOrder(props.fields.filter(({ path, value }) => value !== null && isTold(path)));
  if (told.length === 0) return <p className="muted">It says nothing.</p>;
  return (
    <dl className="record-facts">
      {told.map(({ path, value, title }) => (
        <div key={path}>
          <dt>{title === undefined ? fieldWords(path, value) : 'Member'}</dt>
          <dd>
            {title === undefined ? (
              <FieldValue of={props.of} field={path} value={value} />
            ) : (
              <p className="side-value">{title}</p>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
