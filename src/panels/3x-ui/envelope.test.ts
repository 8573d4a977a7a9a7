import { describe, expect, it } from 'vitest';
import { englishPart, parseEnvelope, saysNotFound } from './envelope.ts';

describe('the English part of a message', () => {
  it.each([
    ['Inbound client(s) have been added. (Duplicate email: alice\n)', 'Duplicate email: alice'],
    [
      'Inbound has been successfully created. (json: cannot unmarshal object into Go value)',
      'json: cannot unmarshal object into Go value',
    ],
    [
      "Что-то пошло не так (port 24431 (tcp) already used by inbound 'x' (#1) on 127.0.0.1\n)",
      "port 24431 (tcp) already used by inbound 'x' (#1) on 127.0.0.1",
    ],
    ['Obtain (record not found)', 'record not found'],
    ['Invalid username or password or two-factor code.', 'Invalid username or password or two-factor code.'],
    ['', ''],
  ])('of %j is %j', (message, english) => {
    expect(englishPart(message)).toBe(english);
  });
});

describe('an envelope', () => {
  it('needs a success that is a boolean', () => {
    expect(parseEnvelope('{"success":true,"msg":"","obj":[1]}')).toEqual({ success: true, message: '', obj: [1] });
    for (const body of ['', '<html>', '{"success":"yes"}', '[]', 'null', '{"success":true'])
      expect(parseEnvelope(body)).toBeUndefined();
  });

  it('proves absence only when it fails with the one text that means it', () => {
    expect(saysNotFound({ success: false, message: 'record not found', obj: null })).toBe(true);
    expect(saysNotFound({ success: true, message: 'record not found', obj: null })).toBe(false);
    expect(saysNotFound({ success: false, message: 'database is locked', obj: null })).toBe(false);
  });
});
