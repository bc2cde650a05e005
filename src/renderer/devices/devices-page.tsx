import { MonitorSmartphone, UserPlus } from 'lucide-react';
import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { DeviceView } from '../../contract/contract.ts';
import { goTo, useApp } from '../client/app-context.tsx';
import { useRequest } from '../client/use-request.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Loading } from '../components/loading.tsx';
import { PageFrame } from '../components/page-frame.tsx';
import { DeviceCard } from './device-card.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import { invitedElsewhere } from './invited-elsewhere.ts';
import { RequestCard } from './request-card.tsx';

const thisDeviceFirst = (a: DeviceView, b: DeviceView): number => Number(b.self) - Number(a.self);

/** Who shares what; who asks to join; how to invite. */
export function DevicesPage() {
  const revision = useApp((state) => state.revision);
  const collections = useApp((state) => state.status?.collections) ?? [];
  const requests = useApp((state) => state.requests);
  const devices = useRequest('devices:list', [], revision);
  const [inviting, setInviting] = useState(false);
  const roles = devices.value?.find((one) => one.self)?.roles ?? {};
  const shared = collections.filter((one) => one.removed !== true);
  const nothing = shared.length === 0;
  const isNoAdmin = !nothing && shared.every((one) => one.invitedBy !== undefined);
  const alone = devices.value?.every((one) => one.self) === true && requests.length === 0;
  const invite = (
    <Button className="button button-primary" isDisabled={nothing} onPress={() => setInviting(true)}>
      <UserPlus aria-hidden size={16} />
      Invite a device
    </Button>
  );
  return (
    <PageFrame title="Devices" {...(isNoAdmin ? {} : { actions: invite })}>
      {isNoAdmin && <p className="muted">{invitedElsewhere(shared)}</p>}
      {requests.map((request) => (
        <RequestCard key={request.request} request={request} />
      ))}
      <ErrorNotice error={devices.error} asked={devices} />
      {devices.value === null && devices.error === null && <Loading what="your devices" />}
      <ul className="stack" aria-label="Devices">
        {[...(devices.value ?? [])].sort(thisDeviceFirst).map((device) => (
          <DeviceCard
            key={device.device}
            device={device}
            collections={shared}
            roles={roles}
            onChanged={devices.reload}
          />
        ))}
      </ul>
      {alone && (
        <EmptyState
          icon={MonitorSmartphone}
          title="No other device yet"
          {...(nothing
            ? {
                actions: (
                  <Button className="button" onPress={() => goTo('sources')}>
                    Go to Sources
                  </Button>
                ),
              }
            : {})}
        >
          <p>
            {nothing
              ? 'First add something to keep in step; then invite the device that shall have it too.'
              : 'Invite a device to share something with it. Both sides agree before anything is shared.'}
          </p>
        </EmptyState>
      )}
      {inviting && <InviteDialog collection={null} onClose={() => setInviting(false)} />}
    </PageFrame>
  );
}
