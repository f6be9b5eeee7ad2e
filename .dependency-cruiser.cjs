// The import order of docs/architecture.md as a failing build: each room names what it may import.
const rooms = {
  asn1: [],
  x509: ['asn1'],
  cms: ['asn1', 'x509'],
  scep: ['asn1', 'x509', 'cms'],
  store: [],
  'aws-wire': ['store'],
  issuer: ['asn1', 'x509', 'store', 'aws-wire', 'private-ca'],
  'private-ca': ['asn1', 'x509', 'cms', 'store', 'aws-wire'],
  connectors: ['asn1', 'x509', 'cms', 'scep', 'store', 'aws-wire', 'issuer'],
  enrolment: ['asn1', 'x509', 'cms', 'scep', 'store', 'issuer', 'connectors'],
  'connector-api': ['asn1', 'x509', 'store', 'issuer', 'connectors', 'aws-wire'],
  observability: [],
  config: ['aws-wire'],
  http: [
    'asn1',
    'scep',
    'store',
    'enrolment',
    'connectors',
    'issuer',
    'aws-wire',
    'connector-api',
    'private-ca',
    'observability',
  ],
  cli: ['asn1', 'x509', 'cms', 'scep', 'aws-wire', 'config', 'observability'],
};

// What is everybody's: two small files that import nothing.
const common = '(omit-undefined|durations)\\.ts';

// The order of the folders inside a room, lowest first: each may import what stands in an earlier
// line. Files at the room's top stand above its folders, but where `top` says that they are below.
const folders = {
  'private-ca': [
    ['model'],
    ['records'],
    ['buckets', 'keys'],
    ['authority'],
    ['revocation'],
    ['issuing'],
    ['crl', 'ocsp', 'audit-report'],
    ['actions'],
  ],
  enrolment: [['authorise'], ['transaction']],
  connectors: [['tags'], ['challenges', 'ra']],
  cli: [
    ['terminal'],
    ['scep-client'],
    ['api'],
    ['api-command'],
    ['device', 'connector', 'store', 'completion'],
    ['ca'],
  ],
};

// The one room or adapter that may know a library.
const homes = {
  express: 'http',
  ioredis: 'store/redis',
  '@aws-sdk/client-acm-pca': 'issuer/acm-pca',
  '@aws-sdk/client-s3': 'private-ca/buckets/s3',
};

const onlyRooms = Object.entries(rooms).map(([room, allowed]) => ({
  name: `${room}-imports`,
  comment: `src/${room} may import only itself${allowed.length > 0 ? `, ${allowed.join(', ')}` : ''}`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: `^src/(${common}|(${[room, ...allowed].join('|')})/)` },
}));

/** What a folder of a room may not import: folders of its own line and of later ones. */
const folderOrder = Object.entries(folders).flatMap(([room, lines]) =>
  lines.flatMap((line, i) =>
    line.map((folder) => {
      const notYet = [...line.filter((other) => other !== folder), ...lines.slice(i + 1).flat()];
      return {
        name: `${room}-${folder}-imports`,
        comment: `src/${room}/${folder} stands below ${notYet.join(', ')}`,
        severity: 'error',
        from: { path: `^src/${room}/${folder}/` },
        to: { path: `^src/${room}/(${notYet.join('|')})/` },
      };
    }),
  ),
);

const pureRooms = '^src/(asn1|x509|cms|scep)/';
const pureModules = '^(node:)?(crypto|buffer)$';

module.exports = {
  forbidden: [
    ...onlyRooms,
    ...folderOrder.filter(({ to }) => !to.path.endsWith('()/')),
    {
      name: 'private-ca-is-known-to-actions-alone',
      comment: 'what an action needs of the CA is handed down as a CaContext and in pieces',
      severity: 'error',
      from: { path: '^src/private-ca/[^/]+/', pathNot: '^src/private-ca/actions/' },
      to: { path: '^src/private-ca/[^/]+$' },
    },
    {
      name: 'enrolment-deciders-stand-above',
      severity: 'error',
      from: { path: '^src/enrolment/[^/]+/' },
      to: { path: '^src/enrolment/[^/]+$' },
    },
    {
      name: 'cli-top-stands-above',
      severity: 'error',
      from: { path: '^src/cli/[^/]+/' },
      to: { path: '^src/cli/[^/]+$' },
    },
    {
      name: 'server-is-below-the-composition',
      comment: 'wire-api is told what it needs; it does not reach into src/server',
      severity: 'error',
      from: { path: '^src/(wire|wire-api)\\.ts$' },
      to: { path: '^src/server/' },
    },
    {
      name: 'server-knows-no-command',
      comment: 'src/server runs; what is done beside it, on its store, is in src/local-commands',
      severity: 'error',
      from: { path: '^src/server/' },
      to: { path: '^src/(main\\.ts|local-commands/)' },
    },
    {
      name: 'pure-rooms-touch-no-world',
      comment:
        'asn1, x509, cms and scep take bytes and give values: no fs, network, environment or clock',
      severity: 'error',
      from: { path: pureRooms },
      to: { dependencyTypes: ['core'], pathNot: pureModules },
    },
    {
      name: 'pure-rooms-use-asn1-libraries-only',
      severity: 'error',
      from: { path: pureRooms },
      to: { dependencyTypes: ['npm'], pathNot: 'node_modules/(pkijs|asn1js)/' },
    },
    {
      name: 'pkijs-stays-in-x509-and-cms',
      comment:
        'pkijs is the second opinion on what we build, never a reader of outside bytes (adr/0001)',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(x509|cms)/' },
      to: { path: 'node_modules/(pkijs|asn1js)/' },
    },
    ...Object.entries(homes).map(([client, home]) => ({
      name: `${client}-stays-in-${home}`,
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/${home}/` },
      to: { path: `node_modules/(@types/)?${client}/` },
    })),
    {
      name: 'adapters-are-imported-by-wire-alone',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot:
          '^src/(wire\\.ts|(store|issuer)/(embedded|redis|acm-pca)/|private-ca/(keys/pkcs11|buckets/s3)/)',
      },
      to: {
        path: '^src/((store|issuer)/(embedded|redis|acm-pca)|private-ca/(keys/pkcs11|buckets/s3))/',
      },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: '^src/main\\.ts$' },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { conditionNames: ['import', 'types'], exportsFields: ['exports'] },
  },
};
