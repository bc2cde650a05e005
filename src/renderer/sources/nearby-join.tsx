import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Label, Radio, RadioGroup } from 'react-aria-components';
import type { NearbyComparedView, NearbyDeviceView } from '../../contract/contract.ts';
import { useClient, useToast } from '../client/app-context.tsx';
import { useAction } from '../client/use-action.ts';
import { useRequest } from '../client/use-request.ts';
import { useTick } from '../client/use-tick.ts';
import { CompareActions, CompareCode } from '../components/compare-code.tsx';
import { DialogActions } from '../components/dialog-actions.tsx';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Field } from '../components/field.tsx';
import { JoinPlace, useJoinPlace } from './join-place.tsx';
import { BY_ADDRESS, type Picked, pickedNow } from './nearby-target.ts';

/** Joins what a device nearby shares: picks it and a place, then compares codes. Closed it is given up. `ways`: the other ways to join. */
export function NearbyJoin({ ways, onClose }: { ways: ReactNode; onClose: () => void }) {
  const client = useClient();
  const toast = useToast();
  const target = useTarget();
  const place = useJoinPlace();
  const ask = useAction('nearby:join');
  const outcome = useAction('nearby:outcome');
  const [compared, setCompared] = useState<NearbyComparedView | null>(null);
  const [isSame, setIsSame] = useState(false);
  const isClosed = useRef(false);
  const close = () => {
    isClosed.current = true;
    if (ask.busy || compared !== null) void client.request('nearby:give-up');
    onClose();
  };
  const run = async () => {
    outcome.reset();
    if (target.device === null) return;
    const location = await place.locate();
    if (location === null || isClosed.current) return;
    const reply = await ask.run(target.device, location, place.chosenFormat);
    if (!reply.ok || isClosed.current) return;
    setIsSame(false);
    setCompared(reply.value);
    const joined = await outcome.run(reply.value.code);
    if (isClosed.current) return;
    setCompared(null);
    if (!joined.ok) return;
    toast('done', 'Joined. What the other device holds is on its way.');
    onClose();
  };
  const say = (same: boolean) => {
    setIsSame(same);
    if (compared !== null) void client.request('nearby:compared', compared.code, same);
  };
  if (compared !== null)
    return (
      <DialogFrame
        title="Compare the codes"
        careful
        onClose={close}
        footer={<CompareActions isBusy={isSame} onDiffer={() => say(false)} onSame={() => say(true)} />}
      >
        <CompareCode code={compared.code} name={compared.name} />
        <p className="muted" role="status">
          {isSame
            ? `Now the person at ${compared.name} has to say so too.`
            : 'If they differ, somebody else may stand between the two devices: nothing is shared then.'}
        </p>
      </DialogFrame>
    );
  const isBusy = ask.busy || place.account.isLocating;
  const isFilled = target.device !== null && place.isFilled;
  return (
    <DialogFrame
      title="Join a device nearby"
      careful
      onClose={close}
      onEnter={isFilled && !isBusy ? () => void run() : null}
      footer={
        <DialogActions
          action={ask.busy ? 'Asking the other device…' : 'Join'}
          isPending={isBusy}
          isDisabled={!isFilled}
          onAction={() => void run()}
          onCancel={close}
        />
      }
    >
      {ways}
      <p>
        On the other device, in this network, open Devices and choose “Invite a device”, then “Nearby, with a code”.
      </p>
      <Target of={target} />
      <JoinPlace of={place} autoFocus={false} error={ask.error ?? outcome.error} />
      {ask.busy && (
        <p className="muted" role="status">
          Where somebody tried just before, it takes up to half a minute until the other device asks.
        </p>
      )}
    </DialogFrame>
  );
}

/** Which device: one of those that wait, asked for each second, or an address. */
function useTarget() {
  const [chosen, setChosen] = useState<Picked | null>(null);
  const [address, setAddress] = useState('');
  const waiting = useRequest('nearby:devices', [], useTick(true));
  const devices = waiting.value ?? [];
  const picked = pickedNow(devices, chosen);
  const isByAddress = picked === BY_ADDRESS;
  const typed = address.trim();
  const device = isByAddress ? (typed === '' ? null : typed) : picked;
  const setPicked = (wanted: string) =>
    setChosen({ device: wanted, name: devices.find((one) => one.device === wanted)?.name ?? null });
  return { devices, picked, setPicked, address, setAddress, isByAddress, device, error: waiting.error };
}

function Target({ of }: { of: ReturnType<typeof useTarget> }) {
  const { devices, picked, setPicked, setAddress } = of;
  const only = devices.length === 1 ? (devices[0]?.device ?? null) : null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the only one is picked once it comes, and nobody's choice is taken back
  useEffect(() => {
    if (only !== null && picked === null) setPicked(only);
  }, [only]);
  return (
    <>
      <RadioGroup className="field radios" value={picked} onChange={setPicked}>
        <Label>Which device?</Label>
        {devices.map((one) => (
          <Radio key={one.device} className="radio" value={one.device}>
            <span>
              {one.name}
              <small>{places(one)}</small>
            </span>
          </Radio>
        ))}
        <Radio className="radio" value={BY_ADDRESS}>
          <span>
            {devices.length === 0
              ? 'None waits in this network so far. Give its address'
              : 'Another one, by its address'}
            <small>The other device shows it while it waits.</small>
          </span>
        </Radio>
      </RadioGroup>
      {of.isByAddress && (
        <Field
          label="Address"
          value={of.address}
          onChange={setAddress}
          mono
          placeholder="192.168.1.7:21027"
          autoFocus
        />
      )}
      <ErrorNotice error={of.error} />
    </>
  );
}

const places = ({ addresses }: NearbyDeviceView): string => addresses.slice(0, 2).join(', ');
