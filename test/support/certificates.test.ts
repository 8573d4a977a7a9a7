import { createPrivateKey, X509Certificate } from 'node:crypto';
import { connect, createServer } from 'node:tls';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createAuthority } from './certificates.ts';

const authority = createAuthority('a test authority');

describe('an authority of our own', () => {
  it('issues leaves that verify against it, for the hosts, user and groups asked for', () => {
    const issued = authority.issue({
      commonName: 'alice',
      organizations: ['a', 'b'],
      hosts: ['x.test', '127.0.0.1', '::1'],
    });
    const root = new X509Certificate(authority.certificate);
    const leaf = new X509Certificate(issued.certificate);
    expect(root.ca).toBe(true);
    expect(leaf.ca).toBe(false);
    expect(leaf.verify(root.publicKey)).toBe(true);
    expect(leaf.checkPrivateKey(createPrivateKey(issued.key))).toBe(true);
    expect(leaf.subject.split('\n')).toEqual(['O=a', 'O=b', 'CN=alice']);
    expect(leaf.checkHost('x.test')).toBe('x.test');
    expect(leaf.checkHost('y.test')).toBeUndefined();
    expect([leaf.checkIP('127.0.0.1'), leaf.checkIP('::1'), leaf.checkIP('::2')]).toEqual([
      '127.0.0.1',
      '::1',
      undefined,
    ]);
  });

  it('is told apart from another authority of the same name', () => {
    const stranger = new X509Certificate(createAuthority('a test authority').certificate);
    expect(new X509Certificate(authority.issue({ commonName: 'x' }).certificate).verify(stranger.publicKey)).toBe(
      false,
    );
  });

  it('carries a mutual TLS handshake', async () => {
    const server = authority.issue({ commonName: 'server', hosts: ['127.0.0.1'], usages: ['server'] });
    const client = authority.issue({ commonName: 'client', usages: ['client'] });
    const listener = createServer(
      { cert: server.certificate, key: server.key, ca: authority.certificate, requestCert: true },
      (socket) => socket.end(socket.getPeerX509Certificate()?.subject ?? 'nobody'),
    ).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    const socket = connect({
      port,
      host: '127.0.0.1',
      ca: authority.certificate,
      cert: client.certificate,
      key: client.key,
    });
    const said = await socket.setEncoding('utf8').toArray();
    listener.close();
    expect(said.join('')).toBe('CN=client');
  });
});
