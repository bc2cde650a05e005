import type { ConflictValueView, ConflictView } from '../../contract/contract.ts';
import { deletedWords } from '../../contract/field-words.ts';
import { isKeptBeside } from '../../contract/kept-beside.ts';
import { counted, listed } from '../../contract/overall-state.ts';
import { placeLabels } from '../../contract/place-labels.ts';
import type { NameOf } from '../client/use-device-names.ts';
import { sentence } from '../components/sentence.ts';
import { fieldValueText } from '../components/value-text.ts';

/** Is this side a folder? */
export const isFolder = (value: ConflictValueView): boolean =>
  value.value !== null && (value.value as { readonly type?: unknown }).type === 'directory';

/** A folder on one device, a file or link on another. */
export const isFileBesideFolder = ({ values }: ConflictView): boolean =>
  values.some(isFolder) && values.some((value) => value.kind === 'value' && !isFolder(value));

/** Who has a value: the device, and of several values of this one the place that holds it. */
export function sideName(conflict: ConflictView, value: ConflictValueView, nameOf: NameOf): string {
  const labels = placeLabels(conflict.values.flatMap(({ places = [] }) => places));
  const where = (value.places ?? []).map((place) => labels.get(place) ?? place);
  return where.length === 0 ? nameOf(value.device) : `${nameOf(value.device)}, in ${listed(where)}`;
}

/** Who disagrees about what, in one sentence: `Changed on Laptop and on Desk`, `Deleted on Laptop, changed on Desk`. */
export function conflictSentence(conflict: ConflictView, nameOf: NameOf): string {
  if (isFileBesideFolder(conflict)) {
    const on = (folders: boolean) =>
      listed([
        ...new Set(
          conflict.values
            .filter((value) => value.kind === 'value' && isFolder(value) === folders)
            .map((value) => sideName(conflict, value, nameOf)),
        ),
      ]);
    return `A file on ${on(false)}, a folder on ${on(true)}`;
  }
  const of = (kind: ConflictValueView['kind']) => conflict.values.filter((value) => value.kind === kind);
  const [deleted, changed] = [of('delete'), of('value')];
  const sides = (values: readonly ConflictValueView[]) =>
    listed(values.map((value) => sideName(conflict, value, nameOf)));
  if (deleted.length > 0 && changed.length > 0)
    return `${sentence(deletedWords(conflict.field))} on ${sides(deleted)}, changed on ${sides(changed)}`;
  const names = [...new Set(changed.map((value) => nameOf(value.device)))];
  const labels = placeLabels(changed.flatMap(({ places = [] }) => places));
  if (names.length === 1 && changed.every(({ places = [] }) => places.length > 0))
    return `Changed on ${names[0]} in ${listed([...labels.values()])}`;
  if (names.length === 1 && changed.length > 1)
    return `Changed on ${names[0]} in ${counted(changed.length, 'different way')}`;
  return `Changed on ${listed(names)}`;
}

/** Were its values written on several devices, or in several places of one? An undo of a settlement writes all of them on one. */
export const isApart = ({ values }: ConflictView): boolean =>
  new Set(values.map(({ device, places = [] }) => [device, ...places].join(' '))).size > 1;

/** Does a device among these hold none of the values? It shows one of them until somebody chooses. */
export const isShownElsewhere = ({ values }: ConflictView, devices: readonly string[]): boolean =>
  devices.some((device) => values.every((value) => value.device !== device));

/** Do all sides read alike to a person? */
export const sayTheSame = ({ field, values }: ConflictView): boolean =>
  new Set(values.map(({ kind, value }) => (kind === 'delete' ? '' : fieldValueText(field, value)))).size === 1;

/** The newest moment of a conflict's values. */
export function newestAt(values: readonly ConflictValueView[]): string {
  return values.reduce((latest, value) => (value.at > latest ? value.at : latest), '');
}

/** Whether both can live on, as two files or as two numbers of a contact: a deletion has no copy to keep, and a name there is but one of. */
export const canKeepBoth = ({ field, values }: ConflictView): boolean =>
  values.every(({ kind }) => kind === 'value') &&
  (field === 'entry' || (isKeptBeside(field) && values.every(({ value }) => value !== null)));

/** Longer ones say more than a list has room for. */
const SHORT = 60;

/** What stands against what, of a field that is told in a few words: `+43 1 555 or +43 1 777`; null: they are too long, or no words. */
export function sidesInWords({ field, values }: ConflictView): string | null {
  if (field === 'entry' || field === 'exists' || field.startsWith('media/')) return null;
  const said = [
    ...new Set(
      values.map(({ kind, value }) => (kind === 'delete' ? deletedWords(field) : fieldValueText(field, value))),
    ),
  ];
  return said.length > 1 && said.every((text) => text.length <= SHORT && !text.includes('\n'))
    ? said.join(' or ')
    : null;
}
