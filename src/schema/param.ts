import type { Json, JsonObject } from '../model/json.js';
import type { ObjectRules } from './together.js';

/**
 * One definition of a parameter: its JSON Schema, its static type and its documentation. Nothing about a parameter is
 * written anywhere else.
 */
export interface Param<T> {
  /** JSON Schema (plain keywords, readable as draft-07 and as 2020-12). */
  readonly schema: JsonObject;
  readonly optional: boolean;
  /** Value that an absent parameter gets. */
  readonly fallback?: Json;
  /**
   * May be known only during the run (facts, results) although it belongs to a composite, which is expanded before
   * connecting. Parameters of other modules may always be late.
   */
  readonly late: boolean;
  /** Only for the compiler: the static type. */
  readonly type?: T;
}

export type Infer<P> = P extends Param<infer T> ? T : never;

type Fields = Readonly<Record<string, Param<unknown>>>;
type OptionalKeys<F extends Fields> = { [K in keyof F]: undefined extends Infer<F[K]> ? K : never }[keyof F];
type ObjectOf<F extends Fields> = { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: Infer<F[K]> } & {
  readonly [K in OptionalKeys<F>]?: Exclude<Infer<F[K]>, undefined>;
};
type Flat<T> = { [K in keyof T]: T[K] };

/** Keywords that narrow a string; `examples` are shown in the documentation. */
export interface StringRules {
  readonly pattern?: string;
  /** Says in words what `pattern` wants; shown when it does not match. */
  readonly expects?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly examples?: readonly string[];
}

function make<T>(schema: JsonObject): Param<T> {
  return { schema, optional: false, late: false };
}

function string(description: string, rules: StringRules = {}): Param<string> {
  const { expects, ...keywords } = rules;
  // A NUL byte cannot reach a host in any way; JSON Schema has no shorter word for that.
  const pattern = keywords.pattern ?? '^[^\\u0000]*$';
  return make({ type: 'string', description, ...keywords, pattern, ...(expects === undefined ? {} : { expects }) });
}

function integer(
  description: string,
  rules: { readonly minimum?: number; readonly maximum?: number } = {},
): Param<number> {
  return make({ type: 'integer', description, ...rules });
}

function boolean(description: string): Param<boolean> {
  return make({ type: 'boolean', description });
}

function choice<const C extends string>(description: string, choices: readonly C[]): Param<C> {
  return make({ type: 'string', description, enum: choices });
}

function list<T>(description: string, item: Param<T>, rules: { readonly minItems?: number } = {}): Param<readonly T[]> {
  return make({ type: 'array', description, items: item.schema, ...rules });
}

/** Any text by any key, e.g. environment variables. */
function record(description: string): Param<Readonly<Record<string, string>>> {
  return make({ type: 'object', description, additionalProperties: { type: 'string', pattern: '^[^\\u0000]*$' } });
}

function object<F extends Fields>(
  fields: F,
  description?: string,
  rules: ObjectRules<keyof F & string> = {},
): Param<Flat<ObjectOf<F>>> {
  const properties: Record<string, Json> = {};
  for (const [name, field] of Object.entries(fields)) {
    properties[name] = {
      ...field.schema,
      ...(field.fallback === undefined ? {} : { default: field.fallback }),
      ...(field.late ? { late: true } : {}),
    };
  }
  const required = Object.keys(fields).filter(
    (name) => !fields[name]?.optional && fields[name]?.fallback === undefined,
  );
  return make({
    type: 'object',
    ...(description === undefined ? {} : { description }),
    properties,
    required,
    additionalProperties: false,
    ...(rules as JsonObject),
  });
}

/** One of several objects, told apart by the value of the key `tag`. */
function variants<T extends string, V extends Readonly<Record<string, Param<unknown>>>>(
  tag: T,
  description: string,
  cases: V,
): Param<{ [K in keyof V]: Flat<{ readonly [X in T]: K } & Infer<V[K]>> }[keyof V]> {
  const oneOf = Object.entries(cases).map(([name, param]) => {
    // Every case was made by `object`, so these keywords are there.
    const schema = param.schema as { properties: JsonObject; required: readonly string[] } & JsonObject;
    return {
      ...schema,
      properties: { [tag]: { const: name, description }, ...schema.properties },
      required: [tag, ...schema.required],
    };
  });
  return make({
    type: 'object',
    description,
    required: [tag],
    properties: { [tag]: { enum: Object.keys(cases) } },
    discriminator: { propertyName: tag },
    oneOf,
  });
}

function optional<T>(param: Param<T>): Param<T | undefined> {
  return { ...param, optional: true };
}

function withDefault<T extends Json>(param: Param<T>, fallback: T): Param<T> {
  return { ...param, fallback };
}

function late<T>(param: Param<T>): Param<T> {
  return { ...param, late: true };
}

/** A value that may also be null: what a fact found, or nothing. Nobody has to write it. */
function nullable<T>(param: Param<T>): Param<T | null> {
  return { ...param, schema: { ...param.schema, nullable: true } };
}

/** An absolute path without `.`, `..`, double or trailing slashes, so that equal paths are equal text. */
function path(description: string): Param<string> {
  return string(description, {
    pattern: '^/$|^(/(?!\\.{1,2}(/|$))[^/\\u0000\\n\\r]+)+$',
    expects: 'an absolute path without ".", "..", line breaks, double or trailing slashes',
    maxLength: 4095,
  });
}

/** File mode as quoted octal text: YAML 1.2 reads 0644 as the number 644. */
function mode(description: string): Param<string> {
  return string(description, {
    pattern: '^0?[0-7]{3,4}$',
    expects: 'a quoted octal mode such as "0644"',
    examples: ['0644'],
  });
}

/** A user or group name. */
function account(description: string): Param<string> {
  return string(description, {
    pattern: '^[A-Za-z_][A-Za-z0-9_.-]{0,31}\\$?$',
    expects: 'the name of a user or group',
    maxLength: 32,
  });
}

/** The name of an object that the user declares. */
function name(description: string): Param<string> {
  return string(description, {
    pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$',
    expects: 'letters, digits, ".", "_" and "-", at most 63, beginning with a letter or digit',
  });
}

export const param = {
  string,
  integer,
  boolean,
  choice,
  list,
  record,
  object,
  variants,
  optional,
  withDefault,
  late,
  nullable,
  path,
  mode,
  account,
  name,
} as const;
