// Loaded into a device before its program: whatever it connects to at one address, it finds at another. Nothing it is told leads past that.
import { Socket } from 'node:net';

const [[, host, port], [, toHost, toPort]] = process.env.SCENARIO_REROUTE.split(' ').map((address) =>
  /^(.*):(\d+)$/.exec(address),
);
const { connect } = Socket.prototype;
Socket.prototype.connect = function (options, ...others) {
  const isThere = options?.host === host && Number(options.port) === Number(port);
  return connect.call(this, isThere ? { ...options, host: toHost, port: Number(toPort) } : options, ...others);
};
