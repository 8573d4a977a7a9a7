/** What stands under each number of a protobuf message, in order: numbers as they are, everything else as bytes. */
export type Fields = ReadonlyMap<number, readonly (bigint | Buffer)[]>;

/**
 * Reads a protobuf message without its definition: a check of an encoder must not use the encoder's own tables.
 *
 * @throws RangeError for bytes that are no message
 */
export function readMessage(bytes: Buffer): Fields {
  const fields = new Map<number, (bigint | Buffer)[]>();
  let at = 0;
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new RangeError(`the message ends within a field, at byte ${String(at)}`);
    at += length;
    return bytes.subarray(at - length, at);
  };
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = take(1).readUInt8();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const valueOf = (wireType: bigint): bigint | Buffer => {
    if (wireType === 0n) return varint();
    if (wireType === 1n) return take(8).readBigUInt64LE();
    if (wireType === 2n) return take(Number(varint()));
    if (wireType === 5n) return BigInt(take(4).readUInt32LE());
    throw new RangeError(`there is no wire type ${String(wireType)}`);
  };
  while (at < bytes.length) {
    const tag = varint();
    const number = Number(tag >> 3n);
    fields.set(number, [...(fields.get(number) ?? []), valueOf(tag & 7n)]);
  }
  return fields;
}

export function bytesAt(fields: Fields, number: number): Buffer {
  const value = fields.get(number)?.at(-1);
  return Buffer.isBuffer(value) ? value : Buffer.alloc(0);
}

export function textAt(fields: Fields, number: number): string {
  return bytesAt(fields, number).toString();
}

/** 0 where it is not there, which is how protobuf writes a zero. */
export function numberAt(fields: Fields, number: number): bigint {
  const value = fields.get(number)?.at(-1);
  return typeof value === 'bigint' ? value : 0n;
}

export function messagesAt(fields: Fields, number: number): readonly Fields[] {
  return (fields.get(number) ?? []).flatMap((value) => (Buffer.isBuffer(value) ? [readMessage(value)] : []));
}
