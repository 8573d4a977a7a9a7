import type { MtprotoEndpoint } from './mtproto.ts';

/** Everything that can be sold, told apart by `protocol`. A further protocol is a further member. */
export type Endpoint = VlessEndpoint | MtprotoEndpoint;

/**
 * What a client app needs to reach one inbound, without the customer's own credential.
 *
 * Panel drivers produce endpoints from the inbound's settings and the public address in the VPNPanel; Postgres keeps
 * them as JSON; renderers turn endpoint + credential into a link or a document. Field names follow Xray's.
 */
export interface VlessEndpoint {
  readonly protocol: 'vless';
  /** Public host name or IP address, without brackets. */
  readonly address: string;
  readonly port: number;
  /** What the customer sees in the list of servers. */
  readonly remark: string;
  readonly transport: VlessTransport;
  readonly security: VlessSecurity;
  /** VLESS encryption string for the client, `none` when the inbound uses none. */
  readonly encryption: string;
  /** Present only where Xray allows it: tcp with tls or reality, or xhttp with VLESS encryption. */
  readonly flow?: 'xtls-rprx-vision';
}

export type VlessTransport =
  | { readonly type: 'tcp'; readonly httpHeader?: { readonly path: string; readonly host: string } }
  | { readonly type: 'ws'; readonly path: string; readonly host: string }
  | {
      readonly type: 'grpc';
      readonly serviceName: string;
      readonly authority: string;
      readonly mode: 'gun' | 'multi';
    }
  | { readonly type: 'httpupgrade'; readonly path: string; readonly host: string }
  | {
      readonly type: 'xhttp';
      readonly path: string;
      readonly host: string;
      readonly mode: string;
      /** JSON object with the settings that differ from Xray's defaults; absent when there are none. */
      readonly extra?: string;
    };

export type VlessSecurity =
  | { readonly type: 'none' }
  | {
      readonly type: 'tls';
      readonly serverName: string;
      readonly fingerprint: string;
      readonly alpn: readonly string[];
      /** SHA-256 of the certificate in hex, for apps that can pin a self-signed one. */
      readonly pinnedPeerCertSha256?: string;
    }
  | {
      readonly type: 'reality';
      readonly serverName: string;
      readonly fingerprint: string;
      readonly publicKey: string;
      readonly shortId: string;
      readonly spiderX: string;
      readonly mldsa65Verify?: string;
      /** `minClientVer` as the server enforces it: drivers fill in its core's own default; empty demands nothing. */
      readonly minClientVer: string;
    };

/** The customer's own part of a link. */
export interface VlessCredential {
  /** A UUID in canonical lower-case form. */
  readonly uuid: string;
}
