import { Fragment, useState } from 'react';
import { Button, Form } from 'react-aria-components';
import type { WireError } from '../../contract/contract.ts';
import { useApp, useClient, useToast } from '../client/app-context.tsx';
import { useRequest } from '../client/use-request.ts';
import { useReturns } from '../client/use-returns.ts';
import { ActionButton } from '../components/action-button.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Field } from '../components/field.tsx';
import { Loading } from '../components/loading.tsx';
import { PageFrame } from '../components/page-frame.tsx';
import { DoctorList } from './doctor-list.tsx';
import { GroupHeading } from './group-heading.tsx';
import { RelaySettings } from './relay-settings.tsx';
import {
  SETTING_GROUPS,
  type SettingField,
  type SettingGroup,
  settingToText,
  textToSetting,
} from './setting-fields.ts';
import { StartAtLogin } from './start-at-login.tsx';

type Config = { readonly [key: string]: string | number | boolean | null };

/** The device's settings, saved group by group, and its checks. */
export function SettingsPage() {
  const asked = useRequest('config', [null, null], useReturns());
  // What was saved since: to ask anew would show what was there before until the answer comes.
  const [saved, setSaved] = useState<Config>({});
  const config: Config | null = asked.value === null ? null : { ...asked.value, ...saved };
  const onSaved = (now: Config) => setSaved((before) => ({ ...before, ...now }));
  const device = useApp((state) => state.status?.device);
  const isWindow = useClient().host === 'electron';
  return (
    <PageFrame title="Settings">
      <ErrorNotice error={asked.error} asked={asked} />
      {config === null && asked.error === null && <Loading what="the settings" />}
      {config !== null &&
        SETTING_GROUPS.map((group, at) => (
          <Fragment key={group.title}>
            <SettingsGroup group={group} config={config} name={device?.name ?? ''} onSaved={onSaved} />
            {at === 0 && isWindow && <StartAtLogin />}
            {at === 0 && <RelaySettings url={oneAddress(String(config.relay ?? ''))} onSaved={onSaved} />}
          </Fragment>
        ))}
      <DoctorList />
      {device !== undefined && (
        <p className="muted">
          Device id <span className="path">{device.id}</span>
        </p>
      )}
    </PageFrame>
  );
}

function SettingsGroup(props: {
  group: SettingGroup;
  config: Config;
  /** What this device is called while nothing else is said. */
  name: string;
  onSaved: (now: Config) => void;
}) {
  const { group, config, name } = props;
  const client = useClient();
  const toast = useToast();
  const [typed, setTyped] = useState<{ readonly [key: string]: string }>({});
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<WireError | null>(null);
  const textOf = (field: SettingField) => typed[field.key] ?? settingToText(field, config[field.key]);
  const whyOf = (field: SettingField) => {
    const read = textToSetting(field, textOf(field));
    return 'why' in read ? read.why : null;
  };
  const changed = group.fields.filter((field) => textOf(field) !== settingToText(field, config[field.key]));
  const wrong = group.fields.some((field) => whyOf(field) !== null);
  const save = async () => {
    setBusy(true);
    setError(null);
    for (const field of changed) {
      const read = textToSetting(field, textOf(field));
      if ('why' in read) continue;
      const reply = await client.request('config', field.key, read.value);
      if (!reply.ok) {
        setError(reply.error);
        setBusy(false);
        return;
      }
      props.onSaved(reply.value);
    }
    setBusy(false);
    setTyped({});
    toast('done', `${group.title}: saved`);
  };
  return (
    <Form
      className="card settings-group"
      onSubmit={(event) => {
        event.preventDefault();
        if (changed.length > 0 && !wrong) void save();
      }}
    >
      <GroupHeading title={group.title} isChanged={changed.length > 0} />
      <div className="settings-grid">
        {group.fields.map((field) => (
          <Field
            key={field.key}
            label={field.label}
            hint={field.hint}
            {...(field.shown === undefined ? {} : { unit: field.shown })}
            placeholder={field.key === 'name' ? name : (field.empty ?? '')}
            value={textOf(field)}
            invalid={whyOf(field)}
            onChange={(text) => setTyped((before) => ({ ...before, [field.key]: text }))}
          />
        ))}
      </div>
      <ErrorNotice error={error} />
      <div className="actions end">
        {changed.length > 0 && (
          <Button className="button" onPress={() => setTyped({})}>
            Undo changes
          </Button>
        )}
        <ActionButton
          className="button button-primary"
          type="submit"
          isBusy={busy}
          isDisabled={changed.length === 0 || wrong}
        >
          Save<span className="sr-only"> {group.title}</span>
        </ActionButton>
      </div>
    </Form>
  );
}

/** Several that this device learned of others are told below the field, each with what it is for. */
const oneAddress = (relay: string): string => (relay.includes(',') ? '' : relay);
