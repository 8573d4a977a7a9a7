import Type from 'typebox';
import type { TEnum, TSchemaOptions } from 'typebox';

/** One CEL rule, and what a person should do when it refuses an object. */
export interface Rule {
  readonly rule: string;
  readonly message: string;
  /** CEL for a message with the figures of the case; it begins with `message`, which the reference shows. */
  readonly messageExpression?: string;
  /** Which field to blame, relative to where the rule stands, for example `.expiresAt`. */
  readonly fieldPath?: string;
  readonly reason?: 'FieldValueInvalid' | 'FieldValueRequired' | 'FieldValueForbidden' | 'FieldValueDuplicate';
}

/** The keyword under which the API server looks for CEL rules. */
export function rules(...list: readonly Rule[]): { 'x-kubernetes-validations': readonly Rule[] } {
  return { 'x-kubernetes-validations': list };
}

/** A list whose items are told apart by a key, so that several writers can own one item each. */
export function keyedBy(key: string): TSchemaOptions {
  return { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [key] };
}

/** A list or an object that has one writer and is replaced as a whole. */
export const atomicList = { 'x-kubernetes-list-type': 'atomic' } as const;
export const atomicMap = { 'x-kubernetes-map-type': 'atomic' } as const;

export function oneOf<Values extends string[]>(
  values: readonly [...Values],
  options: TSchemaOptions & { description: string },
): TEnum<Values> {
  return Type.Enum(values, options);
}

/** A whole number that JSON and JavaScript both carry exactly. */
export function int64(options: { description: string; minimum: number; maximum?: number; default?: number }) {
  return Type.Integer({ format: 'int64', maximum: Number.MAX_SAFE_INTEGER, ...options });
}

export function int32(options: { description: string; minimum: number; maximum: number; default?: number }) {
  return Type.Integer({ format: 'int32', ...options });
}

export function time(description: string) {
  return Type.String({ format: 'date-time', maxLength: 64, description });
}
