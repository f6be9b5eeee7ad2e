import { readFileSync } from 'node:fs';
import path from 'node:path';

/** An API model as botocore has it; see models/README.md. */
export interface ApiModel {
  /** The protocols that the service speaks, the first of them by default. */
  readonly metadata: { readonly protocols: readonly string[] };
  readonly operations: Readonly<Record<string, ModelOperation>>;
  readonly shapes: Readonly<Record<string, ModelShape>>;
}

export interface ModelOperation {
  readonly http: {
    readonly method: string;
    readonly requestUri: string;
    readonly responseCode?: number;
  };
  readonly input?: ShapeRef;
  readonly output?: ShapeRef;
  readonly errors?: readonly ShapeRef[];
}

export interface ShapeRef {
  readonly shape: string;
  readonly location?: 'uri' | 'querystring';
  readonly locationName?: string;
}

export interface ModelShape {
  readonly type: string;
  readonly members?: Readonly<Record<string, ShapeRef>>;
  readonly required?: readonly string[];
  readonly union?: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  /** Of a list. */
  readonly member?: ShapeRef;
  /** Of a map. */
  readonly value?: ShapeRef;
  readonly error?: { readonly httpStatusCode: number };
  readonly exception?: boolean;
}

export function readApiModel(name: 'acm-pca' | 'pca-connector-scep'): ApiModel {
  const file = path.resolve(import.meta.dirname, `../models/${name}.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as ApiModel;
}

/** @throws Error when the model has no such shape */
export function shapeOf(model: ApiModel, { shape: name }: ShapeRef): ModelShape {
  const shape = model.shapes[name];
  if (shape === undefined) throw new Error(`the model has no ${name}`);
  return shape;
}

/** The members of a structure with their places on the wire; none for undefined. */
export function membersOfShape(
  model: ApiModel,
  ref: ShapeRef | undefined,
): readonly (readonly [name: string, ref: ShapeRef])[] {
  return ref === undefined ? [] : Object.entries(shapeOf(model, ref).members ?? {});
}
