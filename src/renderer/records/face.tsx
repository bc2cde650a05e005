import type { ShownRecordView, ValueView } from '../../contract/contract.ts';
import { useRequest } from '../client/use-request.ts';
import { Picture, type RecordOf } from '../components/field-value.tsx';
import { initials } from './initials.ts';

type Field = ShownRecordView['fields'][number];

/** The picture of who it is; null: it is another field, or kept at an address elsewhere only. */
const photoData = ({ path, value }: Field): ValueView =>
  path.startsWith('media/') &&
  value !== null &&
  typeof value === 'object' &&
  'kind' in value &&
  value.kind === 'photo' &&
  'data' in value
    ? value.data
    : null;

/** Is it a picture of who it is of that is here? */
export const isPhoto = (field: Field): boolean => photoData(field) != null;

/** Who it is, at a glance: the photo, and initials for as long as there is none to be seen. */
export function Face(props: {
  of: RecordOf;
  title: string;
  photo: Field | undefined;
  size: 'row' | 'head';
  /** Is told whether it is sure that the photo cannot be shown. */
  onUnseen?: (isUnseen: boolean) => void;
}) {
  const { of, title, photo, size, onUnseen } = props;
  const letters = initials(title);
  const data = photo === undefined ? null : photoData(photo);
  const isHead = size === 'head';
  if (data == null)
    return (
      <span aria-hidden className={isHead ? 'avatar face' : 'avatar'}>
        {letters}
      </span>
    );
  return (
    <span className={isHead ? 'avatar face' : 'avatar'}>
      <Picture
        of={of}
        data={data}
        name={isHead ? 'Photo' : ''}
        otherwise={<span aria-hidden>{letters}</span>}
        {...(onUnseen === undefined ? {} : { onUnseen })}
      />
    </span>
  );
}

/** The same in a list, that knows only whether there is a photo. `revision`: it may be another one since. */
export function FaceInList(props: { of: RecordOf; title: string; hasPhoto: boolean; revision: number }) {
  const { of, title, hasPhoto, revision } = props;
  const shown = useRequest('records:show', hasPhoto ? [of.collection, of.record] : null, revision);
  return <Face of={of} title={title} photo={shown.value?.fields.find(isPhoto)} size="row" />;
}
