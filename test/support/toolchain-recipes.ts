/** The real programs that tests and `wayleave up` run. */
export type ToolName =
  | 'etcd'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kubectl'
  | 'helm'
  | 'lua'
  | 'xray'
  | 'xray-next'
  | '3x-ui'
  | 'mihomo'
  | 'sing-box'
  | 'sing-box-legacy'
  | 'prometheus'
  | 'promtool';

/** How to build a program from the Go module of the same folder in `tools/`. */
export interface ToolRecipe {
  /** Folder below `tools/`: programs that pin different versions of one dependency cannot share a module. */
  readonly module: 'kubernetes' | Exclude<ToolName, 'etcd' | `kube${string}` | 'promtool'>;
  readonly package: string;
  /** Needs a C compiler. */
  readonly cgo: boolean;
  /** What is compiled in beside the defaults: sing-box without `with_utls` refuses REALITY. */
  readonly tags?: readonly string[];
  /** The Go variable that holds the program's version, which the linker sets to the module's. */
  readonly versionVariable?: string;
  /** Flags for the linker beside those of every program. */
  readonly linker?: readonly string[];
  /** Seconds on two idle cores with nothing cached, download included. */
  readonly seconds: number;
}

/** Both schemas of sing-box build alike; its linknames into the standard library are refused by default. */
const SING_BOX = {
  package: 'github.com/sagernet/sing-box/cmd/sing-box',
  cgo: false,
  tags: ['with_utls', 'with_quic', 'with_gvisor'],
  versionVariable: 'github.com/sagernet/sing-box/constant.Version',
  linker: ['-checklinkname=0'],
} as const;

/** The server and its tool share all but their commands; what finds targets in clouds doubles the build and is not used. */
const PROMETHEUS = {
  module: 'prometheus',
  cgo: false,
  tags: ['remove_all_sd'],
} as const;

export const TOOL_RECIPES: Readonly<Record<ToolName, ToolRecipe>> = {
  etcd: { module: 'kubernetes', package: 'go.etcd.io/etcd/server/v3', cgo: false, seconds: 60 },
  'kube-apiserver': { module: 'kubernetes', package: 'k8s.io/kubernetes/cmd/kube-apiserver', cgo: false, seconds: 240 },
  'kube-controller-manager': {
    module: 'kubernetes',
    package: 'k8s.io/kubernetes/cmd/kube-controller-manager',
    cgo: false,
    seconds: 70,
  },
  kubectl: { module: 'kubernetes', package: 'k8s.io/kubernetes/cmd/kubectl', cgo: false, seconds: 30 },
  helm: {
    module: 'helm',
    package: 'helm.sh/helm/v4/cmd/helm',
    cgo: false,
    versionVariable: 'helm.sh/helm/v4/internal/version.version',
    seconds: 110,
  },
  // The interpreter inside of Argo CD.
  lua: { module: 'lua', package: 'github.com/yuin/gopher-lua/cmd/glua', cgo: false, seconds: 10 },
  xray: { module: 'xray', package: 'github.com/xtls/xray-core/main', cgo: false, seconds: 65 },
  // The first line that lets only Xray clients through REALITY unless it is told otherwise.
  'xray-next': { module: 'xray-next', package: 'github.com/xtls/xray-core/main', cgo: false, seconds: 75 },
  '3x-ui': { module: '3x-ui', package: 'github.com/mhsanaei/3x-ui/v2', cgo: true, seconds: 120 },
  mihomo: {
    module: 'mihomo',
    package: 'github.com/metacubex/mihomo',
    cgo: false,
    tags: ['with_gvisor'],
    versionVariable: 'github.com/metacubex/mihomo/constant.Version',
    seconds: 180,
  },
  'sing-box': { module: 'sing-box', ...SING_BOX, seconds: 200 },
  // The schema before the present one: 1.11 is the last that the older apps embed.
  'sing-box-legacy': { module: 'sing-box-legacy', ...SING_BOX, seconds: 120 },
  prometheus: { package: 'github.com/prometheus/prometheus/cmd/prometheus', ...PROMETHEUS, seconds: 240 },
  promtool: { package: 'github.com/prometheus/prometheus/cmd/promtool', ...PROMETHEUS, seconds: 60 },
};

export const TOOL_NAMES = Object.keys(TOOL_RECIPES) as readonly ToolName[];

/** What each program needs to start a cluster: `startControlPlane` takes these. */
export const CONTROL_PLANE_TOOLS = ['etcd', 'kube-apiserver', 'kube-controller-manager'] as const;

/** Kubernetes reports v0.0.0 unless its version is linked in, and kubectl then warns of a skew; sing-box, "unknown". */
export function linkerFlags(recipe: ToolRecipe, goMod: string): string {
  if (recipe.module !== 'kubernetes') return plainLinkerFlags(recipe, goMod);
  const [, version = '', major = '', minor = ''] = /k8s\.io\/kubernetes (v(\d+)\.(\d+)\.\S+)/.exec(goMod) ?? [];
  const set = (name: string, value: string): string => `-X k8s.io/component-base/version.${name}=${value}`;
  return [
    '-s -w',
    set('gitVersion', version),
    set('gitMajor', major),
    set('gitMinor', minor),
    set('gitTreeState', 'clean'),
  ].join(' ');
}

function plainLinkerFlags({ package: program, versionVariable, linker = [] }: ToolRecipe, goMod: string): string {
  const required = [...goMod.matchAll(/^(?:require)?\s+(\S+) v(\S+)/gm)].find(([, module = '']) =>
    `${program}/`.startsWith(`${module}/`),
  );
  const version = versionVariable === undefined ? [] : [`-X ${versionVariable}=${required?.[2] ?? ''}`];
  return ['-s -w', ...linker, ...version].join(' ');
}

/**
 * The build's environment: the machine's own, for its proxy and caches, except for what would change the program.
 */
export function buildEnvironment(recipe: ToolRecipe, machine: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { GOOS: _os, GOARCH: _arch, GOEXPERIMENT: _experiment, ...kept } = machine;
  const tags = recipe.tags === undefined ? [] : [`-tags=${recipe.tags.join(',')}`];
  return {
    ...kept,
    CGO_ENABLED: recipe.cgo ? '1' : '0',
    GO111MODULE: 'on',
    GOFLAGS: ['-buildvcs=false -mod=readonly -trimpath', ...tags].join(' '),
    GOTOOLCHAIN: 'local',
    GOWORK: 'off',
  };
}
