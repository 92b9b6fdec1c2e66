// A unit test does no I/O: one that reaches for the network is a live test with the wrong name.
import net from 'node:net';

const refuse = (): never => {
  throw new Error('Unit tests do not use the network: name the file *.live.test.ts, or pass what it needs in.');
};

net.Socket.prototype.connect = refuse;
net.Server.prototype.listen = refuse;
