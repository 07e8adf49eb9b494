// SPDX-License-Identifier: BSL-1.0
// A TCP connection that can be pulled out: what goes through it breaks with a reset, on both sides.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

export async function plugIn(t, address) {
  const { port } = new URL(address);
  const open = new Set();
  const cable = { onBytes() {} };
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const [socket, other] of [[near, far], [far, near]]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
      socket.on('end', () => other.end());
      socket.on('data', (bytes) => {
        other.write(bytes);
        if (socket === far) cable.onBytes(bytes.toString());
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cable.address = `http://127.0.0.1:${server.address().port}`;
  cable.pull = () => open.forEach((socket) => socket.resetAndDestroy());
  t.after(() => {
    server.close();
    open.forEach((socket) => socket.destroy()); // a reset of one that is being shut down would leave it open
  });
  return cable;
}
