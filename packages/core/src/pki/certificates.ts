import { webcrypto } from 'node:crypto';
import type { IsoTime } from '@nemoclaw/plugin-api';
import { nameConstraints } from './name-constraints.ts';

export interface Credentials {
  certPem: string;
  /** PKCS #8. */
  keyPem: string;
  notAfter: IsoTime;
}

const EC = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
const CA_DAYS = 3_652;
const LEAF_DAYS = 90;
/** Clocks of host and VM-backed engines differ by seconds to minutes after a sleep. */
const SKEW_MS = 3_600_000;
const CA_NAMES = ['inference.local'];

/** 200 modules that only a command which makes or renews certificates pays for. */
const loadX509 = () => import('./x509.ts');
type X509 = Awaited<ReturnType<typeof loadX509>>;

const newKeys = () => webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);

const privatePem = async ({ PemConverter }: X509, key: webcrypto.CryptoKey): Promise<string> =>
  `${PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), PemConverter.PrivateKeyTag)}\n`;

const readPrivateKey = ({ PemConverter }: X509, pem: string): Promise<webcrypto.CryptoKey> =>
  webcrypto.subtle.importKey('pkcs8', PemConverter.decodeFirst(pem), EC, false, ['sign']);

/** Whole seconds, as a certificate has them. */
const validity = (now: Date, days: number): { notBefore: Date; notAfter: Date } => {
  const second = Math.floor(now.getTime() / 1000) * 1000;
  return { notBefore: new Date(second - SKEW_MS), notAfter: new Date(second + days * DAY_MS) };
};

/** `name` comes from us, but a DN has a syntax of its own. */
const commonName = (name: string) => [{ CN: [name] }];

/** One per sandbox, ten years; its key stays on the host and can only vouch for `inference.local`. */
export const createSandboxCa = async ({ name, now }: { name: string; now: Date }): Promise<Credentials> => {
  const x509 = await loadX509();
  const keys = await newKeys();
  const dates = validity(now, CA_DAYS);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: commonName(`NemoClaw sandbox ${name}`),
      ...dates,
      keys,
      signingAlgorithm: SIGNING,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
        nameConstraints(x509, CA_NAMES),
      ],
    },
    webcrypto,
  );
  return {
    certPem: `${certificate.toString('pem')}\n`,
    keyPem: await privatePem(x509, keys.privateKey),
    notAfter: dates.notAfter.toISOString(),
  };
};

/** A server certificate for 90 days, signed by the sandbox's CA. Names outside of the CA's constraints are of no use. */
export const issueLeaf = async (input: {
  ca: Pick<Credentials, 'certPem' | 'keyPem'>;
  /** DNS names, the first one also as the subject. */
  names: string[];
  now: Date;
}): Promise<Credentials> => {
  const x509 = await loadX509();
  const ca = new x509.X509Certificate(input.ca.certPem);
  const keys = await newKeys();
  const dates = validity(input.now, LEAF_DAYS);
  const certificate = await x509.X509CertificateGenerator.create(
    {
      subject: commonName(input.names[0] ?? 'sandbox'),
      issuer: ca.subjectName,
      ...dates,
      publicKey: keys.publicKey,
      signingKey: await readPrivateKey(x509, input.ca.keyPem),
      signingAlgorithm: SIGNING,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(input.names.map((value) => ({ type: 'dns', value }))),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
        await x509.AuthorityKeyIdentifierExtension.create(ca, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return {
    certPem: `${certificate.toString('pem')}\n`,
    keyPem: await privatePem(x509, keys.privateKey),
    notAfter: dates.notAfter.toISOString(),
  };
};
