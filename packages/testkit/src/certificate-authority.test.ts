import { createPrivateKey, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { makeCertificateAuthority } from './certificate-authority.ts';

test('an issued certificate is its authority’s, good for the named hosts and for no other', () => {
  const authority = makeCertificateAuthority('Ours');
  const issued = authority.issue(['db.example', '127.0.0.1', '2001:db8::5']);
  const signer = new X509Certificate(authority.certificate);
  const certificate = new X509Certificate(issued.certificate);

  expect(signer.ca).toBe(true);
  expect(signer.verify(signer.publicKey)).toBe(true);
  expect(certificate.ca).toBe(false);
  expect(certificate.checkIssued(signer)).toBe(true);
  expect(certificate.verify(signer.publicKey)).toBe(true);
  expect(certificate.checkPrivateKey(createPrivateKey(issued.key))).toBe(true);
  expect(certificate.serialNumber).toBe(issued.serial);
  expect(certificate.checkHost('db.example')).toBe('db.example');
  expect(certificate.checkHost('other.example')).toBeUndefined();
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(certificate.checkIP('2001:db8::5')).toBe('2001:db8::5');
  expect(certificate.checkIP('127.0.0.2')).toBeUndefined();
});

test('another authority of the same name has not signed it', () => {
  const issued = makeCertificateAuthority('Ours').issue();
  const stranger = new X509Certificate(makeCertificateAuthority('Ours').certificate);
  expect(new X509Certificate(issued.certificate).verify(stranger.publicKey)).toBe(false);
});

test('a client’s certificate says what it is told to', () => {
  const authority = makeCertificateAuthority('Ours');
  const issued = authority.issueClient({
    subject: [
      [['C', 'XX']],
      [
        ['O', 'Example'],
        ['OU', 'Robots'],
      ],
      [['CN', 'robot']],
    ],
    dns: ['robot.example'],
    ips: ['10.0.0.1'],
    uris: ['urn:robot'],
    emails: ['robot@example.com'],
    key: 'rsa',
  });
  const certificate = new X509Certificate(issued.certificate);
  expect(certificate.subject.split('\n')).toEqual(['C=XX', 'O=Example + OU=Robots', 'CN=robot']);
  expect(certificate.subjectAltName).toBe(
    'DNS:robot.example, IP Address:10.0.0.1, URI:urn:robot, email:robot@example.com',
  );
  expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  expect(certificate.publicKey.asymmetricKeyType).toBe('rsa');
  expect(certificate.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
  expect(certificate.checkPrivateKey(createPrivateKey(issued.key))).toBe(true);
});
