import type { Bound, GoStruct } from './binding.ts';
import type { PanelVersion } from './version.ts';
import { isFlowCapable, type ClientEntry, type ClientRow, type InboundRow } from './database.ts';

/** A client as the API of v3.1.0 and later takes it. What a request omits is zero. */
export interface ClientWire {
  id: string;
  email: string;
  subId: string;
  flow: string;
  comment: string;
  group: string;
  security: string;
  password: string;
  auth: string;
  enable: boolean;
  expiryTime: number;
  totalGB: number;
  limitIp: number;
  tgId: number;
  reset: number;
  created_at: number;
  updated_at: number;
}

export const clientStruct: GoStruct = {
  name: 'Client',
  fields: {
    id: 'string',
    email: 'string',
    subId: 'string',
    flow: 'string',
    comment: 'string',
    group: 'string',
    security: 'string',
    password: 'string',
    auth: 'string',
    enable: 'bool',
    expiryTime: 'int64',
    totalGB: 'int64',
    limitIp: 'int',
    tgId: 'int64',
    reset: 'int',
    created_at: 'int64',
    updated_at: 'int64',
  },
};

export const createStruct: GoStruct = {
  name: 'ClientCreatePayload',
  fields: { client: clientStruct, inboundIds: '[]int' },
};

const zero: ClientWire = {
  id: '',
  email: '',
  subId: '',
  flow: '',
  comment: '',
  group: '',
  security: '',
  password: '',
  auth: '',
  enable: false,
  expiryTime: 0,
  totalGB: 0,
  limitIp: 0,
  tgId: 0,
  reset: 0,
  created_at: 0,
  updated_at: 0,
};

export function clientWire(bound: Bound): ClientWire {
  return { ...zero, ...bound };
}

export function wireOfRow(row: ClientRow): ClientWire {
  const { uuid, createdAt, updatedAt, ...same } = row;
  return { ...same, id: uuid, created_at: createdAt, updated_at: updatedAt };
}

/**
 * The copy of a client inside one inbound's settings, keys as the panel writes them. Flow stands only where it can be;
 * releases below v3.2.5 write it everywhere, which keeps the client out of every other inbound.
 */
export function entryFor(client: ClientWire, inbound: InboundRow, version: PanelVersion): ClientEntry {
  const flow = isFlowCapable(inbound) || !version.atLeast('3.2.5') ? client.flow : '';
  return {
    comment: client.comment,
    created_at: client.created_at,
    email: client.email,
    enable: client.enable,
    expiryTime: client.expiryTime,
    ...(flow === '' ? {} : { flow }),
    ...(client.group === '' ? {} : { group: client.group }),
    id: client.id,
    limitIp: client.limitIp,
    reset: client.reset,
    security: client.security,
    subId: client.subId,
    tgId: client.tgId,
    totalGB: client.totalGB,
    updated_at: client.updated_at,
  };
}

export function rowOf(id: number, client: ClientWire): ClientRow {
  const { id: uuid, created_at: createdAt, updated_at: updatedAt, ...same } = client;
  return { ...same, id, uuid, createdAt, updatedAt };
}
